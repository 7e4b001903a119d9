"""Automatic subscriptions: charged to the default card, once, whatever breaks; tried again as dunning says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from control.billing.collecting import telling, working
from control.billing.payments.providers import charging, jobs
from control.core.db import Scope
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.stack.stripe_simulator.sending import troubled
from control.stack.stripe_simulator.server import Simulator
from tests.billing.cards import KEYS
from tests.billing.collecting import Collecting, mail_server, now
from tests.conftest import Urls
from tests.core.test_mailer import Mailbox
from tests.peopling import Keys, settings_for
from tests.world import World

pytestmark = pytest.mark.asyncio
NEVER = timedelta(seconds=-1)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    yield from mail_server()


@pytest.fixture
def settings(urls: Urls, redis_url: str, keys: Keys, simulator: Simulator, mailbox: tuple[Mailbox, str]) -> Settings:
    return msgspec.structs.replace(
        settings_for(urls, redis_url, keys),
        stripe_api_base=simulator.url,
        smtp_url=mailbox[1],
        mail_from="Panel <panel@example.com>",
    )


@pytest.fixture
def shop(world: World, simulator: Simulator, worker_runtime: Runtime, mailbox: tuple[Mailbox, str], urls: Urls) -> Collecting:
    return Collecting(world, simulator, worker_runtime, mailbox[0], urls)


CARDS: list[tuple[str | None, tuple[str, str], list[tuple[str, str]], list[str], list[str]]] = [
    # The card; then of the renewal's invoice: status and balance, payments, mails; and what events say of payments.
    ("pm_card_visa", ("paid", "0.000"), [("succeeded", "")], ["invoice"], ["pending", "succeeded"]),
    ("pm_card_chargeDeclinedInsufficientFunds", ("sent", "119.000"), [("failed", "insufficient_funds")],
     ["invoice", "payment_failed"], ["pending", "failed"]),
    ("pm_card_chargeDeclinedProcessingError", ("sent", "119.000"), [("failed", "processing_error")],
     ["invoice", "payment_failed"], ["pending", "failed"]),
    ("pm_card_visa_chargeDeclinedLostCard", ("sent", "119.000"), [("failed", "lost_card")],
     ["invoice", "payment_failed"], ["pending", "failed"]),
    ("pm_card_chargeDeclinedExpiredCard", ("sent", "119.000"), [("failed", "expired_card")],
     ["invoice", "payment_failed"], ["pending", "failed"]),
    ("pm_card_authenticationRequired", ("sent", "119.000"), [("failed", "authentication_required")],
     ["invoice", "payment_confirm"], ["pending", "failed"]),
    (None, ("sent", "119.000"), [], ["invoice"], ["method_missing"]),
]  # fmt: skip


@pytest.mark.parametrize(("card", "state", "payments", "mails", "told"), CARDS, ids=[str(one[0]) for one in CARDS])
async def test_a_renewal_is_charged(
    shop: Collecting,
    card: str | None,
    state: tuple[str, str],
    payments: list[tuple[str, str]],
    mails: list[str],
    told: list[str],
) -> None:
    customer = await shop.begin(card)
    subscription = await shop.automatic(customer, trial_days=14)
    assert await shop.invoices() == []
    invoice = await shop.renewed(subscription)
    await shop.through()
    await shop.catch_up()
    assert await shop.state_of(invoice["id"]) == state
    assert await shop.payments(invoice) == payments
    assert await shop.mails(invoice) == mails
    assert shop.topics("payment.%") == [f"payment.{one}" for one in told]
    # Jobs and events may come again: nothing is charged or mailed twice.
    for _ in range(2):
        await working.first(shop.worker, shop.organization_id, UUID(invoice["id"]))
    await shop.later()
    assert await shop.payments(invoice) == payments
    assert await shop.mails(invoice) == mails
    assert shop.simulator.state.charges_made == (1 if state[0] == "paid" else 0)


async def test_all_invoices_of_automatic_subscriptions_are_charged(shop: Collecting) -> None:
    """The first one, those that catch up, a combined one, an upgrade's; and none of a subscription that is not automatic."""
    customer = await shop.begin()
    small, large = await shop.price("10"), await shop.price("40")
    one = await shop.subscribe(customer["id"], small["id"], collection="automatic", start_date=str(now() - timedelta(days=70)))
    await shop.through()
    assert [found["status"] for found in await shop.invoices()] == ["paid"] * 3
    await shop.ask("PUT", f"/v1/subscriptions/{one['id']}", {"items": [{"price_id": large["id"]}], "when": "now"})
    await shop.through()
    assert (await shop.invoices())[-1]["status"] == "paid"
    for _ in range(2):
        await shop.automatic(customer, "5", trial_days=20)
    last = await shop.automatic(customer, "7", trial_days=20)
    before = len(await shop.invoices())
    combined = await shop.renewed(last)
    await shop.through()
    after = await shop.invoices()
    assert (len(after), combined["subscription_id"], combined["amount"]) == (before + 1, None, "17.000")
    assert after[-1]["status"] == "paid"
    made = shop.simulator.state.charges_made
    manual = await shop.price("10")
    await shop.subscribe(customer["id"], manual["id"])
    await shop.invoice(customer["id"])
    await shop.through()
    assert shop.simulator.state.charges_made == made
    assert (await shop.books())["receivable"] == "130.900"


