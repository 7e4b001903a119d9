"""Recurring revenue: a story with figures that were worked out by hand, and the same figures from exported lines alone."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from control.billing.ledger.booking import Entry, Posting, book
from control.billing.reports.recurring import Moved, month_of, points
from control.billing.subscriptions.renewing import renew_seller
from control.core.db import Scope
from control.core.errors import ValidationFailed
from control.core.ids import new_id
from control.core.runtime import Runtime
from tests.billing.clock import Clock
from tests.billing.selling import Shop
from tests.billing.test_renewals import Usage
from tests.conftest import Urls
from tests.world import World

MOVES = ("opening", "new", "reactivated", "expansion", "contraction", "churned", "mrr")
COUNTS = ("customers_at_start", "customers_new", "customers_back", "customers_lost", "customers")


@pytest.mark.parametrize(
    ("first", "last", "today", "expected"),
    [
        ("2026-01-01", "2026-02-01", "2026-03-01", ["2025-12-31", "2026-01-31", "2026-02-28"]),
        ("2024-02-01", "2024-02-01", "2026-03-01", ["2024-01-31", "2024-02-29"]),
        # The month that is not over ends today, and on its first day too.
        ("2026-02-01", "2026-03-01", "2026-03-17", ["2026-01-31", "2026-02-28", "2026-03-17"]),
        ("2026-03-01", "2026-03-01", "2026-03-01", ["2026-02-28", "2026-03-01"]),
    ],
)
def test_days_that_are_looked_at(first: str, last: str, today: str, expected: list[str]) -> None:
    found = points(date.fromisoformat(first), date.fromisoformat(last), date.fromisoformat(today))
    assert [str(day) for day in found] == expected


@pytest.mark.parametrize(
    ("first", "last"), [("2026-02-01", "2026-01-01"), ("2026-04-01", "2026-05-01"), ("2016-02-01", "2026-02-01")]
)
def test_months_that_cannot_be_told(first: str, last: str) -> None:
    with pytest.raises(ValidationFailed):
        points(date.fromisoformat(first), date.fromisoformat(last), date(2026, 4, 30))


def test_what_follows_from_a_month() -> None:
    moved = Moved(
        currency="", n=1, opening=Decimal(200), new=Decimal(30), reactivated=Decimal(5), expansion=Decimal(20),
        contraction=Decimal(4), churned=Decimal(10), mrr=Decimal(241),
        customers_at_start=8, customers_new=2, customers_lost=1, customers=9,
    )  # fmt: skip
    made = month_of(moved, date(2026, 1, 31))
    # 14 of 200 were lost, 20 gained: 7 % and -3 %; one of eight customers left.
    assert (made.month, made.arr, made.arpa) == ("2026-01", Decimal(2892), Decimal("26.778"))
    assert (made.gross_churn_percent, made.net_churn_percent, made.logo_churn_percent) == (
        Decimal("7.00"), Decimal("-3.00"), Decimal("12.50"),
    )  # fmt: skip
    empty = month_of(Moved(currency="", n=1), date(2026, 1, 31))
    assert (empty.arpa, empty.gross_churn_percent, empty.logo_churn_percent) == (None, None, None)


class Story:
    """A seller in 2026."""

    def __init__(self, shop: Shop, clock: Clock, runtime: Runtime, urls: Urls) -> None:
        self.shop, self.clock, self.runtime = shop, clock, runtime
        self.organization_id = shop.world.organizations["north"]
        self.owner_dsn = urls["hcc_owner"]

    async def on(self, day: str) -> None:
        """It becomes this day; what was due until then was renewed on its own day."""
        to = date.fromisoformat(day)
        while self.clock.on < to:
            self.clock.on += timedelta(days=1)
            await renew_seller(self.runtime.database, self.organization_id, self.clock.on, Usage())

    def rate(self, rate: str, since: str) -> None:
        with psycopg.connect(self.owner_dsn) as owner:
            owner.execute(
                "INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate)"
                " VALUES (%s, 'USD', 'EUR', %s, %s)",
                (self.organization_id, since, rate),
            )

    async def customer(self, name: str, **more: Any) -> str:
        return str((await self.shop.customer(name, **more))["id"])

    async def report(self, since: str, until: str, **more: str) -> dict[str, Any]:
        query = "".join(f"&{key}={value}" for key, value in more.items())
        return dict(await self.shop.ask("GET", f"/v1/billing/reports/recurring?since={since}&until={until}{query}"))

    async def lines(self) -> list[dict[str, str]]:
        answer = await self.shop.world.get("nora", "/v1/billing/reports/journal.csv?since=2020-01-01&until=2027-12-31")
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
async def story(world: World, worker_runtime: Runtime, urls: Urls, monkeypatch: pytest.MonkeyPatch) -> Story:
    made = Story(Shop(world), Clock(monkeypatch, "2026-01-01"), worker_runtime, urls)
    await made.shop.open()
    return made


def told(months: Sequence[dict[str, Any]], names: Sequence[str] = MOVES) -> dict[str, tuple[Any, ...]]:
    """Each month's figures."""
    return {one["month"]: tuple(Decimal(one[name]) for name in names) for one in months}


