"""The catalogue through the API: products, plans, prices, coupons, price lists, and what resellers sell on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.errors import CheckViolation

from tests.billing.selling import SELLER, Shop
from tests.conftest import Urls
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def shop(world: World) -> Shop:
    made = Shop(world)
    await made.open()
    return made


PRICE = {"currency": "EUR", "interval": "month", "model": "flat", "amount": "10"}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"plan_id": "00000000-0000-0000-0000-000000000000"}, "/plan_id"),
    ({"currency": "XYZ"}, "/currency"),
    ({"currency": "eur"}, "/currency"),
    ({"interval": "week"}, "/interval"),
    ({"model": "gift"}, "/model"),
    ({"amount": "-1"}, "/amount"),
    ({"amount": "NaN"}, "/amount"),
    ({"amount": "0.0000001"}, "/amount"),
    ({"amount": "1e300"}, "/amount"),
    ({"setup_fee": "1.001"}, "/setup_fee"),
    ({"model": "volume", "amount": "0"}, "/tiers"),
    ({"tiers": [{"unit_price": "1"}]}, "/tiers"),
    ({"model": "graduated", "tiers": [{"unit_price": "1"}]}, "/amount"),
    ({"model": "graduated", "amount": "0", "tiers": [{"unit_price": "-1"}]}, "/tiers/0/unit_price"),
    ({"model": "graduated", "amount": "0", "tiers": [{"up_to": "NaN", "unit_price": "1"}, {}]}, "/tiers"),
    ({"model": "metered"}, "/meter"),
    ({"meter": {"selector": 'a{b="$customer"}', "unit_name": "GB"}}, "/meter"),
    ({"model": "metered", "interval": "once", "meter": {"selector": 'a{b="$customer"}', "unit_name": "GB"}}, "/interval"),
    ({"model": "metered", "meter": {"selector": "a", "unit_name": "GB"}}, "/meter/selector"),
    ({"model": "metered", "meter": {"selector": 'a{b="$customer"}', "unit_name": "GB", "scale": "0"}}, "/meter/scale"),
    ({"model": "metered", "meter": {"selector": 'a{b="$customer"}', "unit_name": "GB", "included": "-1"}}, "/meter/included"),
    ({"unknown": 1}, "/unknown"),
]


@pytest.mark.parametrize(("change", "pointer"), BAD)
async def test_bad_prices(shop: Shop, change: dict[str, Any], pointer: str) -> None:
    plan = await shop.plan()
    error = await shop.ask("POST", "/v1/prices", PRICE | {"plan_id": plan["id"]} | change, 422)
    assert pointer in [one["pointer"] for one in error["details"]["errors"]], error


async def test_a_plan_names_a_schedule_of_its_own_seller(world: World, shop: Shop) -> None:
    steps = {"name": "usual", "steps": [{"days": 1, "action": "remind"}]}
    await Shop(world, "saul").open()
    theirs = await Shop(world, "saul").ask("POST", "/v1/dunning-schedules", steps, 201)
    mine = await shop.ask("POST", "/v1/dunning-schedules", steps, 201)
    plan = await shop.plan(dunning_id=mine["id"])
    named = {"product_id": plan["product_id"], "name": "Other"}
    for dunning_id in (theirs["id"], "00000000-0000-0000-0000-000000000000"):
        for method, path in (("POST", "/v1/plans"), ("PUT", f"/v1/plans/{plan['id']}")):
            error = await shop.ask(method, path, named | {"dunning_id": dunning_id}, 422)
            assert [one["pointer"] for one in error["details"]["errors"]] == ["/dunning_id"]
    await shop.ask("DELETE", f"/v1/dunning-schedules/{mine['id']}", None, 409)


async def test_a_used_price_never_changes(shop: Shop, urls: Urls) -> None:
    price = await shop.price("10")
    changed = PRICE | {"plan_id": price["plan_id"], "amount": "11", "valid_from": "2020-01-01"}
    assert (await shop.ask("PUT", f"/v1/prices/{price['id']}", changed))["amount"] == "11.000000"
    await shop.subscribe((await shop.customer())["id"], price["id"])
    await shop.ask("PUT", f"/v1/prices/{price['id']}", changed | {"amount": "12"}, 409)
    await shop.ask("DELETE", f"/v1/prices/{price['id']}", None, 409)
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        for statement in ("UPDATE hcc.prices SET amount = 1", "UPDATE hcc.prices SET used_at = NULL", "DELETE FROM hcc.prices"):
            with pytest.raises(CheckViolation):
                owner.execute(statement)
    archived = await shop.ask("POST", f"/v1/prices/{price['id']}/archive", {})
    assert archived["is_active"] is False
    await shop.ask("POST", f"/v1/prices/{price['id']}/archive", {}, 409)
    await shop.subscribe((await shop.customer("Other"))["id"], price["id"], status=422)


async def test_a_version_that_is_taken_back(shop: Shop) -> None:
    price = await shop.price("10")
    version = await shop.ask("POST", f"/v1/prices/{price['id']}/versions", {"amount": "12", "valid_from": "2031-01-01"}, 201)
    error = await shop.ask("POST", f"/v1/prices/{version['id']}/versions", {"amount": "9", "valid_from": "2030-01-01"}, 422)
    assert error["details"]["errors"][0]["pointer"] == "/valid_from"
    await shop.ask("DELETE", f"/v1/prices/{version['id']}", None, 204)
    assert (await shop.ask("GET", f"/v1/prices/{price['id']}"))["valid_to"] is None
    other = await shop.price("5")
    for to, start in ((other["id"], "2031-01-01"), (price["id"], "2031-01-01")):
        error = await shop.ask("POST", f"/v1/prices/{price['id']}/move", {"to_price_id": to, "effective_from": start}, 422)
        assert error["details"]["errors"][0]["pointer"] == "/to_price_id"


async def test_what_is_used_is_not_deleted(shop: Shop) -> None:
    price = await shop.price("10")
    plan = await shop.ask("GET", f"/v1/plans/{price['plan_id']}")
    await shop.ask("DELETE", f"/v1/plans/{plan['id']}", None, 409)
    await shop.ask("DELETE", f"/v1/products/{plan['product_id']}", None, 409)
    await shop.ask("DELETE", f"/v1/prices/{price['id']}", None, 204)
    await shop.ask("DELETE", f"/v1/plans/{plan['id']}", None, 204)
    await shop.ask("DELETE", f"/v1/products/{plan['product_id']}", None, 204)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"percent": None}, "/percent"),
        ({"percent": "101"}, "/percent"),
        ({"percent": "0"}, "/percent"),
        ({"amount": "5"}, "/percent"),
        ({"percent": None, "amount": "5"}, "/currency"),
        ({"percent": None, "amount": "5.001", "currency": "EUR"}, "/amount"),
        ({"duration": "repeating"}, "/periods"),
        ({"periods": 3}, "/periods"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "/valid_to"),
        ({"plan_ids": ["00000000-0000-0000-0000-000000000000"]}, "/plan_ids"),
        ({"code": "with space"}, "/code"),
        ({"most": 0}, "/most"),
    ],
)
async def test_bad_coupons(shop: Shop, change: dict[str, Any], pointer: str) -> None:
    error = await shop.ask("POST", "/v1/coupons", {"code": "TEN", "percent": "10"} | change, 422)
    assert pointer in [one["pointer"] for one in error["details"]["errors"]], error


async def test_a_coupon_is_redeemed_as_often_as_it_may(shop: Shop) -> None:
    price = await shop.price("10")
    coupon = await shop.ask("POST", "/v1/coupons", {"code": "TWO", "percent": "10", "most": 2}, 201)
    for name, status in (("A", 201), ("B", 201), ("C", 422)):
        await shop.subscribe((await shop.customer(name))["id"], price["id"], coupon="two", status=status)
    await shop.ask("DELETE", f"/v1/coupons/{coupon['id']}", None, 409)
    await shop.ask("PUT", f"/v1/coupons/{coupon['id']}", {"code": "TWO", "percent": "10", "most": 1}, 409)


@pytest.mark.parametrize(
    ("terms", "owed"),
    [
        ({"kind": "wholesale", "percent": "30"}, "14.000"),
        ({"kind": "commission", "percent": "20"}, "24.000"),
    ],
)
async def test_a_reseller_sells_on(world: World, terms: dict[str, str], owed: str) -> None:
    platform, north = Shop(world, "root"), Shop(world)
    await platform.open(legal_name="Platform")
    source = await platform.price("20", (await platform.plan("VPS"))["id"])
    north_id = str(world.organizations["north"])
    await platform.ask("POST", "/v1/reseller-terms", {"reseller_org_id": north_id} | terms, 201)
    await platform.ask("POST", "/v1/reseller-terms", {"reseller_org_id": str(world.organizations["apple"])} | terms, 422)
    await north.open()
    listed = await north.ask("GET", "/v1/price-list?of=seller")
    assert listed["products"][0]["plans"][0]["id"] == source["plan_id"]
    assert (await north.ask("GET", "/v1/price-list"))["products"] == []
    mine = await north.plan("North VPS", supplier_plan_id=source["plan_id"])
    price = await north.price("30", mine["id"])
    customer = await north.customer()
    made = await north.subscribe(customer["id"], price["id"])
    [share] = await north.ask("GET", "/v1/supplier-shares")
    assert (share["sold"], share["owed"], share["kind"]) == ("30.000", owed, terms["kind"])
    await north.ask("DELETE", f"/v1/subscriptions/{made['id']}?when=now")
    shares = await north.ask("GET", "/v1/supplier-shares")
    assert sum(Decimal(one["owed"]) for one in shares) == 0
    assert len(await platform.ask("GET", "/v1/supplier-shares")) == 2
    # What the reseller pays is nobody's business below it.
    assert (await world.get("anna", "/v1/supplier-shares")).status_code == 403
    assert (await world.get("anna", "/v1/price-list")).json()["data"]["products"][0]["plans"][0]["prices"][0][
        "amount"
    ] == "30.000000"
    [held] = await north.ask("GET", "/v1/reseller-terms")
    await north.ask("DELETE", f"/v1/reseller-terms/{held['id']}", None, 404)


async def test_what_others_sell_is_not_seen(world: World, shop: Shop) -> None:
    price = await shop.price("10")
    await Shop(world, "saul").ask("PUT", "/v1/billing/settings", SELLER)
    for path in (f"/v1/prices/{price['id']}", f"/v1/plans/{price['plan_id']}"):
        for who, status in (("saul", 404), ("cleo", 403), ("anna", 403), ("ned", 200), ("root", 200), (None, 401)):
            assert (await world.get(who, path)).status_code == status, (who, path)
    assert (await world.get("saul", "/v1/plans")).json()["data"] == []
    taken = {"plan_id": price["plan_id"]} | PRICE
    assert (await world.send("saul", "POST", "/v1/prices", taken)).status_code == 422
    theirs = {"product_id": (await shop.ask("GET", f"/v1/plans/{price['plan_id']}"))["product_id"], "name": "Mine"}
    assert (await world.send("saul", "POST", "/v1/plans", theirs)).status_code == 422
