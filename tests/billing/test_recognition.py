"""Revenue is earned as time passes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import psycopg
import pytest

from control.billing.recognition.service import months, recognise
from control.core.db import Scope
from control.core.runtime import Runtime
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.world import World


@pytest.mark.parametrize(
    ("first", "today", "expected"),
    [
        ("2026-01-15", "2026-01-31", []),
        ("2026-01-15", "2026-02-01", ["2026-02-01"]),
        ("2025-12-31", "2026-02-28", ["2026-01-01", "2026-02-01"]),
        ("2024-02-29", "2024-03-01", ["2024-03-01"]),
        ("2026-03-01", "2026-02-01", []),
    ],
)
def test_months(first: str, today: str, expected: list[str]) -> None:
    assert [str(day) for day in months(date.fromisoformat(first), date.fromisoformat(today))] == expected


@pytest.mark.asyncio
async def test_a_year_is_earned_in_a_year(world: World, runtime: Runtime) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    issued = date.fromisoformat((await shop.invoice(customer["id"]))["issued_on"]).replace(day=1)
    year = issued.replace(year=issued.year + 1)
    await shop.invoice(
        customer["id"],
        {"description": "Server", "unit_price": "366", "period_start": str(issued), "period_end": str(year)},
        {"description": "Set-up", "unit_price": "10"},
    )
    assert (await shop.books())["deferred_revenue"] == "-366.000"
    scope = Scope(organization_id=world.organizations["north"])

    async def until(day: date) -> dict[str, str]:
        async with runtime.database.transaction(scope) as tx:
            await recognise(tx, world.organizations["north"], day)
        return await shop.books()

    days = (year - issued).days
    earned = Decimal(0)
    for month in list(months(issued, year))[:3]:
        books = await until(month)
        expected = (Decimal(366) * (month - issued).days / days).quantize(Decimal("0.01"))
        assert Decimal(books["deferred_revenue"]) == expected - 366
        assert expected > earned
        earned = expected
        assert await until(month) == books, "a second run books nothing"
    books = await until(year)
    assert "deferred_revenue" not in books
    assert Decimal(books["revenue"]) == -Decimal(476)


@pytest.mark.asyncio
async def test_what_is_credited_was_not_earned(world: World, runtime: Runtime) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    final = await shop.invoice(
        customer["id"],
        {"description": "Server", "unit_price": "30", "period_start": "2026-01-01", "period_end": "2026-01-31"},
    )
    await shop.credit(final["id"])
    async with runtime.database.transaction(Scope(organization_id=world.organizations["north"])) as tx:
        await recognise(tx, world.organizations["north"], date(2099, 1, 1))
    assert await shop.books() == {}


@pytest.mark.asyncio
async def test_nothing_is_left_in_the_sellers_currency(world: World, runtime: Runtime, urls: Urls) -> None:
    """Each document is rounded by itself, and what they come to together is earned to the cent."""
    shop = Shop(world)
    await shop.open()
    with psycopg.connect(urls["hcc_owner"]) as owner:
        owner.execute(
            "INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate)"
            " VALUES (%s, 'USD', 'EUR', '2020-01-01', 0.91237)",
            (world.organizations["north"],),
        )
    customer = await shop.customer(currency="USD")
    item = {"description": "Server", "unit_price": "10.01", "period_start": "2026-01-01", "period_end": "2026-12-31"}
    made = [await shop.invoice(customer["id"], item) for _ in range(5)]
    await shop.credit(made[0]["id"], items=[{"item_id": made[0]["items"][0]["id"], "quantity": "0.333333"}])
    for day in (date(2026, 12, 1), date(2099, 1, 1)):
        async with runtime.database.transaction(Scope(organization_id=world.organizations["north"])) as tx:
            await recognise(tx, world.organizations["north"], day)
    found = await shop.ask("GET", "/v1/ledger/trial-balance")
    left = {one["account"]: (one["balance"], one["base_balance"]) for one in found["accounts"]}["deferred_revenue"]
    assert [float(amount) for amount in left] == [0, 0]