async def tell(story: Story) -> None:
    """What happens to six customers from January to July."""
    shop = story.shop
    small, large, yearly = await shop.price("30"), await shop.price("50"), await shop.price("120", interval="year")
    middle, dollars = await shop.price("40"), await shop.price("100", currency="USD", setup_fee="25")
    story.rate("0.9", "2026-01-01")
    story.rate("0.8", "2026-06-01")
    await shop.ask("POST", "/v1/coupons", {"code": "HALF", "percent": "50", "duration": "once"}, 201)
    ann, ben, cem = await story.customer("Ann"), await story.customer("Ben"), await story.customer("Cem")
    of_ann = await shop.subscribe(ann, small["id"])
    await story.on("2026-01-10")
    await shop.subscribe(ben, yearly["id"])
    await story.on("2026-02-10")
    await shop.ask("PUT", f"/v1/subscriptions/{of_ann['id']}", {"items": [{"price_id": large["id"]}], "when": "now"})
    await story.on("2026-02-15")
    of_cem = await shop.subscribe(cem, middle["id"], coupon="HALF")
    await story.on("2026-03-20")
    await shop.ask("PUT", f"/v1/subscriptions/{of_ann['id']}", {"items": [{"price_id": small["id"]}], "when": "period_end"})
    await story.on("2026-04-05")
    await shop.subscribe(await story.customer("Dee", currency="USD"), dollars["id"])
    await story.on("2026-04-20")
    await shop.ask("POST", f"/v1/subscriptions/{of_cem['id']}/pause", {})
    await story.on("2026-05-10")
    await shop.ask("DELETE", f"/v1/subscriptions/{of_ann['id']}?when=now&credit_unused=true")
    await story.on("2026-05-25")
    await shop.ask("POST", f"/v1/subscriptions/{of_cem['id']}/resume", {})
    await story.on("2026-06-01")
    await shop.invoice(ben, {"description": "Moving house", "unit_price": "500"})
    eve = await story.customer("Eve")
    quarter = {"description": "Rack", "unit_price": "180", "quantity": "2", "monthly_price": "120", "period_start": "2026-06-01",
               "period_end": "2026-09-01"}  # fmt: skip
    rack = await shop.invoice(eve, quarter)
    # A year from one month to the next, bought and taken back as a whole: nobody was ever here.
    gone = await shop.invoice(await story.customer("Fay"), quarter)
    await shop.credit(gone["id"])
    await story.on("2026-07-20")
    await shop.credit(rack["id"], items=[{"item_id": rack["items"][0]["id"], "quantity": "1"}])
    await story.on("2026-08-01")


