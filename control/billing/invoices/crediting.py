"""Taking back what was finalised: credit notes, cancelling, writing off. The invoice itself never changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing import numbers
from control.billing.customers import service as customers
from control.billing.invoices import drafting
from control.billing.invoices import queries as q
from control.billing.invoices.finalising import entry_of, exchange_rate, final_columns, settle
from control.billing.invoices.models import Invoice, Item, NewCreditNote, WriteOff
from control.billing.invoices.service import find, find_own, summary
from control.billing.invoices.totals import TaxCategory, TaxSubtotal, with_parts
from control.billing.ledger.booking import Account, Entry, Posting, book
from control.billing.money import MONTHLY_STEP, QUANTITY_DIGITS, Rounding, digits, number_error, rounded
from control.billing.settings import service as settings
from control.billing.texts import paragraph_error
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, ValidationFailed
from control.core.ids import new_id

_ZERO = Decimal(0)


class _Taken(msgspec.Struct, frozen=True):
    """What earlier credit notes took back of a position."""

    item_id: UUID
    quantity: Decimal = _ZERO
    line_total: Decimal = _ZERO
    line_tax: Decimal = _ZERO
    used_until: date | None = None
    monthly_price: Decimal = _ZERO


async def credit(ctx: Context, tx: Transaction, invoice_id: UUID, data: NewCreditNote) -> Invoice:
    """Make a finalised credit note over an invoice, or a debit note, or a part of it.

    What is not yet paid of the invoice becomes less; what was paid becomes the customer's credit. Raises Conflict when nothing
    is left, ValidationFailed.
    """
    original = await find_own(ctx, tx, invoice_id)
    if original.kind == "credit_note" or original.status == "draft":
        raise Conflict("Only a finalised invoice or debit note can be credited.", details={"status": original.status})
    if error := paragraph_error("/reason", data.reason):
        raise ValidationFailed(error)
    note = await issue(tx, original, await _positions(tx, original, data), data.reason)
    await ctx.audit(tx, "invoice.credited", "invoice", original.id, organization_id=original.organization_id, after=summary(note))
    return note


async def cancel(ctx: Context, invoice_id: UUID, data: NewCreditNote) -> Invoice:
    """Take a whole unpaid invoice back with a credit note; the invoice. Raises Conflict when something was paid."""
    async with ctx.transaction() as tx:
        invoice = await find_own(ctx, tx, invoice_id)
        ctx.if_match(invoice.version)
        if invoice.paid != 0:
            raise Conflict("Something was paid of this invoice; make a credit note and refund it.")
        await credit(ctx, tx, invoice_id, msgspec.structs.replace(data, items=None))
        return await find(tx, invoice_id)


async def issue(tx: Transaction, original: Invoice, items: list[Item], reason: str) -> Invoice:
    """Finalise a credit note with these positions, book it, and count it on the original, which is locked."""
    seller = await settings.find(tx, original.organization_id)
    customer = await customers.find(tx, original.customer_id)
    on = today(seller.timezone)
    subtotals = _subtotals(items, original)
    net, tax = sum((item.line_total for item in items), _ZERO), sum((item.line_tax for item in items), _ZERO)
    if net + tax <= 0:
        raise Conflict("Nothing is left to be credited.")
    if original.tax_treatment is None:
        raise TypeError("a finalised invoice has a tax treatment")
    note_id = new_id()
    await tx.run(q.SQL.insert, id=note_id, **_columns(original, subtotals, net, tax, reason))
    await tx.run(
        q.SQL.insert_items,
        organization_id=original.organization_id,
        customer_org_id=original.customer_org_id,
        invoice_id=note_id,
        items=drafting.rows(items),
    )
    rate = await exchange_rate(tx, seller, original.currency, on)
    [number] = await numbers.take(tx, original.organization_id, "credit_note", seller.credit_note_number, on)
    final = final_columns(
        note_id, number, seller, customer, original.tax_treatment, on=on, rate=rate, terms=0, paid=True
    )  # fmt: skip
    await tx.run(q.SQL.finalise, **final)
    note = await find(tx, note_id)
    # A written-off invoice is no receivable any more: what is credited of it was no loss after all.
    applied = min(note.total, original.balance)
    against: Account = "bad_debt" if original.status == "uncollectible" else "receivable"
    entry = entry_of(note, seller, items, sign=-1, of=original)
    turned = [one for one in entry.postings if one.account != "receivable"]
    turned.append(Posting(account=against, amount=-applied, customer_id=note.customer_id, invoice_id=original.id))
    turned.append(
        Posting(account="customer_credit", amount=applied - note.total, customer_id=note.customer_id, invoice_id=note.id)
    )
    await book(tx, msgspec.structs.replace(entry, postings=turned))
    # What is owed of a sale to the seller above goes back with it.
    await tx.run(q.SQL.return_shares, invoice_id=note.id, on=on, digits=digits(note.currency))
    if applied:
        await settle(tx, original.id, seller, paid=_ZERO, credited=applied)
    await events.emit(tx, "credit_note.finalised", note.organization_id, summary(note))
    return note


async def write_off(ctx: Context, invoice_id: UUID, data: WriteOff) -> Invoice:
    """Give up what is open of an invoice: a loss in the books. Raises Conflict when nothing is open, ValidationFailed."""
    if error := paragraph_error("/reason", data.reason):
        raise ValidationFailed(error)
    async with ctx.transaction() as tx:
        invoice = await find_own(ctx, tx, invoice_id)
        ctx.if_match(invoice.version)
        if invoice.status not in ("sent", "partially_paid", "overdue"):
            raise Conflict("Only an open invoice can be written off.", details={"status": invoice.status})
        after = await give_up(tx, invoice, data.reason)
        await ctx.audit(
            tx,
            "invoice.written_off",
            "invoice",
            invoice.id,
            organization_id=invoice.organization_id,
            before=summary(invoice),
            after={**summary(after), "reason": data.reason},
        )
    return after


async def give_up(tx: Transaction, invoice: Invoice, reason: str) -> Invoice:
    """Book what is open of a locked, open invoice as a loss; the invoice as it is then."""
    seller = await settings.find(tx, invoice.organization_id)
    postings = [
        Posting(account="bad_debt", amount=invoice.balance, customer_id=invoice.customer_id, invoice_id=invoice.id),
        Posting(account="receivable", amount=-invoice.balance, customer_id=invoice.customer_id, invoice_id=invoice.id),
    ]
    await book(
        tx,
        Entry(
            organization_id=invoice.organization_id,
            booked_on=today(seller.timezone),
            kind="write_off",
            source=invoice.id,
            part=str(invoice.version),
            text=f"{invoice.invoice_number} {reason}"[:300],
            currency=invoice.currency,
            base=seller.currency,
            exchange_rate=invoice.exchange_rate,
            postings=postings,
        ),
    )
    await tx.run(q.SQL.close, id=invoice.id, status="uncollectible")
    after = await find(tx, invoice.id)
    await events.emit(tx, "invoice.uncollectible", invoice.organization_id, summary(after))
    return after


async def _positions(tx: Transaction, original: Invoice, data: NewCreditNote) -> list[Item]:
    """What is taken back of each position. Raises ValidationFailed."""
    taken = {one.item_id: one for one in await tx.all(_Taken, q.SQL.taken_back, id=original.id)}
    by_id = {item.id: item for item in original.items}
    if data.items is None:
        left = [_rest(item, taken.get(item.id, _Taken(item.id)), n + 1) for n, item in enumerate(original.items)]
        return _numbered([item for item in left if item.line_total or item.line_tax])
    errors: list[FieldError] = []
    chosen: list[Item] = []
    seen: set[UUID] = set()
    for n, asked in enumerate(data.items):
        item = by_id.get(asked.item_id)
        if item is None or item.id in seen:
            errors.append(FieldError(f"/items/{n}/item_id", "is no position of this invoice, or stands twice"))
            continue
        seen.add(item.id)
        before = taken.get(item.id, _Taken(item.id))
        available = item.quantity - before.quantity
        quantity = available if asked.quantity is None else asked.quantity
        # Looked at before it is compared: some that are no numbers cannot be.
        if error := number_error(f"/items/{n}/quantity", quantity, QUANTITY_DIGITS, most=max(available, _ZERO)):
            errors.append(error)
        elif quantity == available:
            chosen.append(_rest(item, before, n + 1))
        else:
            chosen.append(_part(item, quantity, n + 1, original.currency, original.rounding))
    if errors:
        raise ValidationFailed(errors)
    return _numbered([item for item in chosen if item.line_total or item.line_tax])


def _rest(item: Item, taken: _Taken, position: int) -> Item:
    """All that is left of a position, to the cent."""
    return msgspec.structs.replace(
        item,
        id=new_id(),
        position=position,
        quantity=item.quantity - taken.quantity,
        line_total=item.line_total - taken.line_total,
        line_tax=item.line_tax - taken.line_tax,
        corrects_item_id=item.id,
        # Days that were given back are not given back again.
        period_end=taken.used_until or item.period_end,
        monthly_price=None if item.monthly_price is None else max(item.monthly_price - taken.monthly_price, _ZERO),
    )


def _part(item: Item, quantity: Decimal, position: int, currency: str, rounding: Rounding) -> Item:
    share = quantity / item.quantity
    return msgspec.structs.replace(
        item,
        id=new_id(),
        position=position,
        quantity=quantity,
        discount_amount=rounded(item.discount_amount * share, currency, rounding),
        line_total=rounded(item.line_total * share, currency, rounding),
        line_tax=rounded(item.line_tax * share, currency, rounding),
        corrects_item_id=item.id,
        monthly_price=None if item.monthly_price is None else (item.monthly_price * share).quantize(MONTHLY_STEP),
    )


def _numbered(items: list[Item]) -> list[Item]:
    return [msgspec.structs.replace(item, position=n + 1) for n, item in enumerate(items)]


def _subtotals(items: Sequence[Item], original: Invoice) -> list[TaxSubtotal]:
    found: dict[tuple[TaxCategory, Decimal], tuple[Decimal, Decimal]] = {}
    for item in items:
        key = (item.tax_category, item.tax_rate.normalize())
        net, tax = found.get(key, (_ZERO, _ZERO))
        found[key] = net + item.line_total, tax + item.line_tax
    parts = {
        (one.category, one.rate.normalize()): [(part.name, part.rate) for part in one.parts] for one in original.tax_subtotals
    }
    return [
        with_parts(TaxSubtotal(category=c, rate=r, taxable=net, tax=tax), parts.get((c, r), []), original.currency)
        for (c, r), (net, tax) in found.items()
    ]


def _columns(
    original: Invoice, subtotals: list[TaxSubtotal], net: Decimal, tax: Decimal, reason: str
) -> dict[str, Any]:  # fmt: skip
    same = ("organization_id", "customer_id", "customer_org_id", "customer_name", "currency", "prices_include_tax", "rounding")
    more = ("tax_rounding", "language", "buyer_reference", "supplied_from", "supplied_to")
    return {name: getattr(original, name) for name in same + more} | {
        "kind": "credit_note",
        "corrects_id": original.id,
        "amount": net,
        "tax": tax,
        "total": net + tax,
        "tax_subtotals": Jsonb(msgspec.to_builtins(subtotals)),
        "notes": reason,
        "payment_terms_days": 0,
    }
