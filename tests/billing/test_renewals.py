"""Renewals: each period once, in order, after days away, whatever fails, and the same documents as one by one."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from control.billing.catalogue.pricing import Meter
from control.billing.subscriptions import renewing
from control.billing.subscriptions.periods import Period
from control.billing.subscriptions.renewing import Run, renew_seller
from control.billing.today import today
from control.core.db import Scope
from control.core.runtime import Runtime
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.working import work_off
from tests.world import World

pytestmark = pytest.mark.asyncio


class Usage:
    """Figures by the first day of a period; what is not said is nothing."""

    def __init__(self) -> None:
        self.by_start: dict[date, Decimal] = {}
        self.asked: list[Period] = []

    async def __call__(
        self, organization_id: UUID, meter: Meter, customer: UUID, subscription: UUID, days: Period, timezone: str
    ) -> Decimal:
        self.asked.append(days)
        return self.by_start.get(days.start, Decimal(0))


class Renewing:
    """A shop whose days go by."""

    def __init__(self, shop: Shop, runtime: Runtime, organization_id: UUID) -> None:
        self.shop, self.runtime, self.organization_id = shop, runtime, organization_id
        self.usage = Usage()

    async def run(self, on: date, **more: Any) -> Run:
        return await renew_seller(self.runtime.database, self.organization_id, on, self.usage, **more)

    async def invoices(self) -> list[dict[str, Any]]:
        listed = await self.shop.ask("GET", "/v1/invoices?limit=100&sort_by=number&sort_order=asc")
        return [await self.shop.ask("GET", f"/v1/invoices/{one['id']}") for one in listed]

    async def get(self, subscription: dict[str, Any], below: str = "") -> Any:
        return await self.shop.ask("GET", f"/v1/subscriptions/{subscription['id']}{below}")


@pytest.fixture
async def renewal(world: World, worker_runtime: Runtime) -> Renewing:
    shop = Shop(world)
    await shop.open()
    return Renewing(shop, worker_runtime, world.organizations["north"])


def now() -> date:
    return today("Europe/Berlin")


async def test_a_period_is_charged_once(renewal: Renewing) -> None:
    customer, price = await renewal.shop.customer(), await renewal.shop.price("10")
    made = await renewal.shop.subscribe(customer["id"], price["id"])
    end = date.fromisoformat(made["billed_until"])
    assert (await renewal.run(end - timedelta(days=1))).steps == 0
    # Several workers at once, and again afterwards.
    runs = await asyncio.gather(*(renewal.run(end) for _ in range(4)))
    assert sum(run.steps for run in runs) == 1
    assert (await renewal.run(end)).steps == 0
    assert len(await renewal.invoices()) == 2
    after = await renewal.get(made)
    assert (after["status"], after["period_start"]) == ("active", str(end))


async def test_days_away_are_caught_up_in_order(renewal: Renewing) -> None:
    customer, price = await renewal.shop.customer(), await renewal.shop.price("10")
    made = await renewal.shop.subscribe(customer["id"], price["id"])
    run = await renewal.run(date.fromisoformat(made["billed_until"]) + timedelta(days=75))
    assert (run.steps, run.amounts) == (3, {"EUR": Decimal(30)})
    starts = [one["items"][0]["period_start"] for one in await renewal.invoices()]
    assert starts == sorted(starts)
    assert len(set(starts)) == 4


async def test_one_invoice_for_what_falls_together(renewal: Renewing) -> None:
    shop = renewal.shop
    customer, other, price = await shop.customer(), await shop.customer("Birch"), await shop.price("10")
    made = [await shop.subscribe(one["id"], price["id"]) for one in (customer, customer, other)]
    end = date.fromisoformat(made[0]["billed_until"])
    run = await renewal.run(end)
    assert (run.steps, run.invoices) == (3, 2)
    await shop.ask("PUT", "/v1/billing/subscription-settings", {"combine_invoices": False})
    run = await renewal.run(date.fromisoformat((await renewal.get(made[0]))["billed_until"]))
    assert (run.steps, run.invoices) == (3, 3)
    counts = [len(one["items"]) for one in await renewal.invoices()]
    assert sorted(counts) == [1] * 7 + [2]
    books = await shop.books()
    assert Decimal(books["deferred_revenue"]) == -90


async def test_a_batch_has_all_of_a_customer(renewal: Renewing) -> None:
    customer, price = await renewal.shop.customer(), await renewal.shop.price("10")
    made = [await renewal.shop.subscribe(customer["id"], price["id"]) for _ in range(5)]
    run = await renewal.run(date.fromisoformat(made[0]["billed_until"]), batch=2)
    assert (run.steps, run.invoices) == (5, 1)


async def test_one_that_fails_stops_nobody(renewal: Renewing, urls: Urls) -> None:
    shop = renewal.shop
    price = await shop.price("10")
    good = await shop.subscribe((await shop.customer("Good"))["id"], price["id"])
    bad = await shop.subscribe((await shop.customer("Bad"))["id"], price["id"])
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        # A class of goods without a rate: nobody knows the tax.
        product = await shop.price("10")
        owner.execute("UPDATE hcc.products SET tax_class = 'unknown' WHERE id = (SELECT product_id FROM hcc.plans WHERE id = %s)",
                      (product["plan_id"],))  # fmt: skip
        owner.execute(
            "UPDATE hcc.subscription_items SET price_id = %s, plan_id = %s WHERE subscription_id = %s",
            (product["id"], product["plan_id"], bad["id"]),
        )
    end = date.fromisoformat(good["billed_until"])
    run = await renewal.run(end)
    assert (run.steps, run.failed) == (1, 1)
    assert (await renewal.run(end)).failed == 0, "it is tried again later, not at once"
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        [reason] = owner.execute("SELECT reason FROM hcc.renewal_failures").fetchone() or [None]
        assert reason is not None
        topics = [row[0] for row in owner.execute("SELECT topic FROM hcc.outbox_events ORDER BY id").fetchall()]
        assert topics.count("subscription.renewal_failed") == topics.count("renewal_run.finished") == 1
        owner.execute("UPDATE hcc.products SET tax_class = 'standard'")
        owner.execute("UPDATE hcc.renewal_failures SET again_at = now()")
    assert (await renewal.run(end)).steps == 1
    numbers = [int(one["invoice_number"][-5:]) for one in await renewal.invoices()]
    assert numbers == list(range(1, 5)), "no number was lost to the failure"


async def test_a_trial_ends_and_a_term_ends(renewal: Renewing) -> None:
    shop = renewal.shop
    customer, price = await shop.customer(), await shop.price("31")
    ends = now() + timedelta(days=45)
    made = await shop.subscribe(customer["id"], price["id"], trial_days=14, ends_on=str(ends))
    assert await renewal.invoices() == []
    await renewal.run(now() + timedelta(days=14))
    assert (await renewal.get(made))["status"] == "active"
    await renewal.run(ends)
    over = await renewal.get(made)
    assert (over["status"], over["ended_on"], over["due_on"]) == ("ended", str(ends), None)
    first, *rest = await renewal.invoices()
    assert first["amount"] == "31.000"
    assert [one["items"][0]["period_end"] for one in [first, *rest]][-1] == str(ends)
    assert sum(Decimal(one["amount"]) for one in rest) < 31


async def test_cancelled_with_its_period(renewal: Renewing) -> None:
    customer, price = await renewal.shop.customer(), await renewal.shop.price("10")
    made = await renewal.shop.subscribe(customer["id"], price["id"])
    await renewal.shop.ask("DELETE", f"/v1/subscriptions/{made['id']}")
    await renewal.run(date.fromisoformat(made["billed_until"]) + timedelta(days=40))
    over = await renewal.get(made)
    assert (over["status"], over["ended_on"]) == ("cancelled", made["billed_until"])
    assert len(await renewal.invoices()) == 1


async def test_usage_is_billed_once_and_late_usage_with_the_next(renewal: Renewing) -> None:
    shop = renewal.shop
    plan = await shop.plan("Server")
    base = await shop.price("10", plan["id"])
    meter = {"selector": 'sent_bytes_total{customer="$customer"}', "unit_name": "GB", "scale": "1000", "included": "5"}
    traffic = await shop.price("0.5", plan["id"], model="metered", name="Traffic", meter=meter)
    made = await shop.subscribe((await shop.customer())["id"], base["id"], traffic["id"])
    first = date.fromisoformat(made["billed_until"])
    renewal.usage.by_start[now()] = Decimal(25)
    await renewal.run(first)
    bill = (await renewal.invoices())[-1]
    assert [(one["quantity"], one["line_total"]) for one in bill["items"]] == [("1.000000", "10.000"), ("20.000000", "10.000")]
    assert "25 GB used, 5 included" in bill["items"][1]["description"]
    # Three more came in after the period was billed, and nothing was used in the next one.
    renewal.usage.by_start[now()] = Decimal(28)
    second = date.fromisoformat((await renewal.get(made))["billed_until"])
    await renewal.run(second)
    late = (await renewal.invoices())[-1]["items"][1]
    assert (late["line_total"], late["period_start"]) == ("1.500", str(now()))
    assert "3 GB reported late" in late["description"]
    renewal.usage.by_start[now()] = Decimal(99)
    await renewal.run(date.fromisoformat((await renewal.get(made))["billed_until"]))
    assert len((await renewal.invoices())[-1]["items"]) == 1
    readings = await renewal.get(made, "/usage")
    assert [one["value"] for one in readings][-1] == "25.000000"
    assert renewal.usage.asked.count(Period(now(), first)) == 2


async def test_a_price_is_moved_with_the_next_period(renewal: Renewing) -> None:
    shop = renewal.shop
    price = await shop.price("10")
    made = await shop.subscribe((await shop.customer())["id"], price["id"])
    await shop.ask("PUT", f"/v1/prices/{price['id']}", {k: price[k] for k in ("plan_id", "currency", "interval", "model")}, 409)
    version = {"amount": "12", "valid_from": str(now() + timedelta(days=1))}
    dearer = await shop.ask("POST", f"/v1/prices/{price['id']}/versions", version, 201)
    await shop.ask("POST", f"/v1/prices/{price['id']}/versions", version, 409)
    assert (await shop.ask("GET", f"/v1/prices/{price['id']}"))["valid_to"] == version["valid_from"]
    first = date.fromisoformat(made["billed_until"])
    await renewal.run(first)
    assert (await renewal.invoices())[-1]["amount"] == "10.000", "it keeps the price that it has"
    move = {"to_price_id": dearer["id"], "effective_from": str(first + timedelta(days=3))}
    assert (await shop.ask("POST", f"/v1/prices/{price['id']}/move", move))["items"] == 1
    await renewal.run(date.fromisoformat((await renewal.get(made))["billed_until"]))
    assert (await renewal.invoices())[-1]["amount"] == "12.000"


async def test_a_scheduled_downgrade_comes_with_the_next_period(renewal: Renewing) -> None:
    shop = renewal.shop
    small, large, yearly = await shop.price("10"), await shop.price("30"), await shop.price("100", interval="year")
    made = await shop.subscribe((await shop.customer())["id"], large["id"])
    await shop.ask("PUT", f"/v1/subscriptions/{made['id']}", {"items": [{"price_id": small["id"]}]})
    end = date.fromisoformat(made["billed_until"])
    await renewal.run(end)
    after = await renewal.get(made)
    assert (after["items"][0]["price_id"], after["pending_items"]) == (small["id"], None)
    assert (await renewal.invoices())[-1]["amount"] == "10.000"
    body = {"items": [{"price_id": yearly["id"]}], "when": "period_end"}
    await shop.ask("PUT", f"/v1/subscriptions/{made['id']}", body)
    await renewal.run(date.fromisoformat(after["billed_until"]))
    after = await renewal.get(made)
    assert (after["interval"], (await renewal.invoices())[-1]["amount"]) == ("year", "100.000")


async def test_credit_pays_the_next_invoice(renewal: Renewing) -> None:
    shop = renewal.shop
    large, small = await shop.price("300"), await shop.price("10")
    made = await shop.subscribe((await shop.customer())["id"], large["id"])
    [first] = await renewal.invoices()
    # As if it had been paid: what is credited later is the customer's.
    note = await shop.credit(first["id"])
    assert note["total"] == "357.000"
    await shop.ask("PUT", f"/v1/subscriptions/{made['id']}", {"items": [{"price_id": small["id"]}], "when": "now"})
    books = await shop.books()
    assert books["receivable"] == "11.900"


async def test_the_job_finds_sellers(renewal: Renewing, urls: Urls) -> None:
    customer, price = await renewal.shop.customer(), await renewal.shop.price("10")
    made = await renewal.shop.subscribe(customer["id"], price["id"])
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        owner.execute(
            "UPDATE hcc.subscriptions SET billed_until = %(on)s, due_on = %(on)s, period_start = NULL, period_end = NULL",
            {"on": now()},
        )
        owner.execute("DELETE FROM hcc.subscription_periods")
    from control.core import jobs

    async with renewal.runtime.database.transaction(Scope()) as tx:
        await jobs.defer(tx, "billing.renew", timestamp=0)
    from control.worker import import_jobs

    import_jobs()
    await work_off(renewal.runtime)
    assert len(await renewal.get(made, "/periods")) == 1
    assert len(await renewal.invoices()) == 2


async def test_a_batch_makes_the_same_documents_as_one_by_one(renewal: Renewing, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = renewal.shop
    price = await shop.price("10", model="per_unit")
    await shop.ask("POST", "/v1/coupons", {"code": "TEN", "percent": "10", "duration": "forever"}, 201)
    customers = [await shop.customer(f"C{n}") for n in range(4)]
    made = [
        await shop.subscribe(one["id"], {"price_id": price["id"], "quantity": n + 1}, coupon="ten")
        for n, one in enumerate(customers)
    ]
    end = date.fromisoformat(made[0]["billed_until"])
    await renewal.run(end)
    many = await renewal.invoices()
    again = date.fromisoformat((await renewal.get(made[0]))["billed_until"])
    await renewal.run(again, batch=1)
    single = (await renewal.invoices())[len(many) :]
    same = ("amount", "tax", "total", "customer_id", "tax_subtotals", "seller", "buyer", "status", "exchange_rate")
    assert [{k: one[k] for k in same} for one in many[4:]] == [{k: one[k] for k in same} for one in single]
    # And as an invoice that is drafted and finalised by hand.
    by_hand = await shop.invoice(
        customers[3]["id"], {"description": "x", "unit_price": "10", "quantity": "4", "discount_amount": "4"}
    )
    assert {k: by_hand[k] for k in same} == {k: single[3][k] for k in same}
    assert renewing.BATCH >= 4


async def test_what_falls_due_on_two_days_has_two_invoices(renewal: Renewing) -> None:
    shop = renewal.shop
    customer, price = await shop.customer(), await shop.price("10")
    first = await shop.subscribe(customer["id"], price["id"])
    second = await shop.subscribe(customer["id"], price["id"], start_date=str(now() - timedelta(days=3)))
    until = max(date.fromisoformat(one["billed_until"]) for one in (first, second))
    run = await renewal.run(until)
    assert (run.steps, run.invoices) == (2, 2)


async def test_a_suspended_one_ends_when_it_is_to_end(renewal: Renewing) -> None:
    shop = renewal.shop
    customer, price = await shop.customer(), await shop.price("10")
    made = await shop.subscribe(customer["id"], price["id"])
    await shop.ask("DELETE", f"/v1/subscriptions/{made['id']}")
    off = await shop.ask("POST", f"/v1/subscriptions/{made['id']}/suspend", {})
    assert off["due_on"] == made["billed_until"]
    await renewal.run(date.fromisoformat(made["billed_until"]))
    assert (await renewal.get(made))["status"] == "cancelled"
    assert len(await renewal.invoices()) == 1