@pytest.mark.asyncio
@pytest.mark.timeout(180)
async def test_a_story(story: Story) -> None:
    await tell(story)
    found = await story.report("2026-01", "2026-07")
    assert told(found["months"]) == {
        # Ann 30 a month; Ben 120 a year, a twelfth of which is 10.
        "2026-01": (0, 40, 0, 0, 0, 0, 40),
        # Ann has the large plan from the 10th on: 50. Cem has 40, half off: 20.
        "2026-02": (40, 20, 0, 20, 0, 0, 80),
        # Cem's coupon was for one period: 40. Ann's change is for the end of hers.
        "2026-03": (80, 0, 0, 20, 0, 0, 100),
        # Ann is back at 30. Dee has 100 dollars at 0.9, and a set-up fee, which does not recur. Cem pauses.
        "2026-04": (100, 90, 0, 0, 20, 40, 130),
        # Ann leaves, Cem goes on.
        "2026-05": (130, 0, 40, 0, 0, 30, 140),
        # Dollars are sold at 0.8 now. Eve has two racks at 60, of which one is credited later, for all days. A move is no rent.
        "2026-06": (140, 60, 0, 0, 10, 0, 190),
        "2026-07": (190, 0, 0, 0, 0, 0, 190),
    }
    assert told(found["months"], COUNTS) == {
        "2026-01": (0, 2, 0, 0, 2),
        "2026-02": (2, 1, 0, 0, 3),
        "2026-03": (3, 0, 0, 0, 3),
        "2026-04": (3, 1, 0, 1, 3),
        "2026-05": (3, 0, 1, 1, 3),
        "2026-06": (3, 1, 0, 0, 4),
        "2026-07": (4, 0, 0, 0, 4),
    }
    april = found["months"][3]
    # 60 of 100 were lost and nothing gained; one of three customers left; 130 of three.
    assert [april[one] for one in ("gross_churn_percent", "net_churn_percent", "logo_churn_percent", "arpa", "arr")] == [
        "60.00", "60.00", "33.33", "43.333", "1560.000",
    ]  # fmt: skip
    euros, dollars = found["currencies"]
    assert (euros["currency"], dollars["currency"]) == ("EUR", "USD")
    # In its own currency nothing happens to Dee when the rate changes.
    assert [one["mrr"] for one in dollars["months"][2:]] == ["0", "100.000", "100.000", "100.000", "100.000"]
    assert told(euros["months"])["2026-06"] == (50, 60, 0, 0, 0, 0, 110)
    # As it was known before Eve's credit note, she came with 120.
    then = await story.report("2026-06", "2026-06", known_on="2026-06-30")
    assert told(then["months"]) == {"2026-06": (140, 120, 0, 0, 10, 0, 250)}
    assert_from_lines(found, await story.lines())
    answer = await story.shop.world.get("nora", "/v1/billing/reports/recurring.csv?since=2026-01&until=2026-07")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["base"], row["currency"], row["mrr"]) for row in rows if row["month"] == "2026-07"] == [
        ("True", "EUR", "190.000"), ("False", "EUR", "110.000"), ("False", "USD", "100.000"),
    ]  # fmt: skip


def assert_from_lines(report: dict[str, Any], lines: Sequence[dict[str, str]]) -> None:
    """The report from the exported journal and nothing else, by another way than the report's own."""
    kept = [line for line in lines if line["monthly"]]
    for currency, column, months in (
        ("", "base_monthly", report["months"]),
        *((one["currency"], "monthly", one["months"]) for one in report["currencies"]),
    ):
        mine = [line for line in kept if currency in ("", line["currency"])]

        def worth(day: str, mine: list[dict[str, str]] = mine, column: str = column) -> dict[str, Decimal]:
            sums: dict[str, Decimal] = defaultdict(Decimal)
            for line in mine:
                if line["period_start"] <= day < line["period_end"]:
                    sums[line["customer_number"]] -= Decimal(line[column])
            rounded = {who: amount.quantize(Decimal("0.001"), ROUND_HALF_UP) for who, amount in sums.items()}
            return {who: amount for who, amount in rounded.items() if amount > 0}

        starts: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for line in mine:
            starts[line["customer_number"], line["currency"], line["period_start"]] -= Decimal(line["monthly"])
        day_before = str(date.fromisoformat(f"{report['since']}-01") - timedelta(days=1))
        for month in months:
            before, after = worth(day_before), worth(month["on"])
            came = {who: amount for who, amount in after.items() if who not in before}
            had = {who for (who, _, start), amount in starts.items() if start <= day_before and amount > 0}
            both = {who: after[who] - amount for who, amount in before.items() if who in after}
            expected = {
                "opening": sum(before.values()),
                "new": sum(amount for who, amount in came.items() if who not in had),
                "reactivated": sum(amount for who, amount in came.items() if who in had),
                "expansion": sum(amount for amount in both.values() if amount > 0),
                "contraction": -sum(amount for amount in both.values() if amount < 0),
                "churned": sum(amount for who, amount in before.items() if who not in after),
                "mrr": sum(after.values()),
            }
            assert {name: Decimal(month[name]) for name in MOVES} == expected, (currency, month["month"])
            assert (month["customers"], month["customers_lost"]) == (len(after), len(before.keys() - after.keys()))
            day_before = month["on"]


