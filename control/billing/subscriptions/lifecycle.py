"""Cancelling, pausing, suspending, and back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from control.billing.subscriptions.changing import carry_out, live_charges
from control.billing.subscriptions.models import LIVE, STATES, Cancellation, Pause, Subscription, Suspension
from control.billing.subscriptions.planning import Plan, credit_of
from control.billing.subscriptions.renewing import measure, summary, write
from control.billing.subscriptions.service import Held, find, hold, must_run, told
from control.billing.subscriptions.state import State, next_due, save
from control.billing.subscriptions.steps import Step, resume, usage_until, wanted
from control.billing.subscriptions.usage import Reader, reader
from control.billing.texts import paragraph_error
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, ValidationFailed
from control.core.words import N_, said

_replace = msgspec.structs.replace


async def cancel(ctx: Context, subscription_id: UUID, data: Cancellation) -> Subscription:
    """End a subscription, now or with its period. Raises NotFound, Conflict for what is over."""
    if error := paragraph_error("/reason", data.reason):
        raise ValidationFailed(error)
    async with ctx.transaction() as tx:
        return await cancel_held(ctx, tx, await hold(ctx, tx, subscription_id), data)


async def cancel_held(ctx: Context, tx: Transaction, held: Held, data: Cancellation) -> Subscription:
    """As `cancel`, of a subscription that is locked."""
    until = ends_at(held, data)
    if until is None:
        found, step = await plan_cancel(tx, held, data, reader(ctx.runtime.database))
        detail = await carry_out(tx, held, found, step)
        detail["reason"] = data.reason
        return await told(ctx, tx, held, "cancelled", "subscription.cancelled", held.on, detail)
    await _save(tx, held.state, cancels_on=until, cancel_reason=data.reason, pending_items=None)
    detail = {"reason": data.reason, "cancels_on": until}
    return await told(ctx, tx, held, "cancellation_scheduled", "subscription.cancellation_scheduled", held.on, detail)


def ends_at(held: Held, data: Cancellation) -> date | None:
    """The day on which a cancellation ends it; None when that is now. Raises Conflict for what is over."""
    sub = held.state.sub
    must_run(sub)
    if data.when == "now" or sub.status not in (*LIVE, "trialing"):
        return None
    return sub.trial_ends_on if sub.status == "trialing" else sub.billed_until


async def plan_cancel(tx: Transaction, held: Held, data: Cancellation, read: Reader) -> tuple[Plan, Step]:
    """What cancelling now credits, and what usage is still to be paid."""
    state, on = held.state, held.on
    found, step = await _until(tx, held, read, credit=_first(data.credit_unused, held.chosen.credit_on_cancel))
    sub = _replace(
        state.sub,
        status="cancelled",
        ended_on=on,
        cancels_on=on,
        cancel_reason=data.reason,
        resumes_on=None,
        pending_items=None,
        billed_until=min(state.sub.billed_until, on) if found.credits else state.sub.billed_until,
        due_on=None,
    )
    items = [_replace(item, ended_on=item.ended_on or on) for item in step.state.items]
    step.state = _replace(step.state, sub=sub, items=items)
    return found, step


async def _until(tx: Transaction, held: Held, read: Reader, *, credit: bool) -> tuple[Plan, Step]:
    """Usage up to today is billed, days from today on are credited."""
    state, on = held.state, held.on
    measured = await measure(state, wanted(state, on), held.seller, read)
    step = usage_until(state, held.seller, on, measured) if measured else Step(state=state, on=on)
    charges = await live_charges(tx, state.sub.id, on) if credit else []
    return Plan(credits=credit_of(charges, on, state.money(held.seller)), lines=step.lines), step


async def pause(ctx: Context, subscription_id: UUID, data: Pause) -> Subscription:
    """Stop from today on; unused days are credited. Raises NotFound, Conflict unless it is active."""
    async with ctx.transaction() as tx:
        held = await hold(ctx, tx, subscription_id)
        sub = held.state.sub
        _only(sub, LIVE, N_("A subscription that is %(status)s cannot be paused."))
        if data.resumes_on is not None and data.resumes_on <= held.on:
            raise ValidationFailed(FieldError("/resumes_on", "must be after today"))
        found, step = await _until(tx, held, reader(ctx.runtime.database), credit=True)
        paused = _replace(sub, status="paused", billed_until=held.on, resumes_on=data.resumes_on)
        step.state = _replace(step.state, sub=_replace(paused, due_on=next_due(paused)))
        detail = await carry_out(tx, held, found, step)
        detail["resumes_on"] = data.resumes_on
        return await told(ctx, tx, held, "paused", "subscription.paused", held.on, detail)


async def resume_(ctx: Context, subscription_id: UUID) -> Subscription:
    """Go on after a pause, charged from today on. Raises NotFound, Conflict unless it is paused."""
    async with ctx.transaction() as tx:
        held = await hold(ctx, tx, subscription_id)
        _only(held.state.sub, ("paused",), N_("A subscription that is %(status)s cannot be resumed."))
        await write(tx, [held.state], [resume(held.state, held.seller, held.on)], held.seller, held.on)
        return await _audited(ctx, tx, held, "resumed")


async def reactivate(ctx: Context, subscription_id: UUID) -> Subscription:
    """Take a cancellation back while it still runs. Raises NotFound, Conflict."""
    async with ctx.transaction() as tx:
        return await reactivate_held(ctx, tx, await hold(ctx, tx, subscription_id))


async def reactivate_held(ctx: Context, tx: Transaction, held: Held) -> Subscription:
    """As `reactivate`, of a subscription that is locked."""
    sub = held.state.sub
    must_run(sub)
    if sub.cancels_on is None:
        raise Conflict("This subscription is not cancelled.", details={"status": sub.status})
    await _save(tx, held.state, cancels_on=None, cancel_reason="")
    return await told(ctx, tx, held, "reactivated", "subscription.reactivated", held.on, {})


async def suspend(ctx: Context, subscription_id: UUID, data: Suspension) -> Subscription:
    """Have the services switched off; nothing renews until it is unsuspended. Raises NotFound, Conflict."""
    if error := paragraph_error("/reason", data.reason):
        raise ValidationFailed(error)
    async with ctx.transaction() as tx:
        held = await hold(ctx, tx, subscription_id)
        _only(held.state.sub, LIVE, N_("A subscription that is %(status)s cannot be suspended."))
        await _save(tx, held.state, status="suspended")
        return await told(ctx, tx, held, "suspended", "subscription.suspended", held.on, {"reason": data.reason})


async def unsuspend(ctx: Context, subscription_id: UUID) -> Subscription:
    """Have the services switched on again. Days that are paid already are not charged again. Raises NotFound, Conflict."""
    async with ctx.transaction() as tx:
        held = await hold(ctx, tx, subscription_id)
        _only(held.state.sub, ("suspended",), N_("A subscription that is %(status)s cannot be unsuspended."))
        step = resume(held.state, held.seller, held.on)
        step.events = [("subscription.unsuspended", {"on": held.on})]
        await write(tx, [held.state], [step], held.seller, held.on)
        return await _audited(ctx, tx, held, "unsuspended")


async def _save(tx: Transaction, state: State, **changes: Any) -> None:
    sub = _replace(state.sub, **changes)
    await save(tx, [_replace(state, sub=_replace(sub, due_on=next_due(sub)))])


async def _audited(ctx: Context, tx: Transaction, held: Held, kind: str) -> Subscription:
    """For what `write` told already: the audit log, and the subscription as it is now."""
    after = await find(tx, held.before.id)
    await ctx.audit(
        tx,
        f"subscription.{kind}",
        "subscription",
        after.id,
        organization_id=after.organization_id,
        before=summary(held.before),
        after=summary(after),
    )
    return after


def _only(sub: Subscription, statuses: tuple[str, ...], words: str) -> None:
    if sub.status not in statuses:
        raise Conflict(said(words, status=said(STATES[sub.status])), details={"status": sub.status})


def _first(*found: bool | None) -> bool:
    return next(one for one in found if one is not None)
