"""Money that a cardholder or a bank claims back: chargebacks and returned direct debits. The invoice is open again."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from control.billing.payments import moving
from control.billing.payments import queries as q
from control.billing.payments.models import CAME_IN, Dispute, Payment
from control.billing.payments.moving import Fee
from control.billing.payments.sharing import back
from control.billing.settings.models import BillingSettings
from control.core import audit, events
from control.core.db import Transaction
from control.core.ids import new_id

_ZERO = Decimal(0)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider or a bank says of a dispute now. While it only warns, no money is taken (`is_withdrawn` is false)."""

    kind: Literal["chargeback", "return"]
    reference: str
    amount: Decimal
    fee: Decimal = _ZERO
    reason: str = ""
    status: Literal["warning", "open", "won", "lost"] = "open"
    is_withdrawn: bool = True
    evidence_due_at: datetime | None = None


async def apply(tx: Transaction, payment: Payment, seller: BillingSettings, claim: Claim, *, on: date) -> Dispute | None:
    """Bring the dispute of a held payment to what `claim` says; None for a payment that never came in.

    Told twice it does nothing, told out of order it ends the same: the claim is what is true now, not a step.
    """
    if payment.status not in CAME_IN:
        return None
    key = {"organization_id": payment.organization_id, "provider": payment.provider, "reference": claim.reference}
    before = await tx.maybe(Dispute, q.SQL.dispute_by_reference, **key)
    if before is None:
        left = payment.amount - payment.refunded - payment.disputed
        amount = min(claim.amount, left)
        if amount <= 0:
            return None
        await tx.run(
            q.SQL.insert_dispute,
            id=new_id(),
            customer_org_id=payment.customer_org_id,
            payment_id=payment.id,
            kind=claim.kind,
            amount=amount,
            reason=claim.reason[:100],
            status=claim.status,
            evidence_due_at=claim.evidence_due_at,
            **key,
        )
    found = await tx.one(Dispute, q.SQL.dispute_by_reference, **key)
    if before is not None and before.status in ("won", "lost"):
        return found
    is_withdrawn = found.is_withdrawn
    # A dispute that is won before we heard of it took nothing in the end.
    if claim.is_withdrawn and not is_withdrawn and claim.status != "won":
        parts = back(found.amount, _credit_part(payment), _on_invoices(payment))
        code = claim.reason[:60] if claim.kind == "return" else None
        await tx.run(q.SQL.take_back, id=payment.id, refunded=_ZERO, disputed=found.amount, failure_code=code)
        text = f"{claim.kind} {claim.reason} {claim.reference}"
        await moving.take_back(tx, payment, seller, parts, on=on, kind="dispute", source=found.id, text=text)
        is_withdrawn = True
    elif claim.status == "won" and is_withdrawn:
        await tx.run(q.SQL.take_back, id=payment.id, refunded=_ZERO, disputed=-found.amount, failure_code=None)
        text = f"{claim.kind} won {claim.reference}"
        await moving.give_back(tx, payment, seller, on=on, kind="dispute_won", source=found.id, text=text)
        is_withdrawn = False
    fee = found.fee
    if claim.fee and not found.fee:
        fee = claim.fee
        await moving.book_fee(tx, payment, seller, Fee(claim.fee, payment.currency), on=on, kind="dispute_fee", source=found.id)
    if before is not None and (before.status, before.is_withdrawn, before.fee) == (claim.status, is_withdrawn, fee):
        return found
    await tx.run(
        q.SQL.set_dispute,
        id=found.id,
        status=claim.status,
        fee=fee,
        is_withdrawn=is_withdrawn,
        evidence_due_at=claim.evidence_due_at or found.evidence_due_at,
    )
    after = await tx.one(Dispute, q.SQL.dispute_by_reference, **key)
    if before is None:
        await moving.told(tx, payment, "dispute.opened", audit.SYSTEM, after)
    if claim.status in ("won", "lost"):
        await events.emit(tx, f"dispute.{claim.status}", payment.organization_id, after)
    return after


def _credit_part(payment: Payment) -> Decimal:
    """What of the payment became credit: that is taken first, whether or not it is still there."""
    return sum((one.amount for one in payment.allocations if one.invoice_id is None), _ZERO)


def _on_invoices(payment: Payment) -> list[tuple[UUID | None, Decimal]]:
    return [(one.invoice_id, one.amount) for one in payment.allocations if one.invoice_id is not None]