def assert_adds_up(months: Sequence[dict[str, Any]]) -> None:
    """Each month ends where its moves lead, and the next begins there."""
    at = None
    for month in months:
        opening, new, back, more, less, gone, mrr = (Decimal(month[name]) for name in MOVES)
        assert opening + new + back + more - less - gone == mrr, month
        assert at is None or opening == at, month
        assert (
            month["customers_at_start"] + month["customers_new"] + month["customers_back"] - month["customers_lost"]
            == (month["customers"])
        )
        at = mrr


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_in_the_books_adds_up(story: Story, seed: int) -> None:
    chance = random.Random(seed)
    customers = [await story.customer(f"Customer {n}") for n in range(6)]
    async with story.runtime.database.transaction(Scope(organization_id=story.organization_id)) as tx:
        for _ in range(150):
            start = date(2025, 6, 1) + timedelta(days=chance.randrange(400))
            end = start + timedelta(days=chance.choice([1, 10, 28, 30, 31, 90, 365]))
            amount, monthly = Decimal(chance.randrange(1, 9000)) / 100, Decimal(chance.randrange(1, 9_000_000)) / 10**5
            sign = chance.choice([1, 1, 1, -1])
            sold: dict[str, Any] = {"period_start": start, "period_end": end, "monthly": -sign * monthly,
                                    "base_monthly": -sign * monthly * Decimal("0.9")}  # fmt: skip
            party: dict[str, Any] = {"customer_id": UUID(chance.choice(customers))}
            await book(tx, Entry(
                organization_id=story.organization_id, booked_on=start, kind="invoice", source=new_id(),
                currency=chance.choice(["EUR", "USD"]), base="EUR", exchange_rate=Decimal("0.9"),
                postings=[Posting(account="receivable", amount=sign * amount, **party),
                          Posting(account="deferred_revenue", amount=-sign * amount, **sold, **party)],
            ))  # fmt: skip
    story.clock.go("2026-11-30")
    found = await story.report("2025-05", "2026-11")
    assert_from_lines(found, await story.lines())
    for months in (found["months"], *(one["months"] for one in found["currencies"])):
        assert_adds_up(months)
    assert sum(Decimal(one["mrr"]) for one in found["months"]) > 0


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "status"),
    [("since=2026-01&until=2026-13", 422), ("since=2026-1&until=2026-02", 422), ("since=2026-02&until=2026-01", 422),
     ("since=2026-01&until=2027-01", 422), ("since=2026-01", 400), ("since=2026-01&until=2026-01&known_on=x", 422),
     ("since=2026-01&until=2026-01", 200)],
)  # fmt: skip
async def test_bad_months(story: Story, query: str, status: int) -> None:
    answer = await story.shop.world.get("nora", f"/v1/billing/reports/recurring?{query}")
    assert answer.status_code == status, answer.text
    assert (await story.shop.world.get("anna", f"/v1/billing/reports/recurring?{query}")).status_code in (400, 403)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("more", "pointer"),
    [({"monthly_price": "10"}, "/items/0/monthly_price"), ({"monthly_price": "-1"}, "/items/0/monthly_price"),
     ({"monthly_price": "NaN", "period_start": "2026-01-01", "period_end": "2026-02-01"}, "/items/0/monthly_price")],
)  # fmt: skip
async def test_a_month_needs_days(story: Story, more: dict[str, str], pointer: str) -> None:
    customer = await story.customer("Ann")
    item = {"description": "Rack", "unit_price": "10"} | more
    error = await story.shop.ask("POST", "/v1/invoices", {"customer_id": customer, "items": [item]}, status=422)
    assert pointer in str(error)


@pytest.mark.asyncio
async def test_prices_with_tax_are_worth_what_is_earned(story: Story) -> None:
    await story.shop.open(prices_include_tax=True)
    price = await story.shop.price("35.70")
    await story.on("2026-01-12")
    made = await story.shop.subscribe(await story.customer("Ann"), price["id"], anchor_day=1)
    assert made["period_end"] == "2026-02-01"
    await story.on("2026-03-01")
    found = await story.report("2026-01", "2026-02")
    # 35.70 with 19 % is 30 without, in the short first period as in the next.
    assert [one["mrr"] for one in found["months"]] == ["30.000", "30.000"]
