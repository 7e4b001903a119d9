"""Renewals: due subscriptions of a seller, a batch at a time, each period once.

A batch is one transaction: what is claimed, charged, numbered, booked and moved on is so together or not at all. When a batch
fails, its subscriptions are tried one by one; one that fails then is noted, tried again later, and stops nobody.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import structlog

from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions import queries as q
from control.billing.subscriptions.issuing import Charged, charge, issued_detail
from control.billing.subscriptions.models import Row, SubscriptionSettings, UsageReading
from control.billing.subscriptions.periods import Period
from control.billing.subscriptions.state import Logged, State, add_items, load, log, save
from control.billing.subscriptions.steps import Step, Wanted, take, wanted
from control.billing.subscriptions.usage import Reader
from control.core import events
from control.core.db import Database, Scope, Transaction
from control.core.errors import DomainError
from control.core.ids import new_id
from control.monitoring.query.errors import QueryError

log_ = structlog.get_logger("hcc.billing")
BATCH = 200
"""Subscriptions in one transaction."""
MOST_STEPS = 60
"""Steps that one subscription takes in a row: more than any backdated start needs."""
AGAIN = (300, 3_600, 21_600, 86_400)
"""Seconds until a renewal that failed is tried again, after the first, second, … failure; then always the last."""
_TOPICS = {
    "subscription.activated": "activated",
    "subscription.renewed": "renewed",
    "subscription.resumed": "resumed",
    "subscription.unsuspended": "unsuspended",
    "subscription.cancelled": "cancelled",
    "subscription.ended": "ended",
}
__all__ = ["BATCH", "Run", "catch_up", "measure", "renew_seller", "settings_of", "summary", "write"]


class Run(msgspec.Struct, kw_only=True):
    """What a run over a seller's subscriptions did."""

    on: date
    steps: int = 0
    invoices: int = 0
    failed: int = 0
    amounts: dict[str, Decimal] = {}
    """Without tax, by currency."""
    seconds: float = 0.0


def summary(sub: Row) -> dict[str, Any]:
    """A subscription as events and the audit log carry it."""
    return {name: getattr(sub, name) for name in Row.__struct_fields__ if name != "pending_items"}


async def settings_of(tx: Transaction, organization_id: UUID) -> SubscriptionSettings:
    """How a seller's subscriptions are invoiced."""
    found = await tx.maybe(SubscriptionSettings, q.SQL.settings, organization_id=organization_id)
    return found or SubscriptionSettings(organization_id=organization_id)


async def renew_seller(
    database: Database,
    organization_id: UUID,
    on: date,
    read: Reader,
    *,
    batch: int = BATCH,
    now: datetime | None = None,
) -> Run:
    """Renew all that is due of a seller by a day, which is today there."""
    began = time.monotonic()
    at = now or datetime.now(UTC)
    run = Run(on=on)
    scope = Scope(organization_id)
    while True:
        tried: list[UUID] = []
        try:
            async with database.transaction(scope) as tx:
                done = await _batch(tx, organization_id, on, read, batch, at, run, tried)
            if not done:
                break
        except (DomainError, QueryError, psycopg.errors.DataError, psycopg.errors.IntegrityError, ValueError) as error:
            if not tried:
                raise
            log_.warning("a batch of renewals failed; one by one", organization_id=str(organization_id), error=repr(error))
            for subscription_id in tried:
                await _alone(database, organization_id, subscription_id, on, read, at, run)
    run.seconds = round(time.monotonic() - began, 3)
    if run.steps or run.failed:
        async with database.transaction(scope) as tx:
            await events.emit(tx, "renewal_run.finished", organization_id, run)
    return run


async def _batch(
    tx: Transaction, organization_id: UUID, on: date, read: Reader, most: int, at: datetime, run: Run, tried: list[UUID]
) -> int:
    ids = [row.id for row in await tx.all(_Id, q.SQL.claim, organization_id=organization_id, today=on, most=most, now=at)]
    if not ids:
        return 0
    tried += ids
    seller = await settings.find(tx, organization_id)
    chosen = await settings_of(tx, organization_id)
    states = await load(tx, ids)
    if chosen.combine_invoices and len(ids) == most:
        last = states[-1].sub
        more = [
            row.id
            for row in await tx.all(
                _Id, q.SQL.claim_siblings, organization_id=organization_id, due_on=last.due_on, customer_id=last.customer_id,
                have=ids, now=at,
            )
        ]  # fmt: skip
        tried += more
        states += await load(tx, more)
    results = await _carry_out(tx, states, seller, on, read, combine=chosen.combine_invoices)
    await tx.run(q.SQL.forgive, ids=tried)
    _count(run, results)
    return len(states)


