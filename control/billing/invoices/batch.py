"""Many invoices at once, finalised as they are made: the same checks, tax, numbers and bookings as one by one, with fewer waits.

Everything is computed first; the numbers are taken just before it is written, since others wait for the counter until the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing import numbers
from control.billing.customers.models import Customer
from control.billing.invoices import drafting
from control.billing.invoices import queries as q
from control.billing.invoices.finalising import MANY, entry_of, exchange_rate, final_columns
from control.billing.invoices.models import Invoice, Item, NewInvoice
from control.billing.invoices.service import summary
from control.billing.ledger.booking import book_many
from control.billing.settings.models import BillingSettings
from control.core import events
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.core.ids import new_id


class Source(msgspec.Struct, frozen=True):
    """Where a position comes from."""

    price_id: UUID
    subscription_item_id: UUID


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice to be made: what is asked for, and for each position where it comes from."""

    customer: Customer
    asked: NewInvoice
    subscription_id: UUID | None = None
    sources: Sequence[Source] = ()


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a bill; the positions are in its order."""

    invoice: Invoice
    items: list[Item]


def compute(bills: Sequence[Bill], seller: BillingSettings, on: date) -> list[drafting.Draft]:
    """Check and price them. Raises ValidationFailed."""
    made = [drafting.draft(bill.asked, seller, bill.customer, on) for bill in bills]
    for one in made:
        if not one.items:
            raise ValidationFailed(FieldError("/items", "an invoice needs at least one"))
        if one.totals.total < 0:
            raise ValidationFailed(FieldError("/items", "come to less than nothing; make a credit note"))
    return made


async def issue(tx: Transaction, bills: Sequence[Bill], seller: BillingSettings, on: date) -> list[Issued]:
    """Make and finalise these invoices of one seller, in this order. Raises Conflict, ValidationFailed."""
    if not bills:
        return []
    drafts = compute(bills, seller, on)
    currencies = {one.columns["currency"] for one in drafts}
    rates = {currency: await exchange_rate(tx, seller, currency, on) for currency in sorted(currencies)}
    ids = [new_id() for _ in bills]
    owner = seller.organization_id
    await tx.run_many(
        q.SQL.insert, [{"id": key, "organization_id": owner, **one.columns} for key, one in zip(ids, drafts, strict=True)]
    )
    await tx.run_many(
        q.SQL.insert_items,
        [
            {
                "organization_id": owner,
                "customer_org_id": one.columns["customer_org_id"],
                "invoice_id": key,
                "items": _rows(one.items, bill.sources),
            }
            for key, one, bill in zip(ids, drafts, bills, strict=True)
        ],
    )
    of = [
        {"id": key, "subscription_id": bill.subscription_id}
        for key, bill in zip(ids, bills, strict=True)
        if bill.subscription_id is not None
    ]
    if of:
        await tx.run(q.SQL.set_subscriptions, rows=Jsonb(msgspec.to_builtins(of)))
    taken = await numbers.take(tx, owner, "invoice", seller.invoice_number, on, len(bills))
    await tx.run_many(
        q.SQL.finalise,
        [
            final_columns(
                key, number, seller, bill.customer, one.treatment, on=on, rate=rates[one.columns["currency"]],
                terms=one.columns["payment_terms_days"], paid=one.totals.total == 0,
            )
            for key, number, one, bill in zip(ids, taken, drafts, bills, strict=True)
        ],
    )  # fmt: skip
    found = {one.id: one for one in await tx.all(Invoice, MANY, ids=ids)}
    await book_many(
        tx, [entry_of(found[key], seller, one.items, sign=1) for key, one in zip(ids, drafts, strict=True)]
    )  # fmt: skip
    await events.emit_many(tx, [("invoice.finalised", owner, summary(found[key])) for key in ids])
    return [Issued(invoice=found[key], items=one.items) for key, one in zip(ids, drafts, strict=True)]


def _rows(items: Sequence[Item], sources: Sequence[Source]) -> Jsonb:
    """Positions as the statement takes them, with where they come from."""
    if not sources:
        return drafting.rows(items)
    return Jsonb(
        [
            msgspec.to_builtins(item) | msgspec.to_builtins(source)
            for item, source in zip(items, sources, strict=True)
        ]
    )  # fmt: skip
