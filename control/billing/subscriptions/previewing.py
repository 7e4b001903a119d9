"""Previews: the plan of a change, priced and taxed as its documents would be, and not written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.invoices import batch
from control.billing.invoices.drafting import Draft
from control.billing.invoices.service import find as find_invoice
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions.applying import credit_left
from control.billing.subscriptions.changing import Planned, plan
from control.billing.subscriptions.giving_back import positions, taken_of
from control.billing.subscriptions.issuing import bill_of, is_billed
from control.billing.subscriptions.lifecycle import ends_at, plan_cancel
from control.billing.subscriptions.models import (
    Cancellation,
    ChangedSubscription,
    NewSubscription,
    Preview,
    PreviewCredit,
    PreviewLine,
)
from control.billing.subscriptions.planning import Credit, Plan
from control.billing.subscriptions.service import Held, Opened, hold, open_
from control.billing.subscriptions.state import State
from control.billing.subscriptions.steps import Step, take, wanted
from control.billing.subscriptions.usage import reader
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed

_ZERO = Decimal(0)


class PreviewOf(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be previewed: a change, or a cancellation."""

    change: ChangedSubscription | None = None
    cancel: Cancellation | None = None


class _Undone(Exception):
    def __init__(self, found: Preview) -> None:
        self.found = found


async def preview(ctx: Context, subscription_id: UUID, data: PreviewOf) -> Preview:
    """What a change or a cancellation would credit and charge today. Raises as the change itself."""
    if (data.change is None) == (data.cancel is None):
        raise ValidationFailed(FieldError("/change", "give either change or cancel"))
    try:
        async with ctx.transaction() as tx:
            held = await hold(ctx, tx, subscription_id)
            if data.change is not None:
                found = await of_change(tx, held, await plan(tx, held, data.change))
            elif data.cancel is not None and (until := ends_at(held, data.cancel)) is None:
                what, step = await plan_cancel(tx, held, data.cancel, reader(ctx.runtime.database))
                found = await _shown(tx, what, [step], held.seller, held.on, held.on)
            else:
                found = await _shown(tx, Plan(), [Step(state=held.state, on=held.on)], held.seller, held.on, until or held.on)
                found.next_due_on = until
                found.next_lines, found.next_amount, found.next_tax, found.next_total = [], _ZERO, _ZERO, _ZERO
                found = _sealed(found)
            # What was due before the change was carried out to get here, and is only tried.
            raise _Undone(found)
    except _Undone as undone:
        return undone.found


async def preview_new(ctx: Context, data: NewSubscription) -> Preview:
    """What a new subscription would be charged today. Raises ValidationFailed."""
    async with ctx.transaction() as tx:
        return await of_new(tx, await open_(ctx, tx, data, lock=False))


async def of_new(tx: Transaction, opened: Opened) -> Preview:
    """What a subscription that was opened is charged today."""
    state, steps = opened.state, []
    while state.sub.due_on is not None and state.sub.due_on <= opened.on:
        step = take(state, opened.seller, _nothing(state))
        steps.append(step)
        state = step.state
    start = opened.state.sub.started_on
    return await _shown(tx, Plan(), steps or [Step(state=state, on=start)], opened.seller, opened.on, start)


async def of_change(tx: Transaction, held: Held, planned: Planned) -> Preview:
    """What a planned change credits and charges."""
    return await _shown(tx, planned.plan, [planned.step], held.seller, held.on, planned.on)


def _nothing(state: State) -> dict[tuple[UUID, date], Decimal]:
    return {(one.item.id, one.days.start): _ZERO for one in wanted(state)}


async def _shown(
    tx: Transaction, what: Plan, steps: Sequence[Step], seller: BillingSettings, today: date, effective_on: date
) -> Preview:  # fmt: skip
    last = steps[-1].state
    sub = last.sub
    lines: list[PreviewLine] = []
    total = _ZERO
    for step in steps:
        if not is_billed(step):
            continue
        [made] = batch.compute([bill_of([step])], seller, today)
        total += made.totals.total
        lines += _lines(made)
    credits_, left = await _credits(tx, what.credits)
    in_hand = await credit_left(tx, sub.organization_id, [sub.customer_id], sub.currency)
    credit = in_hand.get(sub.customer_id, _ZERO) + left
    ahead, then = next_of(last, seller)
    found = Preview(
        effective_on=effective_on,
        currency=sub.currency,
        lines=lines,
        credits=credits_,
        charge_amount=sum((one.amount for one in lines), _ZERO),
        charge_tax=sum((one.tax for one in lines), _ZERO),
        charge_total=total,
        credit_total=sum((one.total for one in credits_), _ZERO),
        customer_credit=credit,
        due_now=total - credit,
        next_due_on=sub.due_on,
        next_lines=ahead,
        next_amount=sum((one.amount for one in ahead), _ZERO),
        next_tax=sum((one.tax for one in ahead), _ZERO),
        next_total=then,
    )
    return _sealed(found)


def _sealed(found: Preview) -> Preview:
    """With the digest of all that it says."""
    found.digest = ""
    found.digest = hashlib.sha256(msgspec.json.encode(found)).hexdigest()
    return found


def _lines(made: Draft) -> list[PreviewLine]:
    return [
        PreviewLine(
            description=item.description,
            quantity=item.quantity,
            unit_price=item.unit_price,
            discount=item.discount_amount,
            amount=item.line_total,
            tax=item.line_tax,
            period_start=item.period_start,
            period_end=item.period_end,
        )
        for item in made.items
    ]


async def _credits(tx: Transaction, credits_: Sequence[Credit]) -> tuple[list[PreviewCredit], Decimal]:
    """The positions of the credit notes, and what of them becomes the customer's credit since it was paid."""
    shown: list[PreviewCredit] = []
    left = _ZERO
    by_invoice: dict[UUID, list[Credit]] = {}
    for one in credits_:
        by_invoice.setdefault(one.charge.invoice_id, []).append(one)
    for invoice_id, mine in sorted(by_invoice.items()):
        original = await find_invoice(tx, invoice_id)
        items = positions(original, await taken_of(tx, invoice_id), mine)
        note = sum((item.line_total + item.line_tax for item in items), _ZERO)
        left += note - min(note, original.balance)
        shown += [
            PreviewCredit(
                description=item.description,
                amount=item.line_total,
                tax=item.line_tax,
                total=item.line_total + item.line_tax,
                period_start=item.period_start or original.issued_on or date.min,
                period_end=item.period_end or original.issued_on or date.min,
            )
            for item in items
        ]
    return shown, left


def next_of(state: State, seller: BillingSettings) -> tuple[list[PreviewLine], Decimal]:
    """What the next step charges, as its invoice will say it, and the total. Usage is not known yet."""
    if state.sub.due_on is None:
        return [], _ZERO
    step = take(state, seller, _nothing(state))
    step.lines = [line for line in step.lines if line.kind not in ("usage", "late_usage")]
    if not is_billed(step):
        return [], _ZERO
    [made] = batch.compute([bill_of([step])], seller, step.on)
    return _lines(made), made.totals.total