async def _alone(
    database: Database, organization_id: UUID, subscription_id: UUID, on: date, read: Reader, at: datetime, run: Run
) -> None:  # fmt: skip
    """One subscription by itself; a failure is noted."""
    scope = Scope(organization_id)
    try:
        async with database.transaction(scope) as tx:
            if await tx.value(q.SQL.lock, id=subscription_id) is None:
                return
            [state] = await load(tx, [subscription_id])
            if state.sub.due_on is None or state.sub.due_on > on:
                return
            seller = await settings.find(tx, organization_id)
            results = await _carry_out(tx, [state], seller, on, read, combine=False)
            await tx.run(q.SQL.forgive, ids=[subscription_id])
        _count(run, results)
    except (DomainError, QueryError, psycopg.errors.DataError, psycopg.errors.IntegrityError, ValueError) as error:
        run.failed += 1
        reason = getattr(error, "message", None) or type(error).__name__
        log_.exception("renewal failed", subscription_id=str(subscription_id))
        async with database.transaction(scope) as tx:
            tries = int(await tx.value(q.SQL.tries, subscription_id=subscription_id) or 0)
            again_at = at + timedelta(seconds=AGAIN[min(tries, len(AGAIN) - 1)])
            await tx.run(
                q.SQL.fail,
                subscription_id=subscription_id,
                organization_id=organization_id,
                reason=str(reason)[:500],
                again_at=again_at,
            )
            told = {"id": subscription_id, "reason": str(reason)[:500], "again_at": again_at}
            await events.emit(tx, "subscription.renewal_failed", organization_id, told)


class _Id(msgspec.Struct, frozen=True):
    id: UUID


def _count(run: Run, results: Sequence[Charged]) -> None:
    run.steps += len(results)
    run.invoices += len({one.invoice_id for one in results if one.invoice_id is not None})
    for one in results:
        if one.amount:
            currency = one.step.state.sub.currency
            run.amounts[currency] = run.amounts.get(currency, Decimal(0)) + one.amount


async def _carry_out(
    tx: Transaction, states: Sequence[State], seller: BillingSettings, on: date, read: Reader, *, combine: bool
) -> list[Charged]:
    """One step of each, charged and written down."""
    late = await _late(tx, states, seller, read)
    steps = []
    for state in states:
        usage = {
            (one.item.id, one.days.start): await _read(state, one, seller, read) for one in wanted(state)
        }  # fmt: skip
        steps.append(take(state, seller, usage, late.get(state.sub.id, [])))
    return await write(tx, states, steps, seller, on, combine=combine)


async def write(
    tx: Transaction,
    before: Sequence[State],
    steps: Sequence[Step],
    seller: BillingSettings,
    on: date,
    *,
    combine: bool = False,
) -> list[Charged]:
    """Charge steps, move their subscriptions on, and tell it."""
    for old, step in zip(before, steps, strict=True):
        have = {item.id for item in old.items}
        await add_items(tx, step.state.sub, [item for item in step.state.items if item.id not in have])
    results = await charge(tx, steps, seller, on, combine=combine)
    await save(tx, [one.state for one in steps])
    entries, told = [], []
    for one in results:
        sub = one.step.state.sub
        for topic, detail in one.step.events:
            more = {**detail, **issued_detail(one)}
            if topic in _TOPICS:
                entries.append(
                    Logged(
                        id=new_id(),
                        customer_org_id=sub.customer_org_id,
                        subscription_id=sub.id,
                        kind=_TOPICS[topic],
                        effective_on=one.step.on,
                        detail=more,
                    )
                )
            told.append((topic, sub.organization_id, {**summary(sub), "detail": more}))
    await log(tx, seller.organization_id, entries)
    await events.emit_many(tx, told)
    return results


async def catch_up(
    tx: Transaction, subscription_id: UUID, seller: BillingSettings, on: date, read: Reader
) -> tuple[State, list[Charged]]:
    """Take all steps that are due of a locked subscription, in order; the subscription as it is then."""
    results: list[Charged] = []
    [state] = await load(tx, [subscription_id])
    while state.sub.due_on is not None and state.sub.due_on <= on:
        if len(results) >= MOST_STEPS:
            raise ValueError(f"subscription {subscription_id} does not come to an end")
        results += await _carry_out(tx, [state], seller, on, read, combine=False)
        [state] = await load(tx, [subscription_id])
    return state, results


async def _read(state: State, one: Wanted, seller: BillingSettings, read: Reader) -> Decimal:
    sub = state.sub
    meter = state.prices[one.item.price_id].meter
    if meter is None:
        return Decimal(0)
    return await read(sub.organization_id, meter, sub.customer_org_id, sub.id, one.days, seller.timezone)


async def measure(
    state: State, wanted_: Sequence[Wanted], seller: BillingSettings, read: Reader
) -> dict[tuple[UUID, date], Decimal]:
    """The figures that are wanted."""
    return {(one.item.id, one.days.start): await _read(state, one, seller, read) for one in wanted_}


async def _late(
    tx: Transaction, states: Sequence[State], seller: BillingSettings, read: Reader
) -> dict[UUID, list[tuple[Wanted, Decimal]]]:
    """Usage of earlier periods, looked at once more when the period after them is billed."""
    metered = {item.id: (state, item) for state in states for item in state.items if item.metered_until is not None}
    if not metered:
        return {}
    found: dict[UUID, list[tuple[Wanted, Decimal]]] = {}
    for one in await tx.all(UsageReading, q.SQL.late_readings, item_ids=list(metered)):
        state, item = metered[one.item_id]
        again = Wanted(item, Period(one.period_start, one.period_end), one.value)
        if not wanted(state):
            continue
        value = await _read(state, again, seller, read)
        found.setdefault(state.sub.id, []).append((again, value))
    return found
