"""Alert rules of an organisation, and the alerts that they found."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.context import Context
from control.core.db import Transaction
from control.core.envelope import now
from control.core.errors import FieldError, NotFound, ValidationFailed
from control.core.pagination import PageRequest
from control.monitoring import kept
from control.monitoring.alerts import queries as q
from control.monitoring.alerts import templates
from control.monitoring.alerts.models import Acknowledgement, Alert, AlertChange, AlertRule, NewAlertRule, TrialResult
from control.monitoring.alerts.reading import read
from control.monitoring.labels import wrong_names
from control.monitoring.query import service as queries
from control.monitoring.query.errors import QueryError

RULE = kept.kind("alert rule", "alert_rule", q.SQL, "rule", 1000)
RULES = kept.Rows(RULE, AlertRule)
SORTABLE = {"created_at": "r.created_at", "updated_at": "r.updated_at", "name": "r.name", "lag_ms": "e.lag_ms"}
ALERTS_SORTABLE = {"updated_at": "updated_at", "fired_at": "fired_at", "name": "name", "since": "since"}
CHANGES_SORTABLE = {"at": "at"}


async def create_alert_rule(ctx: Context, tx: Transaction, data: NewAlertRule) -> AlertRule:
    """A new rule, due at once. Raises ValidationFailed; Conflict for a name that is taken."""
    check(data)
    return await kept.create(ctx, tx, RULE, AlertRule, columns(data))


async def replace_alert_rule(ctx: Context, rule_id: UUID, data: NewAlertRule) -> AlertRule:
    """Set all fields. Alerts of a rule that is switched off are over."""
    check(data)
    changed = await kept.update(ctx, RULE, AlertRule, rule_id, columns(data))
    if not changed.is_active:
        async with ctx.transaction() as tx:
            await tx.run(q.SQL.end_alerts, id=rule_id)
    return changed


def check(data: NewAlertRule) -> None:
    """Raises ValidationFailed with everything that is wrong."""
    errors = [*wrong_names(data.labels, "/labels")]
    for name, text in (("expression", data.expression), ("recovery", data.recovery)):
        if text is not None and (problem := _wrong(text)):
            errors.append(FieldError(f"/{name}", problem))
    for field, words in (("labels", data.labels), ("annotations", data.annotations)):
        errors += [FieldError(f"/{field}/{name}", problem) for name, text in words.items() if (problem := templates.check(text))]
        if len(words) > 32:
            errors.append(FieldError(f"/{field}", "has more than 32 entries"))
    if (data.kind == "anomaly") != (data.anomaly is not None):
        errors.append(FieldError("/anomaly", "belongs to rules of the kind anomaly, and to them alone"))
    if data.anomaly is not None:
        if data.recovery is not None:
            errors.append(FieldError("/recovery", "is for rules of the kind query; use anomaly.recover_below"))
        if data.anomaly.recover_below is not None and data.anomaly.recover_below > data.anomaly.score:
            errors.append(FieldError("/anomaly/recover_below", "must not be above the score that alerts"))
        if data.anomaly.season is not None and data.anomaly.history < 3 * data.anomaly.season:
            errors.append(FieldError("/anomaly/history", "must cover at least three seasons"))
    if errors:
        raise ValidationFailed(errors)


def _wrong(expression: str) -> str | None:
    try:
        read(expression)
    except QueryError as error:
        return error.message
    return None


def columns(data: NewAlertRule) -> dict[str, Any]:
    """A rule as the statements of this room take it."""
    anomaly = None if data.anomaly is None else Jsonb(msgspec.to_builtins(data.anomaly))
    return {
        **msgspec.structs.asdict(data),
        "anomaly": anomaly,
        "labels": Jsonb(data.labels),
        "annotations": Jsonb(data.annotations),
    }


async def trial(ctx: Context, expression: str) -> TrialResult:
    """What an expression gives now. Raises ValidationFailed."""
    if problem := _wrong(expression):
        raise ValidationFailed(FieldError("/expression", problem))
    try:
        answer = await queries.at(ctx, expression, round(now().timestamp() * 1_000_000))
    except QueryError as error:
        raise ValidationFailed(FieldError("/expression", error.message)) from None
    lines = answer.lines[:100]
    values = [float(line.values[0]) for line in lines]
    return TrialResult(
        series=[dict(line.labels) for line in lines],
        values=[value if math.isfinite(value) else None for value in values],
        shows_data=read(expression).data is not None,
    )


async def alerts(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Alert], int]:
    """The alerts in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.alert_count, **filters)
        return await tx.all(Alert, wanted.sorted(q.SQL.alert_page), **filters), total


async def changes(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[AlertChange], int]:
    """What happened to the alerts in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.change_count, **filters)
        return await tx.all(AlertChange, wanted.sorted(q.SQL.change_page), **filters), total


async def alert(ctx: Context, alert_id: UUID) -> Alert:
    """One alert. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await _find(tx, alert_id)
        await ctx.audit_read(tx, "alert", alert_id, organization_id=found.organization_id)
    return found


async def acknowledge(ctx: Context, alert_id: UUID, data: Acknowledgement | None) -> Alert:
    """Somebody looks after it: no escalation and no repetition until it fires anew. None takes that back. Raises NotFound."""
    async with ctx.transaction() as tx:
        await tx.value(q.SQL.alert_lock, id=alert_id)
        before = await _find(tx, alert_id)
        ctx.if_match(before.version)
        at, by = (None, None) if data is None else (now(), ctx.principal.user_id)
        await tx.run(q.SQL.alert_acknowledge, id=alert_id, at=at, by=by, note="" if data is None else data.note)
        after = await _find(tx, alert_id)
        action = "alert.acknowledged" if data is not None else "alert.unacknowledged"
        await ctx.audit(
            tx, action, "alert", alert_id, organization_id=after.organization_id, after={"note": after.acknowledged_note}
        )
    return after


async def _find(tx: Transaction, alert_id: UUID) -> Alert:
    found = await tx.maybe(Alert, q.SQL.alert_get, id=alert_id)
    if found is None:
        raise NotFound("alert")
    return found
