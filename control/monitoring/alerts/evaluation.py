"""Rules that are due are evaluated at the moment it is, never for moments that were missed."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import numpy as np
import psycopg
import structlog
from prometheus_client import Counter, Histogram
from psycopg_pool import PoolTimeout, TooManyRequests

from control.core import metrics
from control.core.db import NOBODY, Database, Scope
from control.core.runtime import Runtime
from control.monitoring.alerts import ledger, outages
from control.monitoring.alerts import queries as q
from control.monitoring.alerts.judging import Found, Sighting, by_series, judge
from control.monitoring.alerts.machine import Timing
from control.monitoring.alerts.models import AlertRule, Anomaly
from control.monitoring.alerts.reading import looks, read
from control.monitoring.query.engine import Answer, Engine
from control.monitoring.query.errors import QueryError
from control.monitoring.query.labels import Labels, nameless
from control.monitoring.query.limits import LOOKBACK, Limits
from control.monitoring.query.postgres import PostgresStore

log = structlog.get_logger("hcc.alerts")
Clock = Callable[[], datetime]
BATCH = 200
"""Rules that one worker takes at a time."""
PATIENCE = 30.0
"""Seconds that the rules of one organisation may take in one round."""
_LIMITS = Limits(samples=2_000_000, series=5_000, seconds=10.0)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
EVALUATIONS = Counter(
    "hcc_alert_evaluations_total", "Evaluations of alert rules by outcome", ["health"], registry=metrics.REGISTRY
)
LAG = Histogram(
    "hcc_alert_evaluation_lag_seconds",
    "How long after they were due rules were evaluated",
    buckets=(0.5, 1, 2.5, 5, 10, 15, 30, 60, 300, 900, 3600),
    registry=metrics.REGISTRY,
)


class Due(msgspec.Struct, frozen=True):
    """A rule that this worker took."""

    rule_id: UUID
    organization_id: UUID
    due_at: datetime


class Outcome(msgspec.Struct, frozen=True):
    """What an evaluation gave: sightings, or why there are none."""

    health: str
    seen: list[Sighting] = []
    error: str | None = None


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


async def evaluate_due(runtime: Runtime, now: Clock = clock) -> int:
    """Evaluate what is due; how many rules that were."""
    async with runtime.database.transaction(NOBODY) as tx:
        due = await tx.all(Due, q.SQL.claim, most=BATCH, at=now())
    by_owner: dict[UUID, list[Due]] = {}
    for one in due:
        by_owner.setdefault(one.organization_id, []).append(one)
    # One rule of an organisation at a time: who has many, or slow ones, waits for the own ones and not before others.
    await asyncio.gather(*(_of_one(runtime, owner, rules, now) for owner, rules in by_owner.items()))
    return len(due)


async def _of_one(runtime: Runtime, organization_id: UUID, rules: Sequence[Due], now: Clock) -> None:
    """The rules of one organisation. A database that goes away ends them; they are looked at again when they are next due."""
    began = time.monotonic()
    try:
        async with runtime.database.transaction(Scope(organization_id)) as tx:
            missing = await outages.watch(tx, organization_id, now())
        for one in rules:
            late = time.monotonic() - began > PATIENCE
            await _evaluate(runtime, one, missing, now, late=late)
    except (psycopg.Error, PoolTimeout, TooManyRequests) as error:
        log.warning("rules wait for the database", organization_id=str(organization_id), error=type(error).__name__)


async def _evaluate(runtime: Runtime, due: Due, missing: Sequence[outages.Outage], now: Clock, *, late: bool) -> None:
    """One rule; what is wrong with it is written down. A `late` one is left out this time."""
    scope = Scope(due.organization_id)
    async with runtime.queries:
        at = now()
        began = time.perf_counter()
        async with runtime.database.transaction(scope) as tx:
            rule = await tx.maybe(AlertRule, q.SQL.rule_get, id=due.rule_id)
        if rule is None or not rule.is_active:
            return
        source, timing = source_of(rule), timing_of(rule)
        async with runtime.database.transaction(scope) as tx:
            series = [one.of for one in await ledger.known(tx, source)]
        if late:
            outcome = Outcome("error", [], f"left out: the rules before it took more than {PATIENCE:g} s")
        else:
            outcome = await look(runtime.database, rule, series, missing, at)
    async with runtime.database.transaction(scope) as tx:
        before = await ledger.known(tx, source, [one.series for one in outcome.seen])
        try:
            await ledger.apply(tx, source, before, outcome.seen, timing, at)
        except ledger.TooManyError as error:
            outcome = Outcome("error", [], str(error))
        lag = max(at - due.due_at, timedelta())
        await tx.run(
            q.SQL.evaluated, id=rule.id, at=at, health=outcome.health, error=outcome.error,
            took_ms=round((time.perf_counter() - began) * 1000), lag_ms=round(lag.total_seconds() * 1000),
        )  # fmt: skip
    EVALUATIONS.labels(outcome.health).inc()
    LAG.observe(lag.total_seconds())


def source_of(rule: AlertRule) -> ledger.Source:
    """The rule as alerts see it."""
    return ledger.Source(
        kind="rule", id=rule.id, organization_id=rule.organization_id, name=rule.name, severity=rule.severity,
        labels=rule.labels, annotations=rule.annotations,
    )  # fmt: skip


def timing_of(rule: AlertRule) -> Timing:
    """How patient the rule is."""
    waits = rule.recovery is not None or (rule.anomaly is not None and rule.anomaly.recover_below is not None)
    return Timing(
        interval_s=rule.interval_s, for_s=rule.for_s, keep_firing_for_s=rule.keep_firing_for_s, no_data=rule.no_data, waits=waits
    )


async def look(
    database: Database, rule: AlertRule, series: Sequence[Labels], missing: Sequence[outages.Outage], at: datetime
) -> Outcome:
    """Ask the questions of a rule at one moment. Never raises for what is wrong with the rule."""
    micro = (at - _FIRST) // timedelta(microseconds=1)
    store = PostgresStore(lambda: database.transaction(Scope(rule.organization_id)), lambda: micro)
    engine = Engine(store, _LIMITS)
    try:
        texts = [rule.expression, *([rule.recovery] if rule.recovery else [])]
        if outages.touched(missing, [one for text in texts for one in looks(text, micro)]):
            return Outcome("unknown", [Sighting(one, "unknown") for one in series], "values of this time are missing")
        found = await (_unusual(engine, rule, rule.anomaly, micro) if rule.anomaly else _condition(engine, store, rule, micro))
    except QueryError as error:
        return Outcome("error", [], error.message[:1000])
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # A fault of ours in one rule must not keep others from being looked at.
        log.exception("a rule could not be evaluated", rule_id=str(rule.id))
        return Outcome("error", [], f"the evaluation failed: {type(error).__name__}")
    return Outcome("ok", judge(found, series, alert_on_no_data=rule.no_data == "alert"))


def _values(answer: Answer) -> dict[Labels, float]:
    return by_series((line.labels, float(line.values[0])) for line in answer.lines)


async def _condition(engine: Engine, store: PostgresStore, rule: AlertRule, micro: int) -> Found:
    reading = read(rule.expression)
    holds = _values(await engine.at(rule.expression, micro))
    over = _values(await engine.at(rule.recovery, micro)) if rule.recovery else None
    data = _values(await engine.at(reading.data, micro)) if reading.data else None
    any_data = bool(holds or data) or await _any_data(store, rule.expression, micro)
    return Found(holds=holds, data=data, over=over, any_data=any_data)


async def _any_data(store: PostgresStore, text: str, micro: int) -> bool:
    """Whether any selector of the expression finds a sample."""
    for one in looks(text, micro):
        start = one.start - LOOKBACK if one.instant else one.start
        if await store.select(one.matchers, start, one.end, step=0, series=1_000, samples=1):
            return True
    return False


async def _unusual(engine: Engine, rule: AlertRule, how: Anomaly, micro: int) -> Found:
    from hcc_kernels import robust_scores, seasonal_scores

    step = how.step_s * 1_000_000
    start = micro - how.history * step
    answer = await engine.over(rule.expression, start, micro, step)
    holds: dict[Labels, float] = {}
    data: dict[Labels, float] = {}
    over: dict[Labels, float] = {}
    for line in answer.lines:
        values = np.full(how.history + 1, np.nan)
        values[(line.times - start) // step] = line.values
        if how.season is None:
            score = float(robust_scores(values, how.history)[-1])
        else:
            score = float(seasonal_scores(values, how.season, max(1, how.history // how.season), min(1, how.season - 1))[-1])
        name = nameless(line.labels)
        if np.isnan(values[-1]):
            continue  # it has no value now
        data[name] = score
        if not math.isnan(score):
            away = {"above": score, "below": -score, "both": abs(score)}[how.direction]
            if away > how.score:
                holds[name] = score
            elif how.recover_below is not None and away < how.recover_below:
                over[name] = score
    return Found(holds=holds, data=data, over=over if how.recover_below is not None else None, any_data=bool(data))
