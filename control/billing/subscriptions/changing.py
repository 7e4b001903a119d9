"""Changing plans and quantities: planned first, then shown or carried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from control.billing.catalogue import coupons
from control.billing.catalogue.discounts import CouponTerms
from control.billing.payments import queries as payment_q
from control.billing.subscriptions import queries as q
from control.billing.subscriptions.asking import check_items, matched, use
from control.billing.subscriptions.charging import once, recurring
from control.billing.subscriptions.giving_back import give_back
from control.billing.subscriptions.issuing import issued_detail
from control.billing.subscriptions.models import LIVE, ChangedSubscription, NewSubscriptionItem, Subscription
from control.billing.subscriptions.periods import containing
from control.billing.subscriptions.planning import Charge, Plan, change, credit_of, is_downgrade
from control.billing.subscriptions.renewing import write
from control.billing.subscriptions.service import Held, hold, must_run, told
from control.billing.subscriptions.state import State, next_due
from control.billing.subscriptions.steps import Step, changed_items, other_interval, with_coupon
from control.billing.texts import line_error
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, ValidationFailed

_replace = msgspec.structs.replace


class Planned(msgspec.Struct, kw_only=True):
    """A change that was decided and not yet carried out."""

    when: Literal["now", "period_end"]
    on: date
    plan: Plan
    step: Step
    coupon: tuple[UUID, CouponTerms] | None = None
    asked: list[NewSubscriptionItem]


async def live_charges(tx: Transaction, subscription_id: UUID, on: date) -> list[Charge]:
    """What was charged for days from this one on."""
    return await tx.all(Charge, q.SQL.charges, subscription_id=subscription_id, on=on)


async def plan(tx: Transaction, held: Held, data: ChangedSubscription) -> Planned:
    """What a change comes to. Raises ValidationFailed, Conflict."""
    sub, on = held.state.sub, held.on
    must_run(sub)
    if sub.status == "suspended":
        raise Conflict("This subscription is suspended; unsuspend it first.", details={"status": sub.status})
    if data.name is not None and (error := line_error("/name", data.name)):
        raise ValidationFailed(error)
    has = {item.id: item for item in held.state.items}
    prices, _ = await check_items(tx, data.items, sub.organization_id, sub.currency, on, has)
    state = _replace(held.state, prices={**held.state.prices, **prices})
    asked = matched(data.items, state.items, state.prices)
    coupon = None
    if data.coupon is not None:
        coupon = await coupons.look_up(tx, sub.organization_id, sub.customer_id, data.coupon, sub.currency, on)
        how_long = coupon[1].how_long()
        # It holds from the next period on; what was charged for this one stays.
        sub = _replace(sub, coupon_id=coupon[0], coupon=coupon[1], coupon_left=how_long, coupon_now=False)
    sub = _replace(sub, collection=data.collection or sub.collection, name=data.name or sub.name)
    items = changed_items(state, state.items, asked, on)
    when = data.when
    if when is None:
        down = is_downgrade(state.sold(), state.sold(items))
        when = held.chosen.downgrade if down else held.chosen.upgrade
    if sub.status not in LIVE:
        # Nothing is charged yet, or nothing at the moment.
        sub = other_interval(sub, state, items, sub.billed_until, sub.anchor_day)
        return _planned("now", on, Plan(), state, _replace(sub, pending_items=None), items, coupon, asked)
    if when == "period_end":
        return _planned(
            "period_end", sub.billed_until, Plan(), state, _replace(sub, pending_items=asked), state.items, coupon, asked
        )
    sub = _replace(sub, pending_items=None)
    charges = await live_charges(tx, sub.id, on)
    return _now(held, state, sub, items, charges, coupon, asked)


def _now(
    held: Held,
    state: State,
    sub: Subscription,
    items: list[Any],
    charges: Sequence[Charge],
    coupon: tuple[UUID, CouponTerms] | None,
    asked: list[NewSubscriptionItem],
) -> Planned:
    on, money = held.on, state.money(held.seller)
    moved = other_interval(sub, state, items, on, on.day)
    sold = state.sold(items)
    if moved.interval != sub.interval:
        # Another interval begins today: all that was charged ahead goes back.
        stop = moved.cancels_on or moved.ends_on
        period = containing(moved.anchor, moved.interval, on)
        end = period.end if stop is None else min(period.end, stop)
        moved = with_coupon(moved)
        lines = recurring(sold, period, on, end, money, moved.coupon if moved.coupon_now else None)
        found = Plan(credits=credit_of(charges, on, money), lines=[*lines, *once(sold, money)])
        sub = _replace(moved, period_start=period.start, period_end=end, billed_until=end)
    else:
        period = containing(sub.anchor, sub.interval, on)
        found = change(
            state.sold(), sold, charges, period, on, sub.billed_until, money, sub.coupon if sub.coupon_now else None
        )  # fmt: skip
    items = [_replace(item, setup_charged=True) if item.ended_on is None else item for item in items]
    return _planned("now", on, found, state, sub, items, coupon, asked)


def _planned(
    when: Literal["now", "period_end"],
    on: date,
    found: Plan,
    state: State,
    sub: Subscription,
    items: list[Any],
    coupon: tuple[UUID, CouponTerms] | None,
    asked: list[NewSubscriptionItem],
) -> Planned:
    after = _replace(state, sub=_replace(sub, due_on=next_due(sub)), items=items)
    return Planned(when=when, on=on, plan=found, step=Step(state=after, on=on, lines=found.lines), coupon=coupon, asked=asked)


async def replace(ctx: Context, subscription_id: UUID, data: ChangedSubscription) -> Subscription:
    """Other plans or quantities, now or with the next period. Raises NotFound, ValidationFailed, Conflict."""
    async with ctx.transaction() as tx:
        held = await hold(ctx, tx, subscription_id)
        return await do(ctx, tx, held, await plan(tx, held, data), data)


async def do(ctx: Context, tx: Transaction, held: Held, planned: Planned, data: ChangedSubscription) -> Subscription:
    """Carry a planned change out, in the transaction that planned it."""
    sub = planned.step.state.sub
    if planned.coupon is not None:
        await coupons.redeem(tx, sub.organization_id, sub.customer_id, sub.id, planned.coupon[0], held.on)
    await use(tx, data.items)
    detail = await carry_out(tx, held, planned.plan, planned.step)
    detail["items"] = [{"price_id": one.price_id, "quantity": one.quantity} for one in planned.asked]
    kind = "changed" if planned.when == "now" else "change_scheduled"
    return await told(ctx, tx, held, kind, f"subscription.{kind}", planned.on, detail)


async def carry_out(tx: Transaction, held: Held, found: Plan, step: Step) -> dict[str, Any]:
    """Credit, charge and save; what the log says of it."""
    if found.credits:
        # Before the invoices that are credited, as all that moves a customer's money.
        await tx.value(payment_q.SQL.lock_customer, id=held.state.sub.customer_id)
    notes = await give_back(tx, found.credits, _reason(held.state.sub))
    [charged] = await write(tx, [held.state], [step], held.seller, held.on)
    return {
        **issued_detail(charged),
        "credit_notes": [{"id": one.id, "number": one.invoice_number, "total": one.total} for one in notes],
        "credited": sum((one.total for one in notes), Decimal(0)),
    }


def _reason(sub: Subscription) -> str:
    return sub.name
