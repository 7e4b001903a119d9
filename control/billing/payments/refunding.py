"""Sending money back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from control.billing.money import amount_error, present
from control.billing.payments import moving
from control.billing.payments import queries as q
from control.billing.payments.models import CAME_IN, STATES, NewRefund, Payment, Refund
from control.billing.payments.pan import card_number_error
from control.billing.payments.service import LEAST_CENT, hold_own
from control.billing.payments.sharing import back
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.texts import line_error
from control.billing.today import today
from control.core import audit, events, jobs
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.words import N_, said

_ZERO = Decimal(0)


async def create(ctx: Context, tx: Transaction, payment_id: UUID, data: NewRefund) -> Refund:
    """Refund a payment, or a part. By hand, the money is gone; through a provider, a job sends it.

    It is booked at once, so that nobody spends the credit meanwhile; a refund that fails is booked back. Raises Conflict when
    the payment has no more to give, or when neither credit nor `reopen_invoices` covers it.
    """
    payment = await hold_own(ctx, tx, payment_id)
    if payment.status not in CAME_IN:
        words = N_("The payment is %(status)s; there is nothing to refund.")
        raise Conflict(said(words, status=said(STATES[payment.status])), details={"status": payment.status})
    if payment.method == "credit":
        raise Conflict("Credit was used, no money came in; move it back with an allocation below zero.")
    left = payment.amount - payment.refunded - payment.disputed
    amount = left if data.amount is None else data.amount
    errors = present(
        [
            None if data.amount is None else amount_error("/amount", amount, payment.currency, least=LEAST_CENT),
            line_error("/reason", data.reason),
            card_number_error("/reason", data.reason),
        ]
    )
    if errors:
        raise ValidationFailed(errors)
    if amount > left or left == 0:
        words = N_("%(amount)s %(currency)s is left of this payment.")
        raise Conflict(said(words, amount=left, currency=payment.currency), details={"left": str(left)})
    credit = max(await moving.credit_of(tx, payment), _ZERO)
    if amount > credit and not data.reopen_invoices:
        words = N_(
            "The customer's credit is %(amount)s %(currency)s. Make a credit note first, or reopen invoices (reopen_invoices)."
        )
        raise Conflict(said(words, amount=credit, currency=payment.currency), details={"credit": str(credit)})
    reachable = credit + sum((part for _, part in _on_invoices(payment) if part > 0), _ZERO)
    if amount > reachable:
        raise Conflict(
            "Money of this payment became credit that paid other invoices; take it off there first.",
            details={"left": str(reachable)},
        )
    seller = await settings.find(tx, payment.organization_id)
    return await write(
        tx,
        payment,
        seller,
        amount=amount,
        reason=data.reason,
        status="pending" if payment.provider else "succeeded",
        on=today(seller.timezone),
        actor=ctx.actor,
    )


async def write(
    tx: Transaction,
    payment: Payment,
    seller: BillingSettings,
    *,
    amount: Decimal,
    reason: str,
    status: str,
    on: date,
    reference: str | None = None,
    actor: audit.Actor = audit.SYSTEM,
) -> Refund:
    """Write a refund down and book it; one that is pending is queued for its provider, unless the provider told of it."""
    refund_id = new_id()
    await tx.run(
        q.SQL.insert_refund,
        id=refund_id,
        organization_id=payment.organization_id,
        customer_org_id=payment.customer_org_id,
        payment_id=payment.id,
        provider=payment.provider,
        provider_reference=reference,
        amount=amount,
        reason=reason,
        status=status,
        refunded_on=on,
    )
    parts = back(amount, await moving.credit_of(tx, payment), _on_invoices(payment))
    text = f"Refund {reason or payment.reference or payment.id}"
    await tx.run(q.SQL.take_back, id=payment.id, refunded=amount, disputed=_ZERO, failure_code=None)
    await moving.take_back(tx, payment, seller, parts, on=on, kind="refund", source=refund_id, text=text)
    refund = await find(tx, refund_id)
    await moving.told(tx, payment, "refund.created", actor, refund)
    if status == "succeeded":
        await events.emit(tx, "refund.succeeded", payment.organization_id, refund)
    elif reference is None:
        await jobs.defer(tx, "payments.refund", refund_id=str(refund_id), organization_id=str(payment.organization_id))
    return refund


async def find(tx: Transaction, refund_id: UUID) -> Refund:
    """The refund in this transaction. Raises NotFound."""
    found = await tx.maybe(Refund, q.SQL.refund, id=refund_id)
    if found is None:
        raise NotFound("refund")
    return found


async def settle(
    tx: Transaction, payment: Payment, refund: Refund, *, status: str, reference: str | None, failure_code: str, on: date
) -> Refund:
    """What the provider says of a refund. A failed one gives its money back; each change happens once.

    `payment` is held. A refund that succeeded may still fail, when the customer's bank sends it back.
    """
    if refund.status in (status, "failed"):
        if reference is not None and refund.provider_reference is None:
            await tx.run(q.SQL.set_refund, id=refund.id, status=refund.status, reference=reference, failure_code=failure_code)
        return refund
    if status == "pending":
        return refund
    await tx.run(q.SQL.set_refund, id=refund.id, status=status, reference=reference, failure_code=failure_code[:60])
    if status == "failed":
        seller = await settings.find(tx, payment.organization_id)
        await tx.run(q.SQL.take_back, id=payment.id, refunded=-refund.amount, disputed=_ZERO, failure_code=None)
        text = f"Refund failed {failure_code}"
        await moving.give_back(tx, payment, seller, on=on, kind="refund_failed", source=refund.id, text=text)
    after = await find(tx, refund.id)
    await moving.told(tx, payment, f"refund.{status}", audit.SYSTEM, after)
    return after


def _on_invoices(payment: Payment) -> list[tuple[UUID | None, Decimal]]:
    return [(one.invoice_id, one.amount) for one in payment.allocations if one.invoice_id is not None]