async def test_the_customer_sees_it(shop: Collecting) -> None:
    customer = await shop.begin()
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    await shop.through()
    seen = (await shop.world.get("anna", "/v1/payments")).json()["data"]
    assert [(one["status"], one["amount"], one["invoice_id"], one["fee"]) for one in seen] == [
        ("succeeded", "119.000", invoice["id"], "0")
    ]
    assert (await shop.world.get("anna", f"/v1/payments/invoice/{invoice['id']}")).json()["pagination"]["total"] == 1
    assert (await shop.world.get("bert", "/v1/payments")).json()["data"] == []
    assert "invoice.paid" in shop.topics("invoice.%")
    text = shop.text("Invoice")
    assert "We charge €119.00 to your card Visa …4242." in text
    assert "Please pay" not in text


STOPS: list[tuple[str, str]] = [
    ("before the provider is asked", "_ask"),
    ("before its answer is written down", "apply"),
    ("after it was written down", "after"),
]


@pytest.mark.parametrize(("what", "where"), STOPS, ids=[one[0] for one in STOPS])
async def test_a_worker_that_dies_charges_once(shop: Collecting, monkeypatch: pytest.MonkeyPatch, what: str, where: str) -> None:
    class Killed(BaseException):
        """As far as the code can tell, the process is gone."""

    customer = await shop.begin()
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    invoice_id = UUID(invoice["id"])

    async def dies(*_: Any, **__: Any) -> None:
        raise Killed

    if where == "after":
        await working.first(shop.worker, shop.organization_id, invoice_id)
    else:
        with monkeypatch.context() as patched:
            patched.setattr(charging, where, dies)
            with pytest.raises(Killed):
                await working.first(shop.worker, shop.organization_id, invoice_id)
        assert [status for status, _ in await shop.payments(invoice)] == ["pending"], what
    await shop.through()
    await shop.catch_up()
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    assert await shop.payments(invoice) == [("succeeded", "")]
    assert shop.simulator.state.charges_made == 1
    assert await shop.mails(invoice) == ["invoice"]


