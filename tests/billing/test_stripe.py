"""Cards through Stripe's own library against the simulator: charges, confirmation, refunds, disputes, and events that come late,
twice, out of order or never."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
import stripe

from control.billing.payments.providers import charging, jobs
from control.billing.payments.providers.units import from_units, to_units
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.stack.stripe_simulator.sending import troubled
from control.stack.stripe_simulator.server import Simulator
from tests.billing.cards import KEYS, CardShop
from tests.conftest import Urls
from tests.peopling import Keys, settings_for
from tests.working import work_off
from tests.world import World

NEVER = timedelta(seconds=-1)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def settings(urls: Urls, redis_url: str, keys: Keys, simulator: Simulator) -> Settings:
    return msgspec.structs.replace(settings_for(urls, redis_url, keys), stripe_api_base=simulator.url)


@pytest.fixture
def shop(world: World, simulator: Simulator, worker_runtime: Runtime) -> CardShop:
    return CardShop(world, simulator, worker_runtime)


async def test_a_kept_card_is_charged(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"])
    assert (card["brand"], card["last4"], card["is_default"], card["kind"]) == ("visa", "4242", True, "card")
    invoice = await shop.invoice(customer["id"])
    paid = await shop.charge(invoice["id"], payment_method_id=card["id"], off_session=True)
    assert (paid["status"], paid["amount"], paid["requires_action"]) == ("succeeded", "119.000", False)
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    # 1.5 % and 25 cents.
    assert await shop.books() == {
        "provider_clearing": "116.970",
        "payment_fees": "2.030",
        "revenue": "-100.000",
        "tax": "-19.000",
    }
    await shop.catch_up()
    again = await shop.charge(invoice["id"], 409, payment_method_id=card["id"])
    assert again["details"] == {"status": "paid"}
    assert shop.simulator.state.charges_made == 1
    events = await shop.ask("GET", "/v1/payments/events?limit=100")
    assert {one["status"] for one in events} == {"processed", "ignored"}


async def test_a_payer_confirms(shop: CardShop) -> None:
    """The customer pays their own invoice; their bank wants to hear from them."""
    customer = await shop.open_with_cards()
    invoice = await shop.invoice(customer["id"])
    answer = await shop.world.send("anna", "POST", "/v1/payments/charges", {"invoice_id": invoice["id"], "keep": True})
    begun = answer.json()["data"]
    assert (answer.status_code, begun["status"], begun["requires_action"]) == (201, "pending", True), answer.text
    reference = begun["provider_reference"]
    assert begun["client_secret"].startswith(reference)
    client = stripe.StripeClient(KEYS["secret_key"], base_addresses={"api": shop.simulator.url})
    found = client.v1.payment_intents.confirm(reference, {"payment_method": "pm_card_authenticationRequired"})
    assert found.status == "requires_action"
    await shop.catch_up()
    assert await shop.state_of(invoice["id"]) == ("sent", "119.000")
    # Asking again gives the same payment, and its secret.
    again = await shop.world.send("anna", "POST", "/v1/payments/charges", {"invoice_id": invoice["id"], "keep": True})
    assert (again.json()["data"]["id"], again.json()["data"]["client_secret"]) == (begun["id"], begun["client_secret"])
    shop.simulator.state.authenticate(reference, passed=True)
    await shop.catch_up()
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    kept = await shop.world.get("anna", "/v1/payments/methods")
    assert [one["last4"] for one in kept.json()["data"]] == ["3220"]
    for who in ("bert", "saul", "alex", "cleo"):
        answer = await shop.world.send(who, "POST", "/v1/payments/charges", {"invoice_id": invoice["id"]})
        assert answer.status_code in (403, 422), (who, answer.text)


DECLINES = [
    ("pm_card_chargeDeclined", "generic_decline", False),
    ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds", False),
    ("pm_card_visa_chargeDeclinedLostCard", "lost_card", True),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", True),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", False),
    ("pm_card_authenticationRequired", "authentication_required", False),
]


@pytest.mark.parametrize(("card", "code", "is_final"), DECLINES, ids=[one[0] for one in DECLINES])
async def test_declines(shop: CardShop, card: str, code: str, is_final: bool) -> None:
    customer = await shop.open_with_cards()
    kept = await shop.card(customer["id"], card)
    invoice = await shop.invoice(customer["id"])
    failed = await shop.charge(invoice["id"], payment_method_id=kept["id"], off_session=True)
    assert (failed["status"], failed["failure_code"], failed["failure_is_final"]) == ("failed", code, is_final)
    await shop.catch_up()
    assert await shop.state_of(invoice["id"]) == ("sent", "119.000")
    assert (await shop.books())["receivable"] == "119.000"
    # What was declined cannot be confirmed later; another card pays.
    assert shop.simulator.state.objects[failed["provider_reference"]]["status"] == "canceled"
    good = await shop.card(customer["id"])
    cards = await shop.ask("GET", f"/v1/payments/methods?customer_id={customer['id']}")
    good = next(one for one in cards if one["last4"] == "4242")
    await shop.ask("POST", f"/v1/payments/methods/{good['id']}/default", {"is_default": True})
    paid = await shop.charge(invoice["id"], use_default=True, off_session=True)
    assert paid["status"] == "succeeded"


async def test_a_card_that_needs_confirmation_only_without_the_payer(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"], "pm_card_authenticationRequiredOnSetup")
    invoice = await shop.invoice(customer["id"])
    failed = await shop.charge(invoice["id"], payment_method_id=card["id"], off_session=True)
    assert failed["failure_code"] == "authentication_required"
    paid = await shop.charge(invoice["id"], payment_method_id=card["id"])
    assert paid["status"] == "succeeded"


@pytest.mark.parametrize("trouble", ["none", "late", "twice", "shuffled", "lost"])
async def test_events_under_trouble(shop: CardShop, trouble: Any) -> None:
    """Paid, partly refunded at the provider's panel, disputed, won: whatever the order, and also when nothing is heard."""
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"])
    invoice = await shop.invoice(customer["id"])
    state = shop.simulator.state
    begun = await shop.charge(invoice["id"])
    state.confirm_intent(begun["provider_reference"], {"payment_method": card_token(shop, card["id"])})
    state.create_refund({"payment_intent": begun["provider_reference"], "amount": "1900"})
    disputed = state.open_dispute(begun["provider_reference"], 10_000, "fraudulent")
    state.close_dispute(disputed["id"], won=True)
    for event in troubled(shop.new_events(), trouble, seed=len(trouble)):
        await shop.deliver(event)
    await work_off(shop.worker)
    await work_off(shop.worker)
    if trouble == "lost":
        assert await jobs.look_after(Work(shop.worker, 0, 0), NEVER) >= 1
        assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
        assert (await shop.books())["provider_clearing"] == "116.970"
        return
    after = await shop.ask("GET", f"/v1/payments/{begun['id']}")
    assert (after["status"], after["refunded"], after["disputed"]) == ("partially_refunded", "19.000", "0.000")
    assert await shop.state_of(invoice["id"]) == ("partially_paid", "19.000")
    fees = Decimal("2.03") + (Decimal(20))
    books = await shop.books()
    assert Decimal(books["payment_fees"]) == fees
    assert Decimal(books["provider_clearing"]) == Decimal(119) - 19 - fees
    assert state.charges_made == 1


