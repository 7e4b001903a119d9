"""A customer's credit pays what the customer owes next, at once and once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.invoices.finalising import settle
from control.billing.invoices.models import Invoice
from control.billing.invoices.service import find, summary
from control.billing.ledger.booking import Entry, Posting, book
from control.billing.payments import queries as payment_q
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions import queries as q
from control.core import events
from control.core.db import Transaction

_ZERO = Decimal(0)


class _Left(msgspec.Struct, frozen=True):
    customer_id: UUID
    credit: Decimal


async def credit_left(
    tx: Transaction, organization_id: UUID, customer_ids: Sequence[UUID], currency: str
) -> dict[UUID, Decimal]:  # fmt: skip
    """What customers have left over."""
    found = await tx.all(
        _Left, q.SQL.credit_of, organization_id=organization_id, customer_ids=list(customer_ids), currency=currency
    )
    return {one.customer_id: one.credit for one in found}


async def _hold(tx: Transaction, organization_id: UUID, invoices: Sequence[Invoice]) -> set[UUID]:
    """Lock customers who have credit, as all that moves a customer's money does: nobody else spends it until the transaction
    ends. All at once, in the order of their ids, so that no two wait for each other. Who gets credit in this very moment is not
    among them, and keeps it.
    """
    holders: set[UUID] = set()
    for currency, customer_ids in _by_currency(invoices).items():
        holders |= (await credit_left(tx, organization_id, customer_ids, currency)).keys()
    if holders:
        await tx.run(payment_q.SQL.lock_customers, ids=list(holders))
    return holders


def _by_currency(invoices: Sequence[Invoice]) -> dict[str, list[UUID]]:
    found: dict[str, dict[UUID, None]] = {}
    for one in invoices:
        if one.balance > 0:
            found.setdefault(one.currency, {})[one.customer_id] = None
    return {currency: list(found[currency]) for currency in sorted(found)}


async def apply_credit(tx: Transaction, invoices: Sequence[Invoice], seller: BillingSettings, on: date) -> Decimal:
    """Pay these new invoices from their customers' credit as far as it goes; how much that was."""
    total = _ZERO
    holders = await _hold(tx, seller.organization_id, invoices)
    for currency, customer_ids in _by_currency([one for one in invoices if one.customer_id in holders]).items():
        mine = [one for one in invoices if one.currency == currency and one.balance > 0]
        left = await credit_left(tx, seller.organization_id, customer_ids, currency)
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
                status = await settle(tx, invoice.id, seller, paid=amount, credited=_ZERO)
                topic = "invoice.paid" if status == "paid" else "invoice.partially_paid"
                await events.emit(tx, topic, invoice.organization_id, summary(await find(tx, invoice.id)))
                left[invoice.customer_id] -= amount
                total += amount
    return total
