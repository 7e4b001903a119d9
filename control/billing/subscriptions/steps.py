"""What a subscription does on the day it is due: start, end its trial, renew, resume, or end. Pure: one step at a time.

After days away the steps are taken one after the other, each for its own period, until nothing is due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from control.billing.settings.models import BillingSettings
from control.billing.subscriptions.charging import Line, once, recurring, usage
from control.billing.subscriptions.models import LIVE, Subscription, SubscriptionItem
from control.billing.subscriptions.periods import MONTHS, Period, containing
from control.billing.subscriptions.state import State, next_due

replace = msgspec.structs.replace


class Wanted(msgspec.Struct, frozen=True):
    """A figure that a step needs: what an item used over some days, of which `before` was billed already if it was."""

    item: SubscriptionItem
    days: Period
    before: Decimal | None = None


Measured = Mapping[tuple[UUID, date], Decimal]
"""Usage by item and first day."""


class Step(msgspec.Struct, kw_only=True):
    """What happened: the subscription as it is then, the lines that it is charged, the period that this bills."""

    state: State
    on: date
    lines: list[Line] = []
    period: Period | None = None
    events: list[tuple[str, dict[str, Any]]] = []
    readings: list[tuple[SubscriptionItem, Period, Decimal]] = []
    late: list[tuple[Wanted, Decimal]] = []


def wanted(state: State, until: date | None = None) -> list[Wanted]:
    """The usage that the next step bills: of what is metered, from where it was billed up to the day of the step."""
    sub = state.sub
    on = until or sub.due_on
    if on is None or sub.status not in LIVE:
        return []
    found = []
    for item in state.items:
        if item.metered_until is None:
            continue
        end = min(on, item.ended_on or on)
        if item.metered_until < end:
            found.append(Wanted(item, Period(item.metered_until, end)))
    return found


def take(state: State, seller: BillingSettings, measured: Measured, late: Sequence[tuple[Wanted, Decimal]] = ()) -> Step:
    """The step that is due on `due_on`. Raises ValueError when nothing is ever due."""
    sub = state.sub
    on = sub.due_on
    if on is None:
        raise ValueError(f"subscription {sub.id} is never due")
    events: list[tuple[str, dict[str, Any]]] = []
    items = state.items
    if sub.status == "scheduled":
        trial = sub.trial_ends_on is not None and sub.trial_ends_on > sub.started_on
        sub = replace(sub, status="trialing" if trial else "active", billed_until=sub.trial_ends_on if trial else sub.started_on)
        events.append(("subscription.activated", {"on": on}))
        if trial:
            return _done(state, sub, items, on, events)
    stop = sub.cancels_on or sub.ends_on
    if sub.status == "trialing":
        if stop is not None and stop <= on:
            return _over(state, sub, items, on, events)
        sub = replace(sub, status="active", billed_until=on)
        # What is used in a trial is free.
        items = [replace(item, metered_until=on) if item.metered_until is not None else item for item in items]
        events.append(("subscription.activated", {"on": on}))
    if sub.status in ("paused", "suspended"):
        if stop is not None and stop <= on:
            return _over(state, sub, items, on, events)
        return resume(state, seller, on)
    billed = _usage(replace_items(state, items), seller, on, measured, late)
    if stop is not None and stop <= on:
        return _over(state, sub, billed.items, on, events, billed)
    sub, items = _turned(sub, billed.items, state, on)
    period = containing(sub.anchor, sub.interval, on)
    end = period.end if stop is None else min(period.end, stop)
    sub = with_coupon(sub)
    lines = _lines(state, sub, items, seller, period, on, end)
    items = [replace(item, setup_charged=True) if item.ended_on is None else item for item in items]
    sub = replace(sub, period_start=period.start, period_end=end, billed_until=end)
    if sub.status == "active" and not events:
        events.append(("subscription.renewed", {"period_start": on, "period_end": end}))
    done = _done(state, sub, items, on, events)
    done.lines, done.period = [*lines, *billed.lines], Period(on, end)
    done.readings, done.late = billed.readings, billed.late
    return done


def resume(state: State, seller: BillingSettings, on: date) -> Step:
    """Go on after a pause or a suspension: charged from this day on, or from where it was charged up to if that is later."""
    sub = state.sub
    stop = sub.cancels_on or sub.ends_on
    if stop is not None and stop <= on:
        return _over(state, sub, state.items, on, [])
    # What is used in a pause is free.
    free = sub.status == "paused"
    items = [replace(item, metered_until=on) if free and item.metered_until is not None else item for item in state.items]
    sub = replace(sub, status="active", resumes_on=None)
    lines: list[Line] = []
    if on >= sub.billed_until:
        if sub.period_start is None or sub.period_end is None or not sub.period_start <= on < sub.period_end:
            sub, items = _turned(sub, items, state, on)
            sub = with_coupon(sub)
        period = containing(sub.anchor, sub.interval, on)
        end = period.end if stop is None else min(period.end, stop)
        lines = _lines(state, sub, items, seller, period, on, end)
        items = [replace(item, setup_charged=True) if item.ended_on is None else item for item in items]
        sub = replace(sub, period_start=period.start, period_end=end, billed_until=end)
    done = _done(state, sub, items, on, [("subscription.resumed", {"on": on})])
    done.lines = lines
    return done


def with_coupon(sub: Subscription) -> Subscription:
    """At the beginning of a period: whether the coupon holds for it, and for how many it still will."""
    if sub.coupon is None:
        return replace(sub, coupon_now=False)
    holds = sub.coupon_left is None or sub.coupon_left > 0
    left = sub.coupon_left - 1 if holds and sub.coupon_left is not None else sub.coupon_left
    return replace(sub, coupon_now=holds, coupon_left=left)


def replace_items(state: State, items: list[SubscriptionItem]) -> State:
    """The same with other items."""
    return replace(state, items=items)


class _Billed(msgspec.Struct):
    items: list[SubscriptionItem]
    lines: list[Line] = []
    readings: list[tuple[SubscriptionItem, Period, Decimal]] = []
    late: list[tuple[Wanted, Decimal]] = []


def _usage(
    state: State, seller: BillingSettings, on: date, measured: Measured, late: Sequence[tuple[Wanted, Decimal]]
) -> _Billed:  # fmt: skip
    money = state.money(seller)
    found = _Billed([], late=list(late))
    for item in state.items:
        end = min(on, item.ended_on or on)
        if item.metered_until is None or item.metered_until >= end:
            found.items.append(item)
            continue
        days = Period(item.metered_until, end)
        value = measured[item.id, days.start]
        found.lines += usage(state.one(item), value, days, money)
        found.readings.append((item, days, value))
        found.items.append(replace(item, metered_until=end))
    for one, value in late:
        found.lines += usage(state.one(one.item), value, one.days, money, before=one.before)
    return found


def usage_until(state: State, seller: BillingSettings, on: date, measured: Measured) -> Step:
    """Bill usage up to a day, and nothing else."""
    billed = _usage(state, seller, on, measured, ())
    return Step(state=replace_items(state, billed.items), on=on, lines=billed.lines, readings=billed.readings)


def _turned(
    sub: Subscription, items: list[SubscriptionItem], state: State, on: date
) -> tuple[Subscription, list[SubscriptionItem]]:  # fmt: skip
    """What was decided for the next period: other items, other prices."""
    if sub.pending_items is not None:
        items = changed_items(state, items, sub.pending_items, on)
        sub = other_interval(replace(sub, pending_items=None), state, items, on, sub.anchor_day)
    return sub, [
        replace(item, price_id=item.next_price_id, next_price_id=None, next_price_from=None)
        if item.next_price_id is not None and item.next_price_from is not None and item.next_price_from <= on
        else item
        for item in items
    ]


def changed_items(state: State, items: Sequence[SubscriptionItem], asked: Sequence[Any], on: date) -> list[SubscriptionItem]:
    """Items after a change: those named go on with their price and quantity, the others end. Each asked one has an id."""
    by_id = {item.id: item for item in items}
    found: list[SubscriptionItem] = []
    for n, one in enumerate(asked):
        price = state.prices[one.price_id]
        metered = price.model == "metered"
        was = by_id.get(one.id)
        if was is not None and metered and was.price_id == one.price_id:
            found.append(replace(was, quantity=one.quantity, position=n + 1))
        elif was is None or metered or was.metered_until is not None:
            # Usage under one price is billed under it: another price is another item.
            key = one.id if was is None else _another(was.id, one.price_id)
            found.append(
                SubscriptionItem(
                    id=key,
                    plan_id=price.plan_id,
                    price_id=price.id,
                    next_price_id=None,
                    next_price_from=None,
                    name=price.title,
                    quantity=one.quantity,
                    position=n + 1,
                    setup_charged=was is not None,
                    started_on=on,
                    ended_on=None,
                    metered_until=on if metered else None,
                )
            )
        else:
            same = was.price_id == one.price_id
            found.append(
                replace(
                    was,
                    plan_id=price.plan_id,
                    price_id=price.id,
                    name=price.title,
                    quantity=one.quantity,
                    position=n + 1,
                    next_price_id=was.next_price_id if same else None,
                    next_price_from=was.next_price_from if same else None,
                )
            )
    kept = {item.id for item in found}
    return found + [replace(item, ended_on=item.ended_on or on) for item in items if item.id not in kept]


def other_interval(
    sub: Subscription, state: State, items: Sequence[SubscriptionItem], on: date, day: int
) -> Subscription:  # fmt: skip
    """The interval of these items; another one than before begins on this day."""
    found = {state.prices[item.price_id].interval for item in items if item.ended_on is None} - {"once"}
    interval = next((one for one in MONTHS if one in found), sub.interval)
    if interval == sub.interval:
        return sub
    return replace(sub, interval=interval, anchor_month=on.replace(day=1), anchor_day=day)


def _another(item_id: UUID, price_id: UUID) -> UUID:
    """An id that is the same whenever the same item changes to the same price, so that nothing is random here."""
    return UUID(bytes=bytes(a ^ b for a, b in zip(item_id.bytes, price_id.bytes, strict=True)))


def _lines(
    state: State,
    sub: Subscription,
    items: list[SubscriptionItem],
    seller: BillingSettings,
    period: Period,
    start: date,
    end: date,
) -> list[Line]:
    money = state.money(seller)
    sold = state.sold(items)
    return [*recurring(sold, period, start, end, money, sub.coupon if sub.coupon_now else None), *once(sold, money)]


def _over(
    state: State,
    sub: Subscription,
    items: list[SubscriptionItem],
    on: date,
    events: list[tuple[str, dict[str, Any]]],
    billed: _Billed | None = None,
) -> Step:
    cancelled = sub.cancels_on is not None and sub.cancels_on <= on
    status, topic = ("cancelled", "subscription.cancelled") if cancelled else ("ended", "subscription.ended")
    ended = replace(sub, status=status, ended_on=on, resumes_on=None, pending_items=None)
    items = [replace(item, ended_on=item.ended_on or on) for item in items]
    done = _done(state, ended, items, on, [*events, (topic, {"on": on})])
    if billed is not None:
        done.lines, done.readings, done.late = billed.lines, billed.readings, billed.late
    return done


def _done(
    state: State, sub: Subscription, items: list[SubscriptionItem], on: date, events: list[tuple[str, dict[str, Any]]]
) -> Step:  # fmt: skip
    return Step(state=replace(state, sub=replace(sub, due_on=next_due(sub)), items=items), on=on, events=events)
