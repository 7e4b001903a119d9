"""Credit notes for days that are not used: over the invoice that charged them, at its prices and with its tax."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.invoices import queries as invoice_queries
from control.billing.invoices.crediting import issue
from control.billing.invoices.models import Invoice, Item
from control.billing.invoices.service import find
from control.billing.invoices.totals import Line, compute
from control.billing.money import MONTHLY_STEP, QUANTITY_DIGITS
from control.billing.subscriptions import queries as q
from control.billing.subscriptions.planning import Credit
from control.billing.subscriptions.words import say
from control.core.db import Transaction
from control.core.ids import new_id

_ZERO, _ONE = Decimal(0), Decimal(1)
_LEAST = Decimal(1).scaleb(-QUANTITY_DIGITS)


class _Taken(msgspec.Struct, frozen=True):
    item_id: UUID
    quantity: Decimal = _ZERO
    line_total: Decimal = _ZERO
    line_tax: Decimal = _ZERO


async def taken_of(tx: Transaction, invoice_id: UUID) -> dict[UUID, _Taken]:
    """What earlier credit notes took back of an invoice's positions."""
    return {one.item_id: one for one in await tx.all(_Taken, invoice_queries.SQL.taken_back, id=invoice_id)}


async def give_back(tx: Transaction, credits_: Sequence[Credit], reason: str) -> list[Invoice]:
    """Credit notes over these unused days, one for each invoice; charges end where the credit begins."""
    notes = []
    by_invoice: dict[UUID, list[Credit]] = {}
    for one in credits_:
        by_invoice.setdefault(one.charge.invoice_id, []).append(one)
    # In one order everywhere, so that two of them never wait for each other.
    for invoice_id, mine in sorted(by_invoice.items()):
        original = await find(tx, invoice_id, lock=True)
        items = positions(original, await taken_of(tx, invoice_id), mine)
        if items:
            note = await issue(tx, original, items, reason)
            notes.append(note)
    for one in credits_:
        await tx.run(q.SQL.cut_charge, id=one.charge.id, charged_to=one.start)
    return notes


def positions(original: Invoice, taken: dict[UUID, _Taken], credits_: Sequence[Credit]) -> list[Item]:
    """The positions of a credit note: never more than is left of the invoice's own."""
    by_id = {item.id: item for item in original.items}
    mine = [(one, by_id[one.charge.invoice_item_id]) for one in credits_ if one.charge.invoice_item_id in by_id and one.amount]
    totals = compute(
        [
            Line(quantity=Decimal(1), unit_price=one.amount, tax_category=item.tax_category, tax_rate=item.tax_rate)
            for one, item in mine
        ],
        original.currency,
        rounding=original.rounding,
        tax_rounding=original.tax_rounding,
        prices_include_tax=original.prices_include_tax,
    )
    found: list[Item] = []
    for (one, item), total in zip(mine, totals.lines, strict=True):
        before = taken.get(item.id, _Taken(item.id))
        left, left_tax = item.line_total - before.line_total, item.line_tax - before.line_tax
        net, tax = (left, left_tax) if one.is_whole else (min(total.net, left), min(total.tax, left_tax))
        if net <= 0 and tax <= 0:
            continue
        share = net / item.line_total if item.line_total else _ZERO
        rest = item.quantity - before.quantity
        quantity = rest if one.is_whole else min(max((item.quantity * share).quantize(_LEAST), _LEAST), rest)
        found.append(
            msgspec.structs.replace(
                item,
                id=new_id(),
                position=len(found) + 1,
                description=say(original.language, "unused", name=item.description, day=one.start)[:1000],
                quantity=quantity,
                discount_amount=(item.discount_amount * share).quantize(Decimal("0.01")) if item.discount_amount else _ZERO,
                line_total=net,
                line_tax=tax,
                period_start=one.start if one.start < one.charge.charged_to else None,
                period_end=one.charge.charged_to if one.start < one.charge.charged_to else None,
                corrects_item_id=item.id,
                # All of what these days were charged, unless something of it was credited before.
                monthly_price=None
                if item.monthly_price is None
                else (item.monthly_price * (min(net / total.net, _ONE) if total.net else _ONE)).quantize(MONTHLY_STEP),
            )
        )
    return found
