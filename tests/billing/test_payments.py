"""Payments by hand through the API: what they pay, what is left, what goes back, and the books behind it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from control.billing.payments.pan import looks_like_card_number
from control.billing.payments.sharing import back
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.world import World

_D = Decimal
_ONE_MORE = """INSERT INTO hcc.payment_allocations (id, organization_id, customer_org_id, payment_id, amount, kind, source)
SELECT gen_random_uuid(), organization_id, customer_org_id, id, 1, 'moved', gen_random_uuid() FROM hcc.payments"""


async def _shop(world: World, **settings: Any) -> tuple[Shop, dict[str, Any]]:
    shop = Shop(world)
    await shop.open(**settings)
    return shop, await shop.customer(customer_org_id=str(world.organizations["apple"]))


async def _invoice(shop: Shop, invoice_id: str) -> tuple[str, str]:
    found = await shop.ask("GET", f"/v1/invoices/{invoice_id}")
    return found["status"], found["balance"]


async def test_a_payment_pays_an_invoice(world: World) -> None:
    shop, customer = await _shop(world)
    invoice = await shop.invoice(customer["id"])
    first = await shop.pay("19.00", invoice_id=invoice["id"], reference="Thanks")
    assert (first["status"], first["notice"], first["customer_id"]) == ("succeeded", "", customer["id"])
    assert first["allocations"] == [
        {"invoice_id": invoice["id"], "invoice_number": invoice["invoice_number"], "amount": "19.000"}
    ]
    assert await _invoice(shop, invoice["id"]) == ("partially_paid", "100.000")
    await shop.pay("100", invoice_id=invoice["id"], method="cash", fee="1.50")
    assert await _invoice(shop, invoice["id"]) == ("paid", "0.000")
    assert await shop.books() == {
        "bank": "19.000", "cash": "98.500", "payment_fees": "1.500", "revenue": "-100.000", "tax": "-19.000",
    }  # fmt: skip
    listed = await world.get("nora", f"/v1/payments/invoice/{invoice['id']}")
    assert listed.json()["pagination"]["total"] == 2


async def test_the_oldest_invoices_are_paid_first_and_the_rest_is_credit(world: World) -> None:
    shop, customer = await _shop(world)
    late = await shop.invoice(customer["id"], payment_terms_days=30)
    soon = await shop.invoice(customer["id"], payment_terms_days=7)
    paid = await shop.pay("150", customer_id=customer["id"])
    assert [(one["invoice_id"], one["amount"]) for one in paid["allocations"]] == [
        (soon["id"], "119.000"),
        (late["id"], "31.000"),
    ]
    paid = await shop.pay("100", customer_id=customer["id"])
    assert paid["notice"] == "12.000 EUR became the customer's credit."
    assert await shop.credit_of(customer["id"]) == {"EUR": "12.000"}
    assert await shop.books() == {"bank": "250.000", "customer_credit": "-12.000", "revenue": "-200.000", "tax": "-38.000"}
    third = await shop.invoice(customer["id"])
    used = await shop.ask("POST", f"/v1/invoices/{third['id']}/use-credit", {}, 201)
    assert (used["method"], used["amount"]) == ("credit", "12.000")
    assert await _invoice(shop, third["id"]) == ("partially_paid", "107.000")
    assert await shop.credit_of(customer["id"]) == {}
    await shop.ask("POST", f"/v1/invoices/{third['id']}/use-credit", {}, 409)


async def test_named_invoices_get_what_was_asked(world: World) -> None:
    shop, customer = await _shop(world)
    one, two = await shop.invoice(customer["id"]), await shop.invoice(customer["id"])
    paid = await shop.pay("200", invoices=[{"invoice_id": two["id"], "amount": "50"}, {"invoice_id": one["id"]}])
    assert [(each["invoice_id"], each["amount"]) for each in paid["allocations"]] == [
        (two["id"], "50.000"), (one["id"], "119.000"), (None, "31.000"),
    ]  # fmt: skip
    path = f"/v1/payments/{paid['id']}/allocations"
    await shop.ask("POST", path, {"invoice_id": two["id"], "amount": "31.01"}, 409)
    moved = await shop.ask("POST", path, {"invoice_id": two["id"]}, 201)
    assert {each["invoice_id"]: each["amount"] for each in moved["allocations"]} == {two["id"]: "81.000", one["id"]: "119.000"}
    back_again = await shop.ask("POST", path, {"invoice_id": one["id"], "amount": "-119"}, 201)
    assert {each["invoice_id"]: each["amount"] for each in back_again["allocations"]} == {two["id"]: "81.000", None: "119.000"}
    assert await _invoice(shop, one["id"]) == ("sent", "119.000")
    await shop.ask("POST", path, {"invoice_id": one["id"], "amount": "-1"}, 409)


@pytest.mark.parametrize("how", ["cancel", "credit-notes"])
async def test_a_payment_for_what_was_taken_back_becomes_credit(world: World, how: str) -> None:
    shop, customer = await _shop(world)
    invoice = await shop.invoice(customer["id"])
    status = 200 if how == "cancel" else 201
    await shop.ask("POST", f"/v1/invoices/{invoice['id']}/{how}", {"reason": "Wrong"}, status)
    paid = await shop.pay("119", invoice_id=invoice["id"])
    assert f"Invoice {invoice['invoice_number']} is cancelled" in paid["notice"]
    assert paid["allocations"] == [{"invoice_id": None, "invoice_number": None, "amount": "119.000"}]
    assert await shop.books() == {"bank": "119.000", "customer_credit": "-119.000"}
    refund = await shop.ask("POST", f"/v1/payments/{paid['id']}/refunds", {"reason": "Paid in error"}, 201)
    assert (refund["status"], refund["amount"]) == ("succeeded", "119.000")
    assert await shop.books() == {}
    assert (await shop.ask("GET", f"/v1/payments/{paid['id']}"))["status"] == "refunded"


async def test_a_payment_of_a_written_off_invoice_takes_the_loss_back(world: World) -> None:
    shop, customer = await _shop(world)
    invoice = await shop.invoice(customer["id"])
    await shop.ask("POST", f"/v1/invoices/{invoice['id']}/write-off", {"reason": "Insolvent"})
    await shop.pay("19", invoice_id=invoice["id"])
    assert await _invoice(shop, invoice["id"]) == ("uncollectible", "100.000")
    assert await shop.books() == {"bank": "19.000", "bad_debt": "100.000", "revenue": "-100.000", "tax": "-19.000"}
    await shop.pay("100", invoice_id=invoice["id"])
    assert await _invoice(shop, invoice["id"]) == ("paid", "0.000")
    assert await shop.books() == {"bank": "119.000", "revenue": "-100.000", "tax": "-19.000"}


async def test_two_payments_at_once_are_both_kept(world: World) -> None:
    shop, customer = await _shop(world)
    invoice = await shop.invoice(customer["id"])
    body = {"method": "bank_transfer", "amount": "119", "invoice_id": invoice["id"]}
    answers = await asyncio.gather(*(world.send("nora", "POST", "/v1/payments", body) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert await _invoice(shop, invoice["id"]) == ("paid", "0.000")
    assert await shop.credit_of(customer["id"]) == {"EUR": "476.000"}
    assert await shop.books() == {"bank": "595.000", "customer_credit": "-476.000", "revenue": "-100.000", "tax": "-19.000"}


async def test_the_same_key_pays_once(world: World) -> None:
    shop, customer = await _shop(world)
    invoice = await shop.invoice(customer["id"])
    body = {"method": "bank_transfer", "amount": "119", "invoice_id": invoice["id"]}
    first = await world.send("nora", "POST", "/v1/payments", body, Idempotency_Key="a")
    again = await world.send("nora", "POST", "/v1/payments", body, Idempotency_Key="a")
    assert first.json()["data"] == again.json()["data"]
    assert await shop.credit_of(customer["id"]) == {}


async def test_refunds(world: World) -> None:
    shop, customer = await _shop(world)
    invoice = await shop.invoice(customer["id"])
    paid = await shop.pay("119", invoice_id=invoice["id"])
    path = f"/v1/payments/{paid['id']}/refunds"
    error = await shop.ask("POST", path, {"amount": "20"}, 409)
    assert error["details"] == {"credit": "0"}
    await shop.ask("POST", path, {"amount": "119.01", "reopen_invoices": True}, 409)
    await shop.credit(invoice["id"], items=[{"item_id": invoice["items"][0]["id"], "quantity": "0.5"}])
    await shop.ask("POST", path, {"amount": "20"}, 201)
    assert await shop.credit_of(customer["id"]) == {"EUR": "39.500"}
    await shop.ask("POST", path, {"amount": "60", "reopen_invoices": True}, 201)
    assert await _invoice(shop, invoice["id"]) == ("partially_paid", "20.500")
    after = await shop.ask("GET", f"/v1/payments/{paid['id']}")
    assert (after["status"], after["refunded"], len(after["refunds"])) == ("partially_refunded", "80.000", 2)
    assert await shop.books() == {"bank": "39.000", "receivable": "20.500", "revenue": "-50.000", "tax": "-9.500"}
    await shop.ask("POST", path, {"reopen_invoices": True}, 201)
    assert (await shop.ask("GET", f"/v1/payments/{paid['id']}"))["status"] == "refunded"
    await shop.ask("POST", path, {"reopen_invoices": True}, 409)


async def test_credit_by_hand(world: World) -> None:
    shop, customer = await _shop(world)
    path = f"/v1/customers/{customer['id']}/credit"
    assert (await shop.ask("POST", path, {"amount": "25", "reason": "Sorry"}, 201))["amount"] == "25.000"
    await shop.ask("POST", path, {"amount": "-25.01", "reason": "Mistake"}, 409)
    await shop.ask("POST", path, {"amount": "-5", "reason": "Mistake"}, 201)
    for body, pointer in [
        ({"amount": "0", "reason": "x"}, "/amount"), ({"amount": "NaN", "reason": "x"}, "/amount"),
        ({"amount": "1.001", "reason": "x"}, "/amount"), ({"amount": "1", "reason": ""}, "/reason"),
        ({"amount": "1", "reason": "card 4242 4242 4242 4242"}, "/reason"),
    ]:  # fmt: skip
        error = await shop.ask("POST", path, body, 422)
        assert error["details"]["errors"][0]["pointer"] == pointer
    assert await shop.books() == {"credit_adjustments": "20.000", "customer_credit": "-20.000"}


async def test_a_payment_in_another_currency(world: World, urls: Urls) -> None:
    """Dollars at 0.9 when invoiced, 0.8 when paid, 0.7 when refunded, in books kept in euros."""
    shop, _ = await _shop(world)
    on = date.today()  # noqa: DTZ011 - the rates hold for days around it
    rates = [(on - timedelta(days=9), "0.8"), (on - timedelta(days=5), "0.9"), (on + timedelta(days=1), "0.7")]

    def rate(valid_from: date, value: str) -> None:
        with psycopg.connect(urls["hcc_owner"]) as owner:
            owner.execute(
                "INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate)"
                " VALUES (%s, 'USD', 'EUR', %s, %s)",
                (world.organizations["north"], valid_from, value),
            )

    rate(*rates[0])
    rate(*rates[1])
    dollars = await shop.customer("Dollar", currency="USD", address={"line1": "x", "city": "Boston", "country": "US"})
    invoice = await shop.invoice(dollars["id"], {"description": "Server", "unit_price": "100.01"})
    assert invoice["exchange_rate"] == "0.9000000000"
    error = await shop.pay("100", 422, invoice_id=invoice["id"], currency="EUR")
    assert error["details"]["errors"][0]["pointer"] == "/invoice_id"
    paid = await shop.pay("33.33", invoice_id=invoice["id"], received_on=str(on - timedelta(days=7)))
    assert (paid["currency"], paid["exchange_rate"]) == ("USD", "0.8000000000")
    await shop.pay("76.68", invoice_id=invoice["id"])
    books = {one["account"]: (one["balance"], one["base_balance"]) for one in await _accounts(shop)}
    assert books == {
        "bank": ("110.010", "95.670"),
        "customer_credit": ("-10.000", "-9.000"),
        "exchange_difference": ("0.000", "3.340"),
        "receivable": ("0.000", "0.000"),
        "revenue": ("-100.010", "-90.010"),
    }
    used = await shop.invoice(dollars["id"], {"description": "Server", "unit_price": "10"})
    await shop.ask("POST", f"/v1/invoices/{used['id']}/use-credit", {}, 201)
    books = {one["account"]: (one["balance"], one["base_balance"]) for one in await _accounts(shop)}
    assert books["customer_credit"] == ("0.000", "0.000")
    assert books["receivable"] == ("0.000", "0.000")
    assert books["exchange_difference"] == ("0.000", "3.340")
    await shop.ask("POST", f"/v1/payments/{paid['id']}/refunds", {"reopen_invoices": True}, 201)
    books = {one["account"]: (one["balance"], one["base_balance"]) for one in await _accounts(shop)}
    assert books["receivable"] == ("33.330", "30.000")


async def _accounts(shop: Shop) -> list[dict[str, Any]]:
    found = await shop.ask("GET", "/v1/ledger/trial-balance")
    assert _D(found["base_total"]) == 0
    return list(found["accounts"])


async def test_bad_payments(world: World) -> None:
    shop, customer = await _shop(world)
    other = await shop.customer("Birch")
    invoice, foreign = await shop.invoice(customer["id"]), await shop.invoice(other["id"])
    draft = await shop.draft(customer["id"])
    note = await shop.credit(foreign["id"])
    for body, pointer in [
        ({"amount": "-1"}, "/amount"), ({"amount": "0"}, "/amount"), ({"amount": "NaN"}, "/amount"),
        ({"amount": "1e300"}, "/amount"), ({"amount": "1.001"}, "/amount"), ({"fee": "120"}, "/fee"),
        ({"received_on": "2999-01-01"}, "/received_on"), ({"received_on": "1999-12-31"}, "/received_on"),
        ({"reference": "a\u0000"}, "/reference"), ({"reference": "4000-0025-0000-3155"}, "/reference"),
        ({"method": "card"}, "/method"), ({"currency": "usd"}, "/currency"), ({"card_number": "1"}, "/card_number"),
        ({"invoice_id": draft["id"]}, "/invoice_id"), ({"invoice_id": note["id"]}, "/invoice_id"),
        ({"invoice_id": foreign["id"], "customer_id": customer["id"]}, "/invoice_id"),
        ({"invoice_id": customer["id"]}, "/invoice_id"), ({"invoice_id": None}, "/customer_id"),
        ({"invoices": [{"invoice_id": invoice["id"]}]}, "/invoice_id"),
        ({"invoice_id": None, "invoices": [{"invoice_id": invoice["id"]}] * 2}, "/invoices/1/invoice_id"),
        ({"invoice_id": None, "invoices": [{"invoice_id": invoice["id"], "amount": "500"}]}, "/invoices"),
        ({"invoice_id": None, "invoices": [{"invoice_id": invoice["id"], "amount": "Infinity"}]}, "/invoices/0/amount"),
    ]:  # fmt: skip
        error = await shop.ask(
            "POST", "/v1/payments", {"method": "cash", "amount": "119", "invoice_id": invoice["id"]} | body, 422
        )
        assert pointer in [one["pointer"] for one in error["details"]["errors"]], (body, error)
    assert (await world.get("nora", "/v1/payments")).json()["pagination"]["total"] == 0


async def test_who_sees_and_does_what(world: World) -> None:
    shop, customer = await _shop(world)
    invoice = await shop.invoice(customer["id"])
    paid = await shop.pay("120", invoice_id=invoice["id"], fee="1")
    path = f"/v1/payments/{paid['id']}"
    for who, status in [("anna", 200), ("bert", 404), ("saul", 404), ("cleo", 404), ("ned", 200), ("root", 200), (None, 401)]:
        assert (await world.get(who, path)).status_code == status, who
    assert (await world.get("anna", path)).json()["data"]["fee"] == "0"
    assert (await world.get("anna", f"/v1/customers/{customer['id']}/credit")).json()["data"][0]["amount"] == "1.000"
    for who in ("anna", "bert", "saul", "cleo"):
        for method, below, body in [
            ("POST", f"{path}/refunds", {}),
            ("POST", f"{path}/allocations", {"invoice_id": invoice["id"]}),
            ("POST", f"/v1/customers/{customer['id']}/credit", {"amount": "1000", "reason": "mine"}),
            ("POST", f"/v1/invoices/{invoice['id']}/use-credit", {}),
        ]:
            answer = await world.send(who, method, below, body)
            assert answer.status_code in (403, 404), (who, below, answer.text)
    answer = await world.send("saul", "POST", "/v1/payments", {"method": "cash", "amount": "1", "invoice_id": invoice["id"]})
    assert answer.status_code in (409, 422)


async def test_what_the_database_refuses(world: World, urls: Urls) -> None:
    shop, customer = await _shop(world)
    invoice = await shop.invoice(customer["id"])
    await shop.pay("119", invoice_id=invoice["id"])
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        for statement, wrong in [
            ("UPDATE hcc.payment_allocations SET amount = 1", InsufficientPrivilege),
            ("DELETE FROM hcc.payment_allocations", InsufficientPrivilege),
            ("UPDATE hcc.payments SET refunded = 1", CheckViolation),
            ("UPDATE hcc.payments SET refunded = 120", CheckViolation),
            (_ONE_MORE, CheckViolation),
        ]:
            with pytest.raises(wrong):
                owner.execute(statement)
    with psycopg.connect(urls["hcc_app"], autocommit=True) as app:
        for statement in (
            "UPDATE hcc.payments SET amount = 1",
            "DELETE FROM hcc.payments",
            "UPDATE hcc.customer_credits SET amount = 1",
        ):
            with pytest.raises(InsufficientPrivilege):
                app.execute(statement)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4242424242424242", True), ("pay 4242 4242 4242 4242 now", True), ("3782-822463-10005", True),
        ("5555555555554444", True), ("6011.1111.1111.1117", True), ("4242424242424241", False), ("DE89370400440532013000", False),
        ("INV-2026-00001", False), ("RF18539007547034", False), ("", False), ("9999999999999995", False), ("1234567", False),
    ],
)  # fmt: skip
def test_card_numbers_are_seen(text: str, found: bool) -> None:
    assert looks_like_card_number(text) is found


@pytest.mark.parametrize(
    ("amount", "credit", "parts", "taken"),
    [
        (10, 20, [5], [(None, 10)]),
        (10, 4, [5, 3], [(None, 4), (1, 3), (0, 3)]),
        (10, 0, [5, 3], [(None, 2), (1, 3), (0, 5)]),
        (10, -5, [20], [(0, 10)]),
        (10, 10, [], [(None, 10)]),
    ],
)
def test_from_where_money_goes_back(amount: int, credit: int, parts: list[int], taken: list[tuple[int | None, int]]) -> None:
    ids: list[Any] = list(range(len(parts)))
    found = back(_D(amount), _D(credit), [(n, _D(part)) for n, part in zip(ids, parts, strict=True)])
    assert found == [(each, _D(part)) for each, part in taken]
