"""Charging open invoices of automatic subscriptions to the customer's default card, once for each cause.

A try is written down with the payment that it begins, in one transaction; then the provider is asked. Whoever comes again, after
a crash or beside another, finds the try and asks about the same payment. The customer's row is locked first, as by all that moves
a customer's money, then the invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal
from uuid import UUID, uuid5

import msgspec
import structlog

from control.billing.collecting import queries as q
from control.billing.invoices import service as invoices
from control.billing.invoices.models import Kind, Status
from control.billing.mails import service as mails
from control.billing.mails.notices import Facts, card_of
from control.billing.payments import queries as payment_q
from control.billing.payments.providers import charging
from control.billing.payments.providers.accounts import keys_of
from control.billing.payments.providers.interface import ProviderAway
from control.billing.subscriptions.renewing import settings_of
from control.core import audit, events
from control.core.db import Scope, Transaction
from control.core.errors import NotFound
from control.core.runtime import Runtime

log = structlog.get_logger("hcc.billing")

FINALISED = "finalised"
"""The cause of the first try."""
UNCONFIRMED = ("authentication_required", "authentication_not_handled", "payment_intent_authentication_failure")
"""Stripe's codes for a bank that wants to hear from the payer."""
MOST_FOR_CARD = 100
"""Open invoices that a new card is tried for."""
_OPEN: Sequence[Status] = ("sent", "partially_paid", "overdue")

Reason = Literal[
    "",
    "not_automatic",
    "nothing_open",
    "under_way",
    "no_payment_method",
    "direct_debit",
    "no_provider",
    "declined_for_good",
    "needs_confirmation",
]
"""Why an invoice is not charged now."""


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a cause: a payment was begun, or the reason why none was."""

    outcome: Literal["begun", "not_tried"]
    reason: Reason = ""
    payment_id: UUID | None = None


class Chances(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice and the customer's default way to pay."""

    invoice_id: UUID
    customer_id: UUID
    customer_org_id: UUID
    invoice_number: str | None
    status: Status
    kind: Kind
    balance: Decimal
    is_automatic: bool
    is_under_way: bool
    method_id: UUID | None
    method_kind: Literal["card", "sepa_debit"] | None
    brand: str
    last4: str
    refusal: Reason


class _Id(msgspec.Struct, frozen=True):
    id: UUID


def why_not(found: Chances, *, has_provider: bool) -> Reason:
    """Why the default card is not charged for an invoice; empty when it is. Pure."""
    if not found.is_automatic:
        return "not_automatic"
    if found.status not in _OPEN or found.kind == "credit_note" or found.balance <= 0:
        return "nothing_open"
    if found.is_under_way:
        return "under_way"
    if found.method_id is None:
        return "no_payment_method"
    if found.method_kind != "card":
        return "direct_debit"
    if not has_provider:
        return "no_provider"
    return found.refusal


async def hold(tx: Transaction, organization_id: UUID, invoice_id: UUID) -> Chances:
    """The chances of charging an invoice, its customer locked. Raises NotFound."""
    customer_id = await tx.value(q.SQL.customer_of, organization_id=organization_id, invoice_id=invoice_id)
    if customer_id is None:
        raise NotFound("invoice")
    await tx.value(payment_q.SQL.lock_customer, id=customer_id)
    return await tx.one(
        Chances, q.SQL.chances, organization_id=organization_id, invoice_id=invoice_id, unconfirmed=list(UNCONFIRMED)
    )


async def begin(tx: Transaction, runtime: Runtime, organization_id: UUID, invoice_id: UUID, cause: str) -> Try:
    """Begin a payment for a cause, or say why not; what it came to the first time when it is asked again. `carry_out` of a
    payment that was begun is to follow once this is committed. Raises NotFound."""
    return await _begin(tx, runtime, organization_id, await hold(tx, organization_id, invoice_id), cause)


