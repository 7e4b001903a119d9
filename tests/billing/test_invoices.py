"""Invoices through the API: drafts, numbers, tax, credit notes, the books, and who may see what."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from tests.billing.selling import BERLIN, PARIS, ZURICH, Shop
from tests.conftest import Urls
from tests.world import World

pytestmark = pytest.mark.asyncio


async def test_a_draft_becomes_an_invoice(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    draft = await shop.draft(
        customer["id"],
        {"description": "Server", "unit_price": "49.90", "quantity": "3", "discount_percent": "10"},
        {"description": "Domain", "unit_price": "12"},
    )
    assert (draft["status"], draft["invoice_number"], draft["amount"], draft["tax"], draft["total"]) == (
        "draft", None, "146.730", "27.880", "174.610",
    )  # fmt: skip
    final = await shop.ask("POST", f"/v1/invoices/{draft['id']}/finalise", {})
    year = final["issued_on"][:4]
    assert (final["status"], final["invoice_number"], final["total"]) == ("sent", f"INV-{year}-00001", "174.610")
    assert (final["seller"]["legal_name"], final["buyer"]["name"]) == ("North Hosting GmbH", "Apple")
    assert final["tax_treatment"]["reason"] == "domestic"
    assert await shop.books() == {"receivable": "174.610", "revenue": "-146.730", "tax": "-27.880"}
    again = await shop.invoice(customer["id"])
    assert again["invoice_number"] == f"INV-{year}-00002"


async def test_what_is_finalised_never_changes(world: World, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    final = await shop.invoice(customer["id"])
    path = f"/v1/invoices/{final['id']}"
    for method, below, body in [
        ("PUT", "", {"customer_id": customer["id"], "items": []}),
        ("DELETE", "", None),
        ("POST", "/finalise", {}),
    ]:
        error = await shop.ask(method, path + below, body, 409)
        assert final["invoice_number"] in error["message"]
    await shop.ask("PUT", f"/v1/customers/{customer['id']}", {
        "kind": "business", "name": "Pear", "email": "books@customer.example", "address": BERLIN,
    })  # fmt: skip
    assert (await shop.ask("GET", path))["buyer"]["name"] == "Apple"
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        for statement, wrong in [
            ("UPDATE hcc.invoices SET total = 1, amount = 1, tax = 0", CheckViolation),
            ("UPDATE hcc.invoices SET status = 'draft'", CheckViolation),
            ("DELETE FROM hcc.invoices", CheckViolation),
            ("UPDATE hcc.invoice_items SET line_total = 1", CheckViolation),
            ("DELETE FROM hcc.invoice_items", CheckViolation),
            ("UPDATE hcc.ledger_lines SET amount = 0", InsufficientPrivilege),
            ("DELETE FROM hcc.ledger_entries", InsufficientPrivilege),
            ("TRUNCATE hcc.ledger_lines", InsufficientPrivilege),
        ]:
            with pytest.raises(wrong):
                owner.execute(statement)


TREATMENTS: list[tuple[str, dict[str, Any], dict[str, Any], str, str, str]] = [
    ("at home", {}, {"address": BERLIN}, "domestic", "S", "19.00"),
    ("a business abroad", {}, {"address": PARIS, "tax_id": "FR40303265045"}, "reverse_charge", "AE", "0.00"),
    ("a business without an id", {}, {"address": PARIS}, "below_threshold", "S", "19.00"),
    ("a private customer", {}, {"address": PARIS, "kind": "private"}, "below_threshold", "S", "19.00"),
    ("a private customer, one-stop shop", {"oss_registered": True}, {"address": PARIS, "kind": "private"}, "oss", "S", "20.00"),
    ("outside the union", {}, {"address": ZURICH}, "outside_scope", "O", "0.00"),
    ("an exempt customer", {}, {"address": BERLIN, "tax_exempt": True}, "exempt", "E", "0.00"),
    ("a small business", {"small_business": True}, {"address": BERLIN}, "small_business", "E", "0.00"),
]


@pytest.mark.parametrize(
    ("seller", "buyer", "reason", "category", "tax"), [c[1:] for c in TREATMENTS], ids=[c[0] for c in TREATMENTS]
)
async def test_tax(world: World, seller: dict[str, Any], buyer: dict[str, Any], reason: str, category: str, tax: str) -> None:
    shop = Shop(world)
    await shop.open(**seller)
    final = await shop.invoice((await shop.customer(**buyer))["id"])
    assert final["tax_treatment"]["reason"] == reason
    assert (final["items"][0]["tax_category"], Decimal(final["tax"])) == (category, Decimal(tax))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"quantity": "-1"}, "/items/0/quantity"),
        ({"quantity": "NaN"}, "/items/0/quantity"),
        ({"quantity": "1e400"}, "/items/0/quantity"),
        ({"unit_price": "Infinity"}, "/items/0/unit_price"),
        ({"unit_price": "0.0000001"}, "/items/0/unit_price"),
        ({"description": "a\u0000b"}, "/items/0/description"),
        ({"description": "total \u202e 00.1"}, "/items/0/description"),
        ({"discount_percent": "101"}, "/items/0/discount_percent"),
        ({"discount_amount": "0.001"}, "/items/0/discount_amount"),
        ({"tax_class": "cheap"}, "/items/0/tax_rate"),
        ({"period_start": "2026-01-01"}, "/items/0/period_end"),
        ({"period_start": "2026-01-02", "period_end": "2026-01-02"}, "/items/0/period_end"),
        ({"unknown": 1}, "/items/0/unknown"),
        ({"unit_price": True}, "/items/0/unit_price"),
    ],
)
async def test_bad_positions(world: World, change: dict[str, Any], pointer: str) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    body = {"customer_id": customer["id"], "items": [{"description": "Server", "unit_price": "1"} | change]}
    error = await shop.ask("POST", "/v1/invoices", body, 422)
    assert pointer in [one["pointer"] for one in error["details"]["errors"]], error


async def test_bad_drafts(world: World) -> None:
    shop = Shop(world)
    await shop.ask("POST", "/v1/invoices", {"customer_id": str(world.organizations["apple"])}, 422)
    await shop.open()
    customer = await shop.customer()
    error = await shop.ask("POST", "/v1/invoices", {"customer_id": customer["id"], "currency": "USD"}, 422)
    assert error["details"]["errors"][0]["pointer"] == "/currency"
    many = [{"description": "x", "unit_price": "1"}] * 10_001
    await shop.ask("POST", "/v1/invoices", {"customer_id": customer["id"], "items": many}, 422)
    empty = await shop.ask("POST", "/v1/invoices", {"customer_id": customer["id"]}, 201)
    await shop.ask("POST", f"/v1/invoices/{empty['id']}/finalise", {}, 422)


async def test_a_credit_note_takes_all_or_some_back(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    final = await shop.invoice(
        customer["id"],
        {"description": "Server", "unit_price": "33.33", "quantity": "3"},
        {"description": "Domain", "unit_price": "9.99"},
    )
    server = final["items"][0]["id"]
    first = await shop.credit(final["id"], items=[{"item_id": server, "quantity": "1"}])
    assert (first["kind"], first["status"], first["amount"], first["tax"]) == ("credit_note", "paid", "33.330", "6.330")
    assert first["invoice_number"].startswith("CN-")
    open_now = await shop.ask("GET", f"/v1/invoices/{final['id']}")
    assert (open_now["status"], Decimal(open_now["balance"])) == ("partially_paid", Decimal(final["total"]) - Decimal("39.66"))
    error = await shop.credit(final["id"], 422, items=[{"item_id": server, "quantity": "2.5"}])
    assert error["details"]["errors"][0]["pointer"] == "/items/0/quantity"
    rest = await shop.credit(final["id"])
    assert Decimal(rest["total"]) + Decimal(first["total"]) == Decimal(final["total"])
    assert (await shop.ask("GET", f"/v1/invoices/{final['id']}"))["status"] == "cancelled"
    await shop.credit(final["id"], 409)
    assert await shop.books() == {}


async def test_cancelling_and_writing_off(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    first, second = await shop.invoice(customer["id"]), await shop.invoice(customer["id"])
    cancelled = await shop.ask("POST", f"/v1/invoices/{first['id']}/cancel", {"reason": "Wrong customer"})
    assert (cancelled["status"], cancelled["balance"]) == ("cancelled", "0.000")
    given_up = await shop.ask("POST", f"/v1/invoices/{second['id']}/write-off", {"reason": "Insolvent"})
    assert given_up["status"] == "uncollectible"
    await shop.ask("POST", f"/v1/invoices/{second['id']}/write-off", {"reason": "Insolvent"}, 409)
    assert await shop.books() == {"bad_debt": "119.000", "revenue": "-100.000", "tax": "-19.000"}


async def test_numbers_have_no_gap_when_many_finalise_at_once(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    drafts = [await shop.draft(customer["id"]) for _ in range(12)]
    refused = await shop.ask("POST", "/v1/invoices", {"customer_id": customer["id"]}, 201)

    async def finalise(draft: dict[str, Any]) -> int:
        answer = await world.send("nora", "POST", f"/v1/invoices/{draft['id']}/finalise", {})
        return answer.status_code

    # Each twice, and one that cannot be finalised among them.
    codes = await asyncio.gather(*(finalise(one) for one in [*drafts, refused, *drafts]))
    assert sorted(codes) == [200] * 12 + [409] * 12 + [422]
    listed = await world.get("nora", "/v1/invoices?limit=100&sort_by=number&sort_order=asc&status=sent")
    numbers = [one["invoice_number"] for one in listed.json()["data"]]
    assert [int(number[-5:]) for number in numbers] == list(range(1, 13))
    assert await shop.books() == {"receivable": "1428.000", "revenue": "-1200.000", "tax": "-228.000"}


async def test_who_sees_what(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    draft, final = await shop.draft(customer["id"]), await shop.invoice(customer["id"])
    for who, invoice, status in [
        ("anna", final, 200), ("anna", draft, 404), ("bert", final, 404), ("saul", final, 404), ("cleo", final, 404),
        ("ned", draft, 200), ("root", final, 200), ("alex", final, 403), (None, final, 401),
    ]:  # fmt: skip
        answer = await world.get(who, f"/v1/invoices/{invoice['id']}")
        assert answer.status_code == status, (who, answer.text)
    mine = (await world.get("anna", "/v1/invoices")).json()
    assert [one["id"] for one in mine["data"]] == [final["id"]]
    assert mine["pagination"]["total"] == 1
    assert (await world.get("anna", "/v1/ledger/trial-balance")).status_code == 403
    for who in ("anna", "bert", "saul"):
        answer = await world.send(who, "POST", f"/v1/invoices/{final['id']}/credit-notes", {"reason": "mine"})
        assert answer.status_code in (403, 404), (who, answer.text)


async def test_the_list_filters_and_searches(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    apple, birch = await shop.customer("Apple"), await shop.customer("Birch_Tree")
    await shop.invoice(apple["id"])
    await shop.draft(birch["id"])
    for query, count in [
        ("", 2), ("status=sent", 1), ("status=draft", 1), ("status=paid", 0), (f"customer_id={birch['id']}", 1),
        ("search=inv-", 1), ("search=birch_", 1), ("search=b%25", 0), ("search=tree", 0), ("issued_until=2020-01-01", 0),
        ("kind=credit_note", 0),
    ]:  # fmt: skip
        answer = await world.get("nora", f"/v1/invoices?{query}")
        assert (answer.status_code, answer.json()["pagination"]["total"], len(answer.json()["data"])) == (200, count, count), (
            query
        )
    assert (await world.get("nora", "/v1/invoices?status=lost")).status_code == 422