async def test_a_new_card_that_was_begun_with_is_finished(shop: Collecting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies after it wrote down that a new card is to be charged; the job comes again."""
    customer = await shop.begin(None)
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    await shop.through()
    card = await shop.card(customer["id"])
    key = (shop.worker, shop.organization_id, UUID(customer["id"]), UUID(card["id"]))

    async def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(working, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            await working.with_card(*key)
    assert await shop.payments(invoice) == [("pending", "")]
    assert [await working.with_card(*key), await working.with_card(*key)] == [1, 0]
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    assert shop.simulator.state.charges_made == 1


async def test_a_payment_that_was_begun_and_forgotten_is_carried_out(shop: Collecting) -> None:
    """The job is lost altogether: what reconciles finds the payment."""
    customer = await shop.begin()
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    async with shop.worker.database.transaction(Scope(shop.organization_id)) as tx:
        tried = await working.begin(tx, shop.worker, shop.organization_id, UUID(invoice["id"]), working.FINALISED)
    assert tried.outcome == "begun"
    assert await jobs.look_after(Work(shop.worker, 0, 0), NEVER) == 1
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    assert shop.simulator.state.charges_made == 1


@pytest.mark.parametrize("trouble", ["none", "late", "twice", "shuffled", "lost"])
async def test_the_provider_is_away(shop: Collecting, trouble: Any) -> None:
    """Its work is done, its answer is lost: an event tells, whenever and however often it comes, or somebody asks."""
    customer = await shop.begin()
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    shop.simulator.failing = 9
    await shop.through()
    assert await shop.payments(invoice) == [("pending", "")]
    shop.simulator.failing = 0
    for event in troubled(shop.new_events(), trouble, seed=3):
        await shop.deliver(event)
    if trouble == "lost":
        await shop.later()
    else:
        await shop.through()
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    await shop.later()
    assert await shop.payments(invoice) == [("succeeded", "")]
    assert shop.simulator.state.charges_made == 1
    assert (await shop.books()).get("receivable") is None


async def test_no_keys_at_the_provider(shop: Collecting) -> None:
    customer = await shop.begin()
    await shop.ask("DELETE", "/v1/payments/providers/stripe", None, 204)
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    await shop.through()
    assert (await shop.payments(invoice), await shop.mails(invoice)) == ([], ["invoice"])
    await shop.after(invoice, 1)
    assert await shop.taken(invoice) == [("retry_payment", "not_retried", "no_provider")]
    await shop.ask("PUT", "/v1/payments/providers/stripe", KEYS)
    await shop.after(invoice, 3)
    assert (await shop.taken(invoice))[-1] == ("retry_payment", "done", "succeeded")


async def test_keys_that_are_not_good_are_not_told_to_the_customer(shop: Collecting) -> None:
    customer = await shop.begin()
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    shop.simulator.key = "sk_test_another"
    await shop.through()
    assert [status for status, _ in await shop.payments(invoice)] == ["failed"]
    assert await shop.mails(invoice) == ["invoice"]


async def test_a_soft_decline_is_tried_again_by_days(shop: Collecting) -> None:
    customer = await shop.begin("pm_card_chargeDeclinedInsufficientFunds")
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    await shop.through()
    assert "funds do not suffice" in shop.text("The payment of invoice")
    assert "We try again on" in shop.text("The payment of invoice")
    for days in (0, 1, 1, 2):
        await shop.after(invoice, days)
    assert await shop.taken(invoice) == [("retry_payment", "done", "failed")]
    assert "subscription.past_due" in shop.topics("subscription.%")
    assert await shop.mails(invoice) == ["invoice", "payment_failed", "payment_failed"]
    shop.becomes("pm_card_visa")
    await shop.after(invoice, 3)
    assert (await shop.taken(invoice))[-1] == ("retry_payment", "done", "succeeded")
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    for days in (7, 10, 14):
        await shop.after(invoice, days)
    assert len(await shop.taken(invoice)) == 2
    assert "subscription.recovered" in shop.topics("subscription.%")
    assert shop.topics("payment.%") == ["payment.pending", "payment.failed"] * 2 + ["payment.pending", "payment.succeeded"]
    assert shop.simulator.state.charges_made == 1


HARD = ["pm_card_visa_chargeDeclinedLostCard", "pm_card_visa_chargeDeclinedStolenCard", "pm_card_chargeDeclinedExpiredCard"]


@pytest.mark.parametrize("card", HARD)
async def test_a_hard_decline_is_not_tried_again(shop: Collecting, card: str) -> None:
    customer = await shop.begin(card)
    subscription = await shop.automatic(customer, trial_days=14)
    invoice = await shop.renewed(subscription)
    await shop.through()
    assert "This card is not charged for it again" in shop.text("The payment of invoice")
    for days in (1, 3, 7, 10):
        await shop.after(invoice, days)
    refused = ("retry_payment", "not_retried", "declined_for_good")
    assert await shop.taken(invoice) == [refused, refused, ("remind", "done", ""), refused]
    assert len(await shop.payments(invoice)) == 1
    assert await shop.mails(invoice) == ["invoice", "payment_failed", "reminder"]
    # Another card pays what is open as soon as it is the default one.
    await shop.card(customer["id"])
    cards = await shop.ask("GET", f"/v1/payments/methods?customer_id={customer['id']}&status=active")
    good = next(one for one in cards if one["last4"] == "4242")
    assert len(await shop.payments(invoice)) == 1
    await shop.ask("POST", f"/v1/payments/methods/{good['id']}/default", {"is_default": True})
    await shop.through()
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    assert shop.simulator.state.charges_made == 1


async def test_a_card_that_was_taken_away(shop: Collecting) -> None:
    """By the customer here: nothing is charged. At the provider, without a word: once in vain."""
    customer = await shop.begin()
    [card] = await shop.ask("GET", f"/v1/payments/methods?customer_id={customer['id']}")
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    for found in [one for one in shop.simulator.state.objects.values() if one["object"] == "payment_method"]:
        found["customer"] = None
    await shop.through()
    assert await shop.payments(invoice) == [("failed", "resource_missing")]
    await shop.after(invoice, 1)
    await shop.ask("DELETE", f"/v1/payments/methods/{card['id']}", None, 204)
    await shop.after(invoice, 3)
    assert await shop.taken(invoice) == [
        ("retry_payment", "not_retried", "declined_for_good"),
        ("retry_payment", "not_retried", "no_payment_method"),
    ]
    assert shop.topics("payment.method_missing") == ["payment.method_missing"]
    assert await shop.mails(invoice) == ["invoice", "payment_failed"]


async def test_a_bank_that_wants_to_hear_from_the_payer(shop: Collecting) -> None:
    customer = await shop.begin("pm_card_authenticationRequiredOnSetup")
    page = "https://pay.north.example/invoices/{invoice_id}?n={number}"
    await shop.ask("PUT", "/v1/billing/subscription-settings", {"payment_page": page})
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    await shop.through()
    link = f"https://pay.north.example/invoices/{invoice['id']}?n={invoice['invoice_number']}"
    assert f"Confirm the payment: {link}" in shop.text("Please confirm the payment of invoice")
    for days in (1, 3):
        await shop.after(invoice, days)
    assert await shop.taken(invoice) == [("retry_payment", "not_retried", "needs_confirmation")] * 2
    assert await shop.mails(invoice) == ["invoice", "payment_confirm"]
    [card] = await shop.ask("GET", f"/v1/payments/methods?customer_id={customer['id']}")
    body = {"invoice_id": invoice["id"], "payment_method_id": card["id"]}
    paid = await shop.world.send("anna", "POST", "/v1/payments/charges", body)
    assert paid.json()["data"]["status"] == "succeeded", paid.text
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")


@pytest.mark.parametrize("confirms", [True, False])
async def test_a_charge_that_waits_for_the_payer(shop: Collecting, monkeypatch: pytest.MonkeyPatch, confirms: bool) -> None:
    """Some banks do not decline but wait: until the payer confirms, or a day is over. No charge is made beside it."""
    customer = await shop.begin("pm_card_authenticationRequired")
    state = shop.simulator.state
    present = state.confirm
    monkeypatch.setattr(state, "confirm", lambda intent, **how: present(intent, **{**how, "off_session": False}))
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    await shop.through()
    await shop.catch_up()
    assert (await shop.payments(invoice), await shop.mails(invoice)) == ([("pending", "")], ["invoice", "payment_confirm"])
    await shop.after(invoice, 1)
    assert await shop.taken(invoice) == []
    [payment] = await shop.ask("GET", f"/v1/payments/invoice/{invoice['id']}")
    if confirms:
        state.authenticate(payment["provider_reference"], passed=True)
        await shop.catch_up()
        assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
        return
    with psycopg.connect(shop.urls["hcc_owner"]) as owner:
        owner.execute("UPDATE hcc.payments SET created_at = now() - interval '25 hours'")
    await jobs.look_after(Work(shop.worker, 0, 0), NEVER)
    for days in (1, 3):
        await shop.after(invoice, days)
    assert await shop.payments(invoice) == [("cancelled", "")]
    assert await shop.taken(invoice) == [("retry_payment", "not_retried", "needs_confirmation")] * 2
    assert await shop.mails(invoice) == ["invoice", "payment_confirm"]


async def test_without_a_card_dunning_goes_on(shop: Collecting) -> None:
    customer = await shop.begin(None)
    subscription = await shop.automatic(customer, trial_days=14)
    invoice = await shop.renewed(subscription)
    await shop.through()
    for days in (1, 3, 7, 10, 14):
        await shop.after(invoice, days)
    missing = ("retry_payment", "not_retried", "no_payment_method")
    assert await shop.taken(invoice) == [missing, missing, ("remind", "done", ""), missing, ("suspend", "done", "")]
    # The first card pays, and what was switched off is on again.
    await shop.card(customer["id"])
    await shop.through()
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    assert (await shop.ask("GET", f"/v1/subscriptions/{subscription['id']}"))["status"] == "active"


async def test_what_dunning_was_stopped_for_is_left_alone(shop: Collecting) -> None:
    customer = await shop.begin("pm_card_chargeDeclined")
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    await shop.through()
    await shop.ask("PUT", f"/v1/customers/{customer['id']}/dunning-stop", {"reason": "they called"}, 204)
    await shop.after(invoice, 1)
    shop.becomes("pm_card_visa")
    await shop.card(customer["id"], "pm_card_mastercard")
    cards = await shop.ask("GET", f"/v1/payments/methods?customer_id={customer['id']}")
    good = next(one for one in cards if one["last4"] == "4444")
    await shop.ask("POST", f"/v1/payments/methods/{good['id']}/default", {"is_default": True})
    await shop.through()
    assert len(await shop.payments(invoice)) == 1
    await shop.ask("DELETE", f"/v1/customers/{customer['id']}/dunning-stop", None, 204)
    await shop.after(invoice, 3)
    assert await shop.taken(invoice) == [("retry_payment", "done", "succeeded")]


async def test_other_invoices_are_not_retried(shop: Collecting) -> None:
    """Who did not agree to be charged is not, whatever the schedule says."""
    customer = await shop.begin()
    price = await shop.price("100")
    await shop.subscribe(customer["id"], price["id"])
    [invoice] = await shop.invoices()
    await shop.after(invoice, 1)
    assert await shop.taken(invoice) == [("retry_payment", "not_retried", "not_automatic")]
    assert shop.simulator.state.charges_made == 0


async def test_invoices_are_mailed_unless_the_seller_says_no(shop: Collecting) -> None:
    customer = await shop.begin(None)
    price = await shop.price("100")
    await shop.subscribe(customer["id"], price["id"])
    await shop.ask("PUT", "/v1/billing/subscription-settings", {"mail_invoices": False})
    await shop.through()
    [first] = await shop.invoices()
    assert await shop.mails(first) == []
    await shop.ask("PUT", "/v1/billing/subscription-settings", {})
    await shop.subscribe(customer["id"], price["id"])
    await shop.through()
    assert await shop.mails((await shop.invoices())[-1]) == ["invoice"]
    assert "Please pay the open amount of €119.00" in shop.text("Invoice")
    by_hand = await shop.invoice(customer["id"])
    await shop.through()
    assert await shop.mails(by_hand) == []


async def test_a_mail_is_written_once_for_a_payment(shop: Collecting) -> None:
    customer = await shop.begin("pm_card_chargeDeclined", language="fr")
    invoice = await shop.renewed(await shop.automatic(customer, trial_days=14))
    await shop.through()
    [payment] = await shop.ask("GET", f"/v1/payments/invoice/{invoice['id']}")
    ids = set()
    for _ in range(2):
        async with shop.worker.database.transaction(Scope(shop.organization_id)) as tx:
            ids.add(await telling.payment(tx, shop.organization_id, UUID(payment["id"])))
    await shop.through()
    assert len(ids) == 1
    assert await shop.mails(invoice) == ["invoice", "payment_failed"]
    assert "la banque a refusé" in shop.text("Le paiement de la facture")