async def _begin(tx: Transaction, runtime: Runtime, organization_id: UUID, found: Chances, cause: str) -> Try:
    key = {"organization_id": organization_id, "invoice_id": found.invoice_id, "cause": cause}
    known = await tx.maybe(Try, q.SQL.known, **key)
    if known is not None:
        return known
    reason = why_not(found, has_provider=await keys_of(runtime, tx, organization_id) is not None)
    made = Try(outcome="not_tried", reason=reason)
    if not reason:
        invoice = await invoices.find(tx, found.invoice_id)
        payment = await charging.begin_for(tx, invoice, method_id=found.method_id, off_session=True)
        made = Try(outcome="begun", payment_id=payment.id)
    await tx.run(q.SQL.insert_try, customer_org_id=found.customer_org_id, **key, **msgspec.structs.asdict(made))
    if reason == "no_payment_method":
        told = {
            "invoice_id": found.invoice_id,
            "invoice_number": found.invoice_number,
            "customer_id": found.customer_id,
            "cause": cause,
        }
        await events.emit(tx, "payment.method_missing", organization_id, told)
    log.info("collecting", invoice_id=str(found.invoice_id), cause=cause, outcome=made.outcome, reason=reason)
    return made


async def first(runtime: Runtime, organization_id: UUID, invoice_id: UUID) -> Try | None:
    """What follows the finalising of a subscription's invoice: its mail, and the charge when the subscription is automatic.

    Raises ProviderAway; to be called again then.
    """
    tried: Try | None = None
    async with runtime.database.transaction(Scope(organization_id)) as tx:
        found = await hold(tx, organization_id, invoice_id)
        if found.is_automatic:
            tried = await _begin(tx, runtime, organization_id, found, FINALISED)
        if (await settings_of(tx, organization_id)).mail_invoices and found.kind == "invoice":
            invoice = await invoices.find(tx, invoice_id)
            facts = Facts(by=_by(tried, found), card=card_of(found.brand, found.last4), amount=found.balance)
            await mails.queue(tx, audit.SYSTEM, invoice, facts=facts, request_id=uuid5(invoice_id, FINALISED))
    await finish(runtime, organization_id, tried)
    return tried


def _by(tried: Try | None, found: Chances) -> Literal["", "card", "debit"]:
    """How the mail says that it is paid; a payment under way is of a card that was added a moment ago."""
    if tried is None:
        return ""
    if tried.payment_id or (tried.reason == "under_way" and found.method_kind == "card"):
        return "card"
    return "debit" if tried.reason == "direct_debit" else ""


async def with_card(runtime: Runtime, organization_id: UUID, customer_id: UUID, method_id: UUID) -> int:
    """Try a card that became the default one for what is open; for how many invoices. Raises ProviderAway when the provider was
    away for one; to be called again then."""
    scope, cause = Scope(organization_id), f"card {method_id}"
    async with runtime.database.transaction(scope) as tx:
        found = await tx.all(
            _Id,
            q.SQL.open_for_card,
            organization_id=organization_id,
            customer_id=customer_id,
            method_id=method_id,
            cause=cause,
            most=MOST_FOR_CARD,
        )
    away: ProviderAway | None = None
    begun = 0
    for one in found:
        async with runtime.database.transaction(scope) as tx:
            chances = await hold(tx, organization_id, one.id)
            # What an earlier run began is finished also when another card is the default one by now.
            tried = await tx.maybe(Try, q.SQL.known, organization_id=organization_id, invoice_id=one.id, cause=cause)
            if tried is None and chances.method_id == method_id:
                tried = await _begin(tx, runtime, organization_id, chances, cause)
        begun += tried is not None and tried.payment_id is not None
        try:
            await finish(runtime, organization_id, tried)
        except ProviderAway as error:
            away = error
    if away is not None:
        raise away
    return begun


async def finish(runtime: Runtime, organization_id: UUID, tried: Try | None) -> None:
    """Ask the provider for what a try began. Raises ProviderAway."""
    if tried is not None and tried.payment_id is not None:
        await charging.carry_out(runtime, organization_id, tried.payment_id)
