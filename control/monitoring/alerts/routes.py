"""/v1/monitoring/rules and /v1/monitoring/alerts"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.monitoring import kept
from control.monitoring.alerts import service
from control.monitoring.alerts.models import (
    Acknowledgement,
    Alert,
    AlertChange,
    AlertPhase,
    AlertRule,
    ExpressionTrial,
    NewAlertRule,
    TrialResult,
)
from control.monitoring.labels import Severity

_TAGS = ["alerts"]
_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")


@get("/v1/monitoring/rules", opt=_READ, tags=_TAGS, operation_id="list_alert_rules")
async def list_alert_rules(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    is_active: FromQuery[bool | None] = None,
    health: FromQuery[str | None] = None,
) -> Response[Page[AlertRule]]:
    """The alert rules in reach, each with how its last evaluation went."""
    wanted = page_request(request, service.SORTABLE, "created_at", "r.id")
    rows, total = await kept.page(
        ctx, service.RULE, AlertRule, wanted, {"organization_id": organization_id, "is_active": is_active, "health": health}
    )
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/rules/{rule_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_alert_rule")
async def get_alert_rule(ctx: Ctx, rule_id: FromPath[UUID]) -> Response[Envelope[AlertRule]]:
    """One rule."""
    found = await kept.get(ctx, service.RULE, AlertRule, rule_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/rules", opt=_WRITE, tags=_TAGS, operation_id="create_alert_rule")
async def create_alert_rule(ctx: Ctx, data: JSONBody[NewAlertRule]) -> Response[Envelope[AlertRule]]:
    """Add a rule; its first evaluation is within seconds."""
    return await ctx.once(lambda tx: service.create_alert_rule(ctx, tx, data))


@put("/v1/monitoring/rules/{rule_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_alert_rule")
async def replace_alert_rule(ctx: Ctx, rule_id: FromPath[UUID], data: JSONBody[NewAlertRule]) -> Response[Envelope[AlertRule]]:
    """Set all fields of a rule; what is left out gets its default."""
    found = await service.replace_alert_rule(ctx, rule_id, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/rules/{rule_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_alert_rule")
async def delete_alert_rule(ctx: Ctx, rule_id: FromPath[UUID]) -> None:
    """Delete a rule and its alerts."""
    await kept.delete(ctx, service.RULE, AlertRule, rule_id)


@post("/v1/monitoring/rules/try", opt=_READ, tags=_TAGS, operation_id="try_alert_rule", status_code=200)
async def try_alert_rule(ctx: Ctx, data: JSONBody[ExpressionTrial]) -> Response[Envelope[TrialResult]]:
    """What an expression gives now, without keeping a rule."""
    return ctx.answer(await service.trial(ctx, data.expression))


@get("/v1/monitoring/alerts", opt=_READ, tags=_TAGS, operation_id="list_alerts")
async def list_alerts(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    phase: FromQuery[AlertPhase | None] = None,
    severity: FromQuery[Severity | None] = None,
    source_id: FromQuery[UUID | None] = None,
) -> Response[Page[Alert]]:
    """The alerts in reach; `source_id` is that of a rule or a check. Resolved ones are shown for a day."""
    wanted = page_request(request, service.ALERTS_SORTABLE, "updated_at")
    filters = {"organization_id": organization_id, "phase": phase, "severity": severity, "source_id": source_id}
    rows, total = await service.alerts(ctx, wanted, filters)
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/alerts/{alert_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_alert")
async def get_alert(ctx: Ctx, alert_id: FromPath[UUID]) -> Response[Envelope[Alert]]:
    """One alert."""
    found = await service.alert(ctx, alert_id)
    return ctx.answer(found, version=found.version)


@post(
    "/v1/monitoring/alerts/{alert_id:uuid}/acknowledge", opt=_WRITE, tags=_TAGS, operation_id="acknowledge_alert", status_code=200
)
async def acknowledge_alert(ctx: Ctx, alert_id: FromPath[UUID], data: JSONBody[Acknowledgement]) -> Response[Envelope[Alert]]:
    """Say that somebody looks after it: it is neither escalated nor repeated until it fires anew."""
    found = await service.acknowledge(ctx, alert_id, data)
    return ctx.answer(found, version=found.version)


@delete(
    "/v1/monitoring/alerts/{alert_id:uuid}/acknowledge",
    opt=_WRITE,
    tags=_TAGS,
    operation_id="unacknowledge_alert",
    status_code=200,
)
async def unacknowledge_alert(ctx: Ctx, alert_id: FromPath[UUID]) -> Response[Envelope[Alert]]:
    """Take that back."""
    found = await service.acknowledge(ctx, alert_id, None)
    return ctx.answer(found, version=found.version)


@get("/v1/monitoring/alert-changes", opt=_READ, tags=_TAGS, operation_id="list_alert_changes")
async def list_alert_changes(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    alert_id: FromQuery[UUID | None] = None,
) -> Response[Page[AlertChange]]:
    """What happened to the alerts in reach, in the last 90 days."""
    wanted = page_request(request, service.CHANGES_SORTABLE, "at")
    rows, total = await service.changes(ctx, wanted, {"organization_id": organization_id, "alert_id": alert_id})
    return ctx.page(rows, total, wanted)


ROUTES = [
    list_alert_rules, get_alert_rule, create_alert_rule, replace_alert_rule, delete_alert_rule, try_alert_rule, list_alerts,
    get_alert, acknowledge_alert, unacknowledge_alert, list_alert_changes,
]  # fmt: skip
