"""A seller's own rates through the API, and what invoices do with them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.errors import ExclusionViolation, InsufficientPrivilege

from control.billing.today import today
from control.core.ids import new_id
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.world import World

pytestmark = pytest.mark.asyncio
PATH = "/v1/billing/tax-rates"
MONTREAL = {"line1": "Rue 7", "postal_code": "H2X 1Y4", "city": "Montréal", "region": "QC", "country": "CA"}
CEUTA = {"line1": "Calle 8", "postal_code": "51001", "city": "Ceuta", "country": "ES"}
NEW_YORK = {"line1": "Street 9", "postal_code": "10001", "city": "New York", "region": "NY", "country": "US"}


def _day(days: int = 0) -> str:
    return (today("Europe/Berlin") + timedelta(days=days)).isoformat()


def _rate(**more: Any) -> dict[str, Any]:
    return {"country": "DE", "percent": "20", "valid_from": _day()} | more


async def test_own_rates_stand_before_the_built_in_ones(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    made = await shop.ask("POST", PATH, _rate(note="Law of tomorrow"), 201)
    assert (made["percent"], made["valid_to"], made["region"]) == ("20.0000", None, "")
    final = await shop.invoice(customer["id"])
    assert (final["tax"], final["items"][0]["tax_rate"]) == ("20.000", "20.0000")
    assert [one["id"] for one in await shop.ask("GET", f"{PATH}?country=DE&on={_day()}")] == [made["id"]]
    ended = await shop.ask("POST", f"{PATH}/{made['id']}/end", {"valid_to": _day()})
    assert ended["valid_to"] == _day()
    # It holds until the end of its last day, and the next may begin the day after.
    assert (await shop.draft(customer["id"]))["tax"] == "20.000"
    await shop.ask("POST", PATH, _rate(percent="21", valid_from=_day(1)), 201)
    # What is finalised keeps its own.
    assert (await shop.ask("GET", f"/v1/invoices/{final['id']}"))["tax"] == "20.000"


async def test_a_draft_takes_the_rate_of_the_day_on_which_it_is_finalised(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    draft = await shop.draft((await shop.customer())["id"])
    assert draft["tax"] == "19.000"
    await shop.ask("POST", PATH, _rate(), 201)
    assert (await shop.ask("POST", f"/v1/invoices/{draft['id']}/finalise", {}))["tax"] == "20.000"


async def test_a_place_without_a_known_rate_gets_one(world: World) -> None:
    shop = Shop(world)
    await shop.open(address=CEUTA, vat_id="")
    customer = await shop.customer(address=CEUTA, kind="private")
    body = {"customer_id": customer["id"], "items": [{"description": "Server", "unit_price": "100"}]}
    error = await shop.ask("POST", "/v1/invoices", body, 422)
    assert "/items/0/tax_rate" in str(error["details"])
    ipsi = {"components": [{"name": "IPSI", "percent": "10"}]}
    await shop.ask("POST", PATH, _rate(country="ES", region="CE", percent="10", **ipsi), 201)
    final = await shop.invoice(customer["id"])
    assert (final["tax"], final["tax_subtotals"][0]["parts"][0]["name"]) == ("10.000", "IPSI")


async def test_two_taxes_on_one_line(world: World) -> None:
    shop = Shop(world)
    await shop.open(address=MONTREAL, vat_id="", currency="CAD")
    customer = await shop.customer(address=MONTREAL, currency="CAD")
    final = await shop.invoice(customer["id"], {"description": "Server", "unit_price": "33.37", "quantity": "3"})
    [subtotal] = final["tax_subtotals"]
    assert (final["amount"], final["tax"], Decimal(subtotal["rate"])) == ("100.110", "14.990", Decimal("14.975"))
    assert [(part["name"], part["tax"]) for part in subtotal["parts"]] == [("GST", "5.01"), ("QST", "9.98")]
    assert await shop.books() == {"receivable": "115.100", "revenue": "-100.110", "tax": "-14.990"}
    note = await shop.credit(final["id"])
    assert [(part["name"], part["tax"]) for part in note["tax_subtotals"][0]["parts"]] == [("GST", "5.01"), ("QST", "9.98")]
    assert await shop.books() == {}


async def test_software_over_the_network_in_the_us(world: World) -> None:
    shop = Shop(world)
    await shop.open(address=NEW_YORK, vat_id="", currency="USD", tax_registrations=["US-TX"])
    cases = [
        ("NY", "standard", "4.000", "S"),
        ("NY", "saas", "4.000", "S"),
        ("TX", "standard", "6.250", "S"),
        ("TX", "saas", "5.000", "S"),
        ("OR", "saas", "0.000", "O"),
    ]
    for region, tax_class, tax, category in cases:
        customer = await shop.customer(region, address=NEW_YORK | {"region": region}, currency="USD")
        item = {"description": "App", "unit_price": "100", "tax_class": tax_class}
        final = await shop.invoice(customer["id"], item)
        assert (final["tax"], final["items"][0]["tax_category"]) == (tax, category), (region, tax_class)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"country": "XX"}, "/country"),
        ({"country": "de"}, "/country"),
        ({"country": "DE", "region": "BY"}, "/region"),
        ({"country": "US", "region": "ZZ"}, "/region"),
        ({"percent": "-1"}, "/percent"),
        ({"percent": "100.1"}, "/percent"),
        ({"percent": "NaN"}, "/percent"),
        ({"percent": "1e99"}, "/percent"),
        ({"percent": "1.00001"}, "/percent"),
        ({"tax_class": "No Class"}, "/tax_class"),
        ({"valid_to": "2020-01-01"}, "/valid_to"),
        ({"valid_from": "2026-02-30"}, "/valid_from"),
        ({"note": "a\u0000b"}, "/note"),
        ({"components": [{"name": "A", "percent": "5"}]}, "/components"),
        ({"components": [{"name": "A", "percent": "10"}, {"name": "A", "percent": "10"}]}, "/components"),
        ({"components": [{"name": "", "percent": "20"}]}, "/components/0/name"),
        ({"components": [{"name": "A", "percent": "Infinity"}]}, "/components/0/percent"),
        ({"unknown": 1}, "/unknown"),
    ],
)
async def test_bad_rates(world: World, change: dict[str, Any], pointer: str) -> None:
    shop = Shop(world)
    await shop.open()
    error = await shop.ask("POST", PATH, _rate(**change), 422)
    assert pointer in str(error["details"])


async def test_no_two_rates_on_one_day(world: World, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open()
    first = await shop.ask("POST", PATH, _rate(valid_from=_day(10), valid_to=_day(20)), 201)
    for since, until in [(10, 20), (0, 10), (20, None), (0, None), (15, 16), (-5, 30)]:
        body = _rate(valid_from=_day(since), valid_to=None if until is None else _day(until))
        await shop.ask("POST", PATH, body, 409)
    await shop.ask("POST", PATH, _rate(valid_from=_day(0), valid_to=_day(9)), 201)
    await shop.ask("POST", PATH, _rate(valid_from=_day(21)), 201)
    await shop.ask("POST", PATH, _rate(valid_from=_day(15), tax_class="reduced"), 201)
    await shop.ask("POST", PATH, _rate(valid_from=_day(15), country="AT"), 201)
    await shop.ask("POST", f"{PATH}/{first['id']}/end", {"valid_to": _day(21)}, 409)
    await shop.ask("POST", f"{PATH}/{first['id']}/end", {"valid_to": _day(5)}, 422)
    with psycopg.connect(urls["hcc_owner"]) as owner, pytest.raises(ExclusionViolation):
        owner.execute(
            "INSERT INTO hcc.tax_rates (id, organization_id, country, tax_class, percent, valid_from)"
            " VALUES (%s, %s, 'DE', 'standard', 1, %s)",
            (new_id(), world.organizations["north"], date.fromisoformat(_day(12))),
        )


async def test_a_rate_never_changes(world: World, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open()
    made = await shop.ask("POST", PATH, _rate(), 201)
    path = f"{PATH}/{made['id']}"
    await shop.ask("POST", f"{path}/end", {"valid_to": _day(-1)}, 422)
    await shop.ask("DELETE", path, status=409)
    later = await shop.ask("POST", PATH, _rate(country="FR", valid_from=_day(1)), 201)
    await shop.ask("DELETE", f"{PATH}/{later['id']}", status=204)
    await shop.ask("POST", f"{path}/end", {"valid_to": _day()}, 412, If_Match='"7"')
    for role in ("hcc_app", "hcc_worker"):
        for statement in ("UPDATE hcc.tax_rates SET percent = 1", "UPDATE hcc.tax_rates SET valid_from = '2020-01-01'"):
            with psycopg.connect(urls[role]) as connection, pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


async def test_whose_rates_they_are(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    made = await shop.ask("POST", PATH, _rate(), 201)
    assert (await world.send("ned", "POST", PATH, _rate(country="FR"))).status_code == 403
    for who, status in [("saul", 404), ("cleo", 404), ("anna", 404), ("ned", 200)]:
        assert (await world.get(who, f"{PATH}/{made['id']}")).status_code == status, who
    assert (await world.get("anna", PATH)).json()["data"] == []


async def test_creating_twice_with_one_key_is_one_rate(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    first = await shop.ask("POST", PATH, _rate(), 201, Idempotency_Key="rate-1")
    assert await shop.ask("POST", PATH, _rate(), 201, Idempotency_Key="rate-1") == first


@pytest.mark.parametrize("code", ["XX", "US", "US-ZZ", "DE-BY", "CA-XX"])
async def test_places_of_registration_that_are_none(world: World, code: str) -> None:
    from tests.billing.selling import SELLER

    error = await Shop(world).ask("PUT", "/v1/billing/settings", SELLER | {"tax_registrations": [code]}, 422)
    assert "/tax_registrations/0" in str(error["details"])
