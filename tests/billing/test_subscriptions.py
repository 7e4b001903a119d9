"""Subscriptions through the API: starting, changing, pausing, cancelling, and what is charged for it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from control.billing.subscriptions.periods import anchored, containing
from control.billing.today import today
from tests.billing.selling import Shop
from tests.world import World

pytestmark = pytest.mark.asyncio


def now() -> date:
    return today("Europe/Berlin")


def month() -> tuple[date, date]:
    """The monthly period that began ten days ago."""
    start = now() - timedelta(days=10)
    period = containing(anchored(start), "month", now())
    return period.start, period.end


@pytest.fixture
async def shop(world: World) -> Shop:
    made = Shop(world)
    await made.open()
    return made


async def invoices(shop: Shop, **filters: str) -> list[dict[str, Any]]:
    query = "&".join(f"{key}={value}" for key, value in filters.items())
    found = await shop.ask("GET", f"/v1/invoices?limit=100&sort_by=created_at&sort_order=asc&{query}")
    return [await shop.ask("GET", f"/v1/invoices/{one['id']}") for one in found]


async def test_a_subscription_is_invoiced_at_once(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("10", setup_fee="5")
    made = await shop.subscribe(customer["id"], price["id"])
    assert (made["status"], made["interval"], made["period_start"]) == ("active", "month", str(now()))
    assert made["due_on"] == made["billed_until"] == made["period_end"]
    [invoice] = await invoices(shop)
    assert (invoice["status"], invoice["amount"], invoice["subscription_id"]) == ("sent", "15.000", made["id"])
    assert [one["line_total"] for one in invoice["items"]] == ["10.000", "5.000"]
    assert invoice["items"][0]["period_start"] == str(now())
    assert await shop.books() == {
        "receivable": "17.850", "deferred_revenue": "-10.000", "revenue": "-5.000", "tax": "-2.850",
    }  # fmt: skip
    [change, created] = await shop.ask("GET", f"/v1/subscriptions/{made['id']}/changes")
    assert (change["kind"], created["kind"], change["detail"]["invoice_number"]) == (
        "activated", "created", invoice["invoice_number"],
    )  # fmt: skip


async def test_a_trial_charges_nothing(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("10")
    made = await shop.subscribe(customer["id"], price["id"], trial_days=14)
    assert (made["status"], made["due_on"]) == ("trialing", str(now() + timedelta(days=14)))
    assert await invoices(shop) == []


async def test_a_backdated_start_catches_up_in_order(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("10")
    start = now() - timedelta(days=100)
    made = await shop.subscribe(customer["id"], price["id"], start_date=str(start))
    periods = await shop.ask("GET", f"/v1/subscriptions/{made['id']}/periods")
    bounds = [(one["period_start"], one["period_end"]) for one in reversed(periods)]
    assert bounds[0][0] == str(start)
    assert all(a[1] == b[0] for a, b in pairwise(bounds))
    assert bounds[-1][1] == made["billed_until"] > str(now())
    numbers = [one["invoice_number"] for one in await invoices(shop)]
    assert len(numbers) == len(bounds)
    assert numbers == sorted(numbers)


async def test_an_upgrade_credits_and_charges_by_day(shop: Shop) -> None:
    customer = await shop.customer()
    small, large = await shop.price("10"), await shop.price("30")
    start = now() - timedelta(days=10)
    made = await shop.subscribe(customer["id"], small["id"], start_date=str(start))
    first, last = month()
    left, days = (last - now()).days, (last - first).days
    body = {"items": [{"price_id": large["id"]}]}
    shown = await shop.ask("POST", f"/v1/subscriptions/{made['id']}/preview", {"change": body})
    changed = await shop.ask("PUT", f"/v1/subscriptions/{made['id']}", body)
    assert [one["price_id"] for one in changed["items"]] == [large["id"]]
    documents = await invoices(shop)
    note = next(one for one in documents if one["kind"] == "credit_note")
    bill = documents[-1]
    used = (Decimal(10) * 10 / days).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert Decimal(note["amount"]) == 10 - used
    assert Decimal(bill["amount"]) == 30 - (Decimal(300) / days).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert (Decimal(shown["charge_total"]), Decimal(shown["credit_total"])) == (Decimal(bill["total"]), Decimal(note["total"]))
    assert f"({left} of {days} days)" in bill["items"][0]["description"]
    assert note["corrects_id"] == documents[0]["id"]


async def test_there_and_back_costs_nothing(shop: Shop) -> None:
    customer = await shop.customer()
    small, large = await shop.price("9.99"), await shop.price("33.33")
    start = now() - timedelta(days=10)
    made = await shop.subscribe(customer["id"], small["id"], start_date=str(start))
    before = await shop.books()
    for price in (large, small):
        body = {"items": [{"price_id": price["id"]}], "when": "now"}
        await shop.ask("PUT", f"/v1/subscriptions/{made['id']}", body)
    after = await shop.books()
    owed = Decimal(after["receivable"]) + Decimal(after.get("customer_credit", 0))
    assert owed == Decimal(before["receivable"])
    assert after["deferred_revenue"] == before["deferred_revenue"]


async def test_a_downgrade_waits_for_the_period_or_becomes_credit(shop: Shop) -> None:
    customer = await shop.customer()
    small, large = await shop.price("10"), await shop.price("30")
    made = await shop.subscribe(customer["id"], large["id"])
    path = f"/v1/subscriptions/{made['id']}"
    waits = await shop.ask("PUT", path, {"items": [{"price_id": small["id"]}]})
    assert waits["items"][0]["price_id"] == large["id"]
    assert waits["pending_items"][0]["price_id"] == small["id"]
    at_once = await shop.ask("PUT", path, {"items": [{"price_id": small["id"]}], "when": "now"})
    assert (at_once["items"][0]["price_id"], at_once["pending_items"]) == (small["id"], None)
    # The whole first invoice went back, and the second one is all that is owed.
    assert (await shop.books())["receivable"] == "11.900"


async def test_more_of_it_is_charged_by_itself(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("10", model="per_unit")
    made = await shop.subscribe(customer["id"], {"price_id": price["id"], "quantity": 2})
    item = made["items"][0]["id"]
    path = f"/v1/subscriptions/{made['id']}"
    await shop.ask("PUT", path, {"items": [{"id": item, "price_id": price["id"], "quantity": 5}]})
    documents = await invoices(shop)
    assert [(one["kind"], one["amount"]) for one in documents] == [("invoice", "20.000"), ("invoice", "30.000")]
    await shop.ask("PUT", path, {"items": [{"price_id": price["id"], "quantity": 1}], "when": "now"})
    assert (await shop.books())["deferred_revenue"] == "-10.000"


async def test_a_pause_and_its_end_on_one_day_cost_nothing(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("31")
    made = await shop.subscribe(customer["id"], price["id"], start_date=str(now() - timedelta(days=10)))
    path = f"/v1/subscriptions/{made['id']}"
    before = await shop.books()
    paused = await shop.ask("POST", f"{path}/pause", {})
    assert (paused["status"], paused["due_on"], paused["billed_until"]) == ("paused", None, str(now()))
    await shop.ask("POST", f"{path}/pause", {}, 409)
    resumed = await shop.ask("POST", f"{path}/resume", {})
    assert (resumed["status"], resumed["billed_until"]) == ("active", made["billed_until"])
    after = await shop.books()
    assert Decimal(after["deferred_revenue"]) == Decimal(before["deferred_revenue"])


async def test_cancelling(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("30")
    made = await shop.subscribe(customer["id"], price["id"])
    path = f"/v1/subscriptions/{made['id']}"
    later = await shop.ask("DELETE", f"{path}?reason=moving")
    assert (later["status"], later["cancels_on"], later["cancel_reason"]) == ("active", made["period_end"], "moving")
    back = await shop.ask("POST", f"{path}/reactivate", {})
    assert (back["cancels_on"], back["due_on"]) == (None, made["period_end"])
    await shop.ask("POST", f"{path}/reactivate", {}, 409)
    shown = await shop.ask("POST", f"{path}/preview", {"cancel": {"when": "now"}})
    assert shown["credit_total"] == "35.700"
    gone = await shop.ask("DELETE", f"{path}?when=now")
    assert (gone["status"], gone["ended_on"], gone["due_on"]) == ("cancelled", str(now()), None)
    assert await shop.books() == {}
    for method, below, body in [
        ("DELETE", "", None), ("PUT", "", {"items": [{"price_id": price["id"]}]}), ("POST", "/pause", {}),
        ("POST", "/resume", {}), ("POST", "/suspend", {}), ("POST", "/unsuspend", {}), ("POST", "/reactivate", {}),
    ]:  # fmt: skip
        await shop.ask(method, path + below, body, 409)


async def test_suspending_keeps_what_is_paid(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("30")
    made = await shop.subscribe(customer["id"], price["id"])
    path = f"/v1/subscriptions/{made['id']}"
    off = await shop.ask("POST", f"{path}/suspend", {"reason": "unpaid"})
    assert (off["status"], off["due_on"]) == ("suspended", None)
    on = await shop.ask("POST", f"{path}/unsuspend", {})
    assert (on["status"], on["due_on"]) == ("active", made["due_on"])
    assert len(await invoices(shop)) == 1
    kinds = [one["kind"] for one in await shop.ask("GET", f"{path}/changes")]
    assert kinds == ["unsuspended", "suspended", "activated", "created"]


async def test_addons_align_to_the_anchor(shop: Shop) -> None:
    customer = await shop.customer()
    plan = await shop.plan("Server")
    base = await shop.price("30", plan["id"])
    extra_plan = await shop.plan("Backup", is_addon=True, extends=[plan["id"]])
    extra = await shop.price("6", extra_plan["id"])
    await shop.subscribe(customer["id"], extra["id"], status=422)
    made = await shop.subscribe(customer["id"], base["id"], start_date=str(now() - timedelta(days=10)))
    body = {"items": [{"price_id": base["id"]}, {"price_id": extra["id"]}]}
    both = await shop.ask("PUT", f"/v1/subscriptions/{made['id']}", body)
    bill = (await invoices(shop))[-1]
    assert [one["period_end"] for one in bill["items"]] == [made["period_end"]]
    assert len(both["items"]) == 2
    alone = await shop.ask("PUT", f"/v1/subscriptions/{made['id']}", {"items": [{"price_id": extra["id"]}]}, 422)
    assert alone["details"]["errors"][0]["pointer"] == "/items/0/price_id"


async def test_an_anchor_day_makes_a_short_first_period(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("30")
    day = (now() + timedelta(days=5)).day
    made = await shop.subscribe(customer["id"], price["id"], anchor_day=day)
    end = date.fromisoformat(made["period_end"])
    assert end == containing(anchored(now(), day), "month", now()).end
    [invoice] = await invoices(shop)
    assert Decimal(invoice["amount"]) < 30


async def test_coupons(shop: Shop) -> None:
    customer = await shop.customer()
    price = await shop.price("10")
    coupon = {"code": "Spring", "percent": "25", "duration": "repeating", "periods": 2, "most_a_customer": 1}
    await shop.ask("POST", "/v1/coupons", coupon, 201)
    await shop.ask("POST", "/v1/coupons", coupon | {"code": "SPRING"}, 409)
    start = now() - timedelta(days=100)
    made = await shop.subscribe(customer["id"], price["id"], coupon="sPRING", start_date=str(start))
    amounts = [one["amount"] for one in await invoices(shop)]
    assert amounts[:3] == ["7.500", "7.500", "10.000"]
    assert made["coupon"]["code"] == "Spring"
    refused = await shop.subscribe(customer["id"], price["id"], coupon="spring", status=422)
    assert refused["details"]["errors"][0]["pointer"] == "/coupon"
    assert (await shop.ask("GET", "/v1/coupons?search=spring"))[0]["redeemed"] == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"customer_id": "00000000-0000-0000-0000-000000000000"}, "/customer_id"),
        ({"start_date": "1999-01-01"}, "/start_date"),
        ({"ends_on": "2020-01-01"}, "/ends_on"),
        ({"name": "a\u0000b"}, "/name"),
        ({"coupon": "nothing"}, "/coupon"),
        ({"anchor_day": 32}, "/anchor_day"),
        ({"trial_days": -1}, "/trial_days"),
        ({"items": []}, "/items"),
        ({"items": [{"price_id": "00000000-0000-0000-0000-000000000000"}]}, "/items/0/price_id"),
        ({"quantity": 3}, "/items/0/quantity"),
        ({"quantity": 0}, "/items/0/quantity"),
        ({"unknown": 1}, "/unknown"),
    ],
)
async def test_bad_subscriptions(shop: Shop, change: dict[str, Any], pointer: str) -> None:
    customer = await shop.customer()
    price = await shop.price("10")
    item = {"price_id": price["id"]} | ({"quantity": change.pop("quantity")} if "quantity" in change else {})
    body = {"customer_id": customer["id"], "items": [item]} | change
    error = await shop.ask("POST", "/v1/subscriptions", body, 422)
    assert pointer in [one["pointer"] for one in error["details"]["errors"]], error


async def test_who_sees_what(world: World, shop: Shop) -> None:
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    price = await shop.price("10")
    made = await shop.subscribe(customer["id"], price["id"])
    path = f"/v1/subscriptions/{made['id']}"
    for who, status in [
        ("anna", 200), ("bert", 404), ("saul", 404), ("cleo", 404), ("ned", 200), ("root", 200), ("alex", 403), (None, 401),
    ]:  # fmt: skip
        for below in ("", "/changes", "/periods", "/usage"):
            answer = await world.get(who, path + below)
            assert answer.status_code == status, (who, below, answer.text)
    for who in ("anna", "bert", "saul"):
        for method, below, body in [
            ("DELETE", "", None), ("POST", "/pause", {}), ("PUT", "", {"items": [{"price_id": price["id"]}]}),
        ]:  # fmt: skip
            answer = await world.send(who, method, path + below, body)
            assert answer.status_code in (403, 404), (who, answer.text)
    listed = (await world.get("anna", "/v1/price-list")).json()["data"]
    assert [one["name"] for one in listed["products"]] == ["Plan 1 product"]
    assert listed["products"][0]["plans"][0]["prices"][0]["amount"] == "10.000000"
    assert (await world.get("anna", f"/v1/prices/{price['id']}")).status_code == 403
    assert (await world.get("cleo", "/v1/price-list")).json()["data"]["products"] == []


async def test_a_reseller_reads_what_it_is_sold_and_does_not_write_it(world: World) -> None:
    """Its owner may write subscriptions: those that it sells, and not those that are sold to it."""
    platform, north = Shop(world, "root"), Shop(world)
    await platform.open()
    customer = await platform.customer("North", customer_org_id=str(world.organizations["north"]))
    price = await platform.price("10")
    made = await platform.subscribe(customer["id"], price["id"])
    path, items = f"/v1/subscriptions/{made['id']}", {"items": [{"price_id": price["id"], "quantity": 1}]}
    assert (await north.ask("GET", path))["version"] == made["version"]
    for method, below, body in [
        ("PUT", "", items), ("DELETE", "?when=now", None), ("POST", "/cancel", {}), ("POST", "/pause", {}),
        ("POST", "/suspend", {}), ("POST", "/preview", {"change": items}),
    ]:  # fmt: skip
        await north.ask(method, path + below, body, 404)
    await north.ask("POST", "/v1/subscriptions", {"customer_id": customer["id"], **items}, 422)
    await north.ask("PUT", f"/v1/customers/{customer['id']}/dunning-stop", {"reason": "why"}, 404)
    assert (await platform.ask("GET", path)) == made
