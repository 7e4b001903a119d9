"""Mails about payments: a card was declined, a bank wants a confirmation, a direct debit is coming. Each once for a payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import msgspec

from control.billing.collecting import queries as q
from control.billing.collecting.working import UNCONFIRMED
from control.billing.customers import service as customers
from control.billing.dunning.upcoming import next_retry
from control.billing.invoices import service as invoices
from control.billing.mails import service as mails
from control.billing.mails.models import What
from control.billing.mails.notices import Facts, Reason, card_of, link_of
from control.billing.settings import service as settings
from control.billing.subscriptions.renewing import settings_of
from control.core import audit
from control.core.db import Transaction

_REASONS: dict[str, Reason] = {"insufficient_funds": "funds", "expired_card": "expired"}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as a mail tells of it."""

    id: UUID
    invoice_id: UUID | None
    off_session: bool
    amount: Decimal
    currency: str
    status: str
    provider_reference: str | None
    failure_code: str
    failure_is_final: bool
    brand: str
    last4: str
    iban: str


async def payment(tx: Transaction, organization_id: UUID, payment_id: UUID) -> UUID | None:
    """Write to the customer about a charge without them that failed, or that waits for them; the mail's id, or None where there
    is nothing to write about.

    What the provider refused because of the seller (keys that are not good, say) is not the customer's business: such a payment
    has no charge at the provider.
    """
    found = await _told(tx, organization_id, payment_id)
    if found is None or found.invoice_id is None or not found.off_session:
        return None
    if found.status == "pending" or found.failure_code in UNCONFIRMED:
        return await _write(tx, found, "payment_confirm", Facts())
    if found.status != "failed" or (found.provider_reference is None and not found.failure_is_final):
        return None
    on = await settings.today_of(tx, organization_id)
    facts = Facts(
        reason=_REASONS.get(found.failure_code, ""),
        is_final=found.failure_is_final,
        day=None if found.failure_is_final else await next_retry(tx, found.invoice_id, on),
    )
    return await _write(tx, found, "payment_failed", facts)


async def debit(tx: Transaction, organization_id: UUID, announced: dict[str, Any]) -> UUID | None:
    """Announce a direct debit: amount, day, mandate and creditor identifier (EPC016-06, section 4.3)."""
    found = await _told(tx, organization_id, UUID(announced["payment_id"]))
    if found is None or found.invoice_id is None:
        return None
    facts = Facts(
        day=date.fromisoformat(announced["collected_on"]),
        mandate=announced["mandate_reference"] or "",
        creditor=announced["creditor_id"],
    )
    return await _write(tx, found, "debit_announced", facts)


async def _told(tx: Transaction, organization_id: UUID, payment_id: UUID) -> Told | None:
    return await tx.maybe(Told, q.SQL.told, organization_id=organization_id, id=payment_id)


async def _write(tx: Transaction, found: Told, what: What, facts: Facts) -> UUID:
    assert found.invoice_id is not None
    invoice = await invoices.find(tx, found.invoice_id)
    customer = await customers.find(tx, invoice.customer_id)
    page = (await settings_of(tx, invoice.organization_id)).payment_page
    facts = msgspec.structs.replace(
        facts,
        language=customer.language,
        amount=found.amount,
        currency=found.currency,
        card=card_of(found.brand, found.last4),
        iban=found.iban,
        link=link_of(page, invoice.id, invoice.invoice_number or ""),
    )
    return await mails.queue(tx, audit.SYSTEM, invoice, what=what, facts=facts, request_id=uuid5(found.id, what))