def card_token(shop: CardShop, _: str) -> str:
    """The provider's token of the last card."""
    return next(reversed([id_ for id_ in shop.simulator.state.objects if id_.startswith("pm_")]))


async def test_a_chargeback_opens_the_invoice_again(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"], "pm_card_createDispute")
    invoice = await shop.invoice(customer["id"])
    paid = await shop.charge(invoice["id"], payment_method_id=card["id"])
    await shop.catch_up()
    assert await shop.state_of(invoice["id"]) == ("sent", "119.000")
    after = await shop.ask("GET", f"/v1/payments/{paid['id']}")
    assert (after["status"], after["disputed"]) == ("disputed", "119.000")
    assert await shop.books() == {
        "provider_clearing": "-22.030", "payment_fees": "22.030", "receivable": "119.000",
        "revenue": "-100.000", "tax": "-19.000",
    }  # fmt: skip
    [dispute] = await shop.ask("GET", "/v1/payments/disputes")
    assert (dispute["status"], dispute["fee"], dispute["reason"]) == ("open", "20.000", "fraudulent")
    shop.simulator.state.close_dispute(dispute["provider_reference"], won=False)
    await shop.catch_up()
    assert (await shop.ask("GET", "/v1/payments/disputes?status=lost"))[0]["id"] == dispute["id"]
    assert await shop.state_of(invoice["id"]) == ("sent", "119.000")


async def test_refunds_through_the_provider(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"])
    invoice = await shop.invoice(customer["id"])
    paid = await shop.charge(invoice["id"], payment_method_id=card["id"])
    await shop.credit(invoice["id"])
    refund = await shop.ask("POST", f"/v1/payments/{paid['id']}/refunds", {"amount": "100"}, 201)
    assert refund["status"] == "pending"
    # Nobody spends the credit meanwhile.
    assert await shop.credit_of(customer["id"]) == {"EUR": "19.000"}
    shop.simulator.failing = 1
    await work_off(shop.worker)
    await shop.catch_up()
    [after] = await shop.ask("GET", f"/v1/payments/{paid['id']}/refunds")
    assert (after["status"], shop.simulator.state.refunds_made) == ("succeeded", 1)
    assert await shop.books() == {"provider_clearing": "16.970", "payment_fees": "2.030", "customer_credit": "-19.000"}


async def test_a_refund_that_fails_is_booked_back(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"], "pm_card_refundFail")
    invoice = await shop.invoice(customer["id"])
    paid = await shop.charge(invoice["id"], payment_method_id=card["id"])
    before = await shop.books()
    await shop.ask("POST", f"/v1/payments/{paid['id']}/refunds", {"reopen_invoices": True}, 201)
    assert await shop.state_of(invoice["id"]) == ("sent", "119.000")
    await work_off(shop.worker)
    await shop.catch_up()
    [after] = await shop.ask("GET", f"/v1/payments/{paid['id']}/refunds")
    assert (after["status"], after["failure_code"]) == ("failed", "expired_or_canceled_card")
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    assert await shop.books() == before
    assert (await shop.ask("GET", f"/v1/payments/{paid['id']}"))["status"] == "succeeded"


async def test_a_process_that_dies_charges_once(shop: CardShop, urls: Urls) -> None:
    """After the provider was asked and before its answer was written down: the payment is pending, without a reference."""
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"])
    invoice = await shop.invoice(customer["id"])
    shop.simulator.failing = 9
    begun = await shop.charge(invoice["id"], payment_method_id=card["id"], off_session=True)
    assert (begun["status"], begun["provider_reference"]) == ("pending", None)
    assert shop.simulator.state.charges_made == 1
    shop.simulator.failing = 0
    error = await shop.charge(invoice["id"], 201, payment_method_id=card["id"], off_session=True)
    assert (error["id"], error["status"]) == (begun["id"], "succeeded")
    await work_off(shop.worker)
    await shop.catch_up()
    assert shop.simulator.state.charges_made == 1
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")


async def test_charges_at_once_charge_once(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"])
    invoice = await shop.invoice(customer["id"])
    body = {"invoice_id": invoice["id"], "payment_method_id": card["id"]}
    answers = await asyncio.gather(*(shop.world.send("nora", "POST", "/v1/payments/charges", body) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert shop.simulator.state.charges_made == 1
    assert await shop.credit_of(customer["id"]) == {}
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")


async def test_what_waits_too_long_is_cancelled(shop: CardShop, urls: Urls) -> None:
    customer = await shop.open_with_cards()
    invoice = await shop.invoice(customer["id"])
    begun = await shop.charge(invoice["id"])
    await charging.carry_out(shop.worker, shop.world.organizations["north"], UUID(begun["id"]))
    with psycopg.connect(urls["hcc_owner"]) as owner:
        owner.execute("UPDATE hcc.payments SET created_at = now() - interval '25 hours'")
    await jobs.look_after(Work(shop.worker, 0, 0), NEVER)
    assert (await shop.ask("GET", f"/v1/payments/{begun['id']}"))["status"] == "cancelled"
    assert shop.simulator.state.objects[begun["provider_reference"]]["status"] == "canceled"


async def test_signatures(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    await shop.card(customer["id"])
    event = shop.simulator.state.events[0]
    await shop.deliver(event)
    await shop.deliver(event | {"id": "evt_new"}, status=400, secret="whsec_another")
    await shop.deliver(event | {"id": "evt_new"}, status=400, at=time.time() - 301)
    for headers, content in [({}, b"{}"), ({"Stripe-Signature": "t=x,v1="}, b"{}"), ({"Stripe-Signature": "t=1,v1=0"}, b"\xff")]:
        answer = await shop.world.client.post(shop.webhook, content=content, headers=headers)
        assert answer.status_code == 400, answer.text
    elsewhere = shop.webhook.replace(str(shop.world.organizations["north"]), str(shop.world.organizations["south"]))
    assert (await shop.world.client.post(elsewhere, content=b"{}")).status_code == 404


async def test_events_about_what_is_not_ours(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    state = shop.simulator.state
    for made in (
        state.create_intent({"amount": "500", "currency": "eur"}),
        state.create_intent({"amount": "500", "currency": "eur"}),
    ):
        state.confirm_intent(made["id"], {"payment_method": "pm_card_visa"})
    state.create_refund({"payment_intent": made["id"]})
    state.open_dispute(made["id"], 500, "fraudulent")
    state.tell("payment_intent.succeeded", {"id": "pi_gone", "object": "payment_intent"})
    state.tell("radar.early_fraud_warning.created", {"id": "issfr_1", "object": "radar.early_fraud_warning"})
    await shop.catch_up()
    events = await shop.ask("GET", "/v1/payments/events?limit=100")
    assert {one["status"] for one in events} == {"unknown", "ignored"}
    assert await shop.books() == {}
    assert await shop.credit_of(customer["id"]) == {}


async def test_keys_are_sealed(shop: CardShop, urls: Urls) -> None:
    await shop.open_with_cards()
    found = await shop.ask("GET", "/v1/payments/providers/stripe")
    assert found["key_hint"] == "sk_test_…ator"
    assert "secret_key" not in found
    with psycopg.connect(urls["hcc_owner"]) as owner:
        row = owner.execute("SELECT a::text FROM hcc.payment_provider_accounts a").fetchone()
        assert row is not None
        assert KEYS["secret_key"].encode().hex() not in row[0]
        logged = owner.execute("SELECT string_agg(coalesce(after::text, ''), '') FROM hcc.audit_log").fetchone()
        assert logged is not None
        assert KEYS["secret_key"] not in logged[0]
    for who, status in [("ned", 403), ("anna", 403), ("saul", 404)]:
        assert (await shop.world.get(who, "/v1/payments/providers/stripe")).status_code == status
    for change, pointer in [
        ({"publishable_key": "pk_live_simulator"}, "/publishable_key"), ({"secret_key": "pk_test_simulator"}, "/secret_key"),
        ({"secret_key": "sk_live_simulator", "publishable_key": "pk_live_simulator"}, "/secret_key"),
    ]:  # fmt: skip
        error = await shop.ask("PUT", "/v1/payments/providers/stripe", KEYS | change, 422)
        assert error["details"]["errors"][0]["pointer"] == pointer
    await shop.ask("DELETE", "/v1/payments/providers/stripe", None, 204)
    customer = await shop.customer("Other")
    invoice = await shop.invoice(customer["id"])
    await shop.charge(invoice["id"], 409)


async def test_a_revoked_card_is_forgotten(shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    card = await shop.card(customer["id"])
    assert (await shop.world.send("bert", "DELETE", f"/v1/payments/methods/{card['id']}")).status_code == 404
    assert (await shop.world.send("anna", "DELETE", f"/v1/payments/methods/{card['id']}")).status_code == 204
    await work_off(shop.worker)
    await shop.catch_up()
    assert ("POST", f"/v1/payment_methods/{card_token(shop, '')}/detach") in shop.simulator.requests
    invoice = await shop.invoice(customer["id"])
    await shop.charge(invoice["id"], 422, payment_method_id=card["id"])
    await shop.charge(invoice["id"], 409, use_default=True)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("19.90", "EUR", 1990), ("500", "JPY", 500), ("1.230", "KWD", 1230), ("12", "ISK", 1200), ("7", "UGX", 700),
        ("1.234", "KWD", None), ("0.001", "EUR", None), ("1.5", "JPY", None),
    ],
)  # fmt: skip
def test_units(amount: str, currency: str, units: int | None) -> None:
    if units is None:
        with pytest.raises(ValueError, match="Stripe takes no"):
            to_units(Decimal(amount), currency)
    else:
        assert to_units(Decimal(amount), currency) == units
        assert from_units(units, currency) == Decimal(amount)
