"""From steps to documents: invoices with their charges, periods, readings and shares, and credit notes for what is not used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing.catalogue import reselling
from control.billing.catalogue.listing import Row as Listed
from control.billing.catalogue.listing import supplier_rows
from control.billing.catalogue.pricing import Terms, segments
from control.billing.invoices import batch
from control.billing.invoices.batch import Bill, Issued, Source
from control.billing.invoices.models import Item, NewInvoice
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions import queries as q
from control.billing.subscriptions.applying import apply_credit
from control.billing.subscriptions.charging import Line
from control.billing.subscriptions.proration import part
from control.billing.subscriptions.state import State
from control.billing.subscriptions.steps import Step
from control.core.db import Transaction
from control.core.ids import new_id

_ZERO = Decimal(0)


class Charged(msgspec.Struct, kw_only=True):
    """What a step came to: its invoice, if it has one, and its part of it without tax."""

    step: Step
    invoice_id: UUID | None = None
    invoice_number: str | None = None
    amount: Decimal = _ZERO
    items: list[tuple[Line, Item]] = []


def is_billed(step: Step) -> bool:
    """Whether there is something to write an invoice about: what is free is not."""
    return any(line.unit_price for line in step.lines)


def groups(steps: Sequence[Step], *, combine: bool) -> list[list[Step]]:
    """The steps that share an invoice: those of one customer that fall due on one day, with the same kind of prices and way of
    paying."""
    if not combine:
        return [[one] for one in steps]
    found: dict[tuple[Any, ...], list[Step]] = {}
    for one in steps:
        sub = one.state.sub
        # Of one day only: what catches up has an invoice for each period.
        key = (sub.customer_id, one.on, sub.currency, sub.prices_include_tax, sub.collection)
        found.setdefault(key, []).append(one)
    return list(found.values())


def bill_of(steps: Sequence[Step]) -> Bill:
    """The invoice of these steps."""
    first = steps[0].state
    lines = [line for one in steps for line in one.lines]
    return Bill(
        customer=first.customer,
        asked=NewInvoice(
            customer_id=first.customer.id,
            items=[line.asked() for line in lines],
            currency=first.sub.currency,
            prices_include_tax=first.sub.prices_include_tax,
        ),
        subscription_id=first.sub.id if len(steps) == 1 else None,
        sources=[Source(price_id=line.price_id, subscription_item_id=line.item_id) for line in lines],
    )


async def charge(
    tx: Transaction, steps: Sequence[Step], seller: BillingSettings, on: date, *, combine: bool = False
) -> list[Charged]:  # fmt: skip
    """Invoice what these steps charge, in their order, and note for which days it was. Raises Conflict, ValidationFailed."""
    billed = [one for one in steps if is_billed(one)]
    together = groups(billed, combine=combine)
    issued = await batch.issue(tx, [bill_of(group) for group in together], seller, on)
    found: dict[int, Charged] = {id(one): Charged(step=one) for one in steps}
    for group, document in zip(together, issued, strict=True):
        rest = list(document.items)
        for one in group:
            mine, rest = rest[: len(one.lines)], rest[len(one.lines) :]
            charged = found[id(one)]
            charged.invoice_id = document.invoice.id
            charged.invoice_number = document.invoice.invoice_number
            charged.items = list(zip(one.lines, mine, strict=True))
            charged.amount = sum((item.line_total for item in mine), _ZERO)
    results = [found[id(one)] for one in steps]
    await _write(tx, results, seller, on)
    await _share(tx, results, seller, on)
    await apply_credit(tx, [one.invoice for one in issued], seller, on)
    return results


async def _write(tx: Transaction, results: Sequence[Charged], seller: BillingSettings, on: date) -> None:
    owner = seller.organization_id
    periods, charges, readings = [], [], []
    for one in results:
        sub = one.step.state.sub
        of: dict[str, Any] = {"subscription_id": sub.id, "customer_org_id": sub.customer_org_id}
        if (days := one.step.period) is not None:
            row = {"period_start": days.start, "period_end": days.end, "invoice_id": one.invoice_id, "amount": one.amount}
            periods.append(of | row)
        charges += [
            of
            | {
                "id": new_id(),
                "item_id": line.item_id,
                "invoice_id": one.invoice_id,
                "invoice_item_id": item.id,
                "full_start": line.full.start,
                "full_end": line.full.end,
                "charged_from": line.days.start,
                "charged_to": line.days.end,
                "full_amount": line.full_amount,
                "full_discount": line.full_discount,
            }
            for line, item in one.items
            if line.full is not None and line.days is not None
        ]
        readings += [
            of | {"item_id": item.id, "period_start": span.start, "period_end": span.end, "value": value}
            for item, span, value in one.step.readings
        ]
    for statement, rows, more in (
        (q.SQL.insert_periods, periods, {"on": on}),
        (q.SQL.insert_charges, charges, {}),
        (q.SQL.insert_readings, readings, {}),
    ):
        if rows:
            await tx.run(statement, organization_id=owner, rows=Jsonb(msgspec.to_builtins(rows)), **more)
    for one in results:
        for wanted, value in one.step.late:
            late = max(value - (wanted.before or _ZERO), _ZERO)
            await tx.run(q.SQL.close_reading, item_id=wanted.item.id, period_start=wanted.days.start, late_value=late)


async def _share(tx: Transaction, results: Sequence[Charged], seller: BillingSettings, on: date) -> None:
    """What is owed to the seller above for lines of what is sold on."""
    sold = [
        (one.step.state, line, item, supplier)
        for one in results
        for line, item in one.items
        if (supplier := one.step.state.prices[line.price_id].supplier_plan_id) is not None
    ]
    if not sold:
        return
    owner = seller.organization_id
    terms = await reselling.my_terms(tx, owner)
    listed = await supplier_rows(tx, on)
    shares = []
    for state, line, item, supplier in sold:
        held = reselling.terms_for(terms, supplier)
        if held is None:
            continue
        price = _listed_price(listed, state, line, supplier)
        owed = reselling.owed(
            held.kind,
            held.percent,
            sold=item.line_total,
            listed=None if price is None else _at_list(price, state, line, seller),
            currency=state.sub.currency,
            rounding=seller.rounding,
        )
        shares.append(
            reselling.Share(
                id=new_id(),
                supplier_org_id=held.organization_id,
                invoice_item_id=item.id,
                supplier_plan_id=supplier,
                kind=held.kind,
                percent=held.percent,
                booked_on=on,
                currency=state.sub.currency,
                sold=item.line_total,
                owed=owed,
            )
        )
    if shares:
        await tx.run(q.SQL.insert_shares, organization_id=owner, rows=Jsonb(msgspec.to_builtins(shares)))


def _listed_price(listed: Sequence[Listed], state: State, line: Line, supplier: UUID) -> Listed | None:
    mine = state.prices[line.price_id]
    same = [
        row
        for row in listed
        if (row.plan_id, row.currency, row.interval) == (supplier, mine.currency, mine.interval)
        and (row.model == "metered") == (mine.model == "metered")
    ]
    return next((row for row in same if row.price_name == mine.name), same[0] if same else None)


def _at_list(price: Listed, state: State, line: Line, seller: BillingSettings) -> Decimal:
    """What the supplier's list says for the quantity and the days of a line."""
    money = state.money(seller)
    if line.kind == "setup":
        return Decimal(price.setup_fee)
    included = Decimal((price.meter or {}).get("included", 0))
    terms = Terms(model=price.model, amount=Decimal(price.amount), tiers=price.tiers, included=included)
    if line.kind in ("usage", "late_usage"):
        return money.cents(sum((one.amount for one in segments(terms, line.quantity + included)), _ZERO))
    quantity = next((Decimal(one.quantity) for one in state.items if one.id == line.item_id), line.quantity)
    whole = money.cents(sum((one.amount for one in segments(terms, quantity)), _ZERO))
    if line.full is None or line.days is None:
        return whole
    return part(whole, line.full, line.days.start, line.days.end, money.currency, money.rounding)


def issued_detail(charged: Charged) -> dict[str, Any]:
    """What a log says of a charge."""
    return {} if charged.invoice_id is None else {
        "invoice_id": charged.invoice_id, "invoice_number": charged.invoice_number, "amount": charged.amount,
    }  # fmt: skip


__all__ = ["Charged", "Issued", "bill_of", "charge", "groups", "is_billed", "issued_detail"]
