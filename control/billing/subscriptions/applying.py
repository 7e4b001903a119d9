"""A customer's credit pays what the customer owes next, at once and once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.invoices.finalising import settle
from control.billing.invoices.models import Invoice
from control.billing.ledger.booking import Entry, Posting, book
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions import queries as q
from control.core.db import Transaction

_ZERO = Decimal(0)


class _Left(msgspec.Struct, frozen=True):
    customer_id: UUID
    credit: Decimal


async def credit_left(
    tx: Transaction, organization_id: UUID, customer_ids: Sequence[UUID], currency: str, *, lock: bool = True
) -> dict[UUID, Decimal]:
    """What customers have left over. Locked, nobody else spends it until the transaction ends."""
    params = {"organization_id": organization_id, "customer_ids": list(customer_ids), "currency": currency}
    found = await tx.all(_Left, q.SQL.credit_of, **params)
    if found and lock:
        await tx.run(q.SQL.lock_customers, ids=[one.customer_id for one in found])
        found = await tx.all(_Left, q.SQL.credit_of, **params)
    return {one.customer_id: one.credit for one in found}


async def apply_credit(tx: Transaction, invoices: Sequence[Invoice], seller: BillingSettings, on: date) -> Decimal:
    """Pay these new invoices from their customers' credit as far as it goes; how much that was."""
    total = _ZERO
    for currency in sorted({one.currency for one in invoices}):
        mine = [one for one in invoices if one.currency == currency and one.balance > 0]
        left = await credit_left(tx, seller.organization_id, list({one.customer_id for one in mine}), currency)
        for invoice in mine:
            amount = min(left.get(invoice.customer_id, _ZERO), invoice.balance)
            if amount <= 0:
                continue
            postings = [
                Posting(account="customer_credit", amount=amount, customer_id=invoice.customer_id, invoice_id=invoice.id),
                Posting(account="receivable", amount=-amount, customer_id=invoice.customer_id, invoice_id=invoice.id),
            ]
            entry = Entry(
                organization_id=seller.organization_id,
                booked_on=on,
                kind="credit_applied",
                source=invoice.id,
                part="subscription",
                text=f"{invoice.invoice_number} {invoice.customer_name}"[:300],
                currency=currency,
                base=seller.currency,
                exchange_rate=invoice.exchange_rate,
                postings=postings,
            )
            if await book(tx, entry):
                await settle(tx, invoice.id, seller, paid=amount, credited=_ZERO)
                left[invoice.customer_id] -= amount
                total += amount
    return total
