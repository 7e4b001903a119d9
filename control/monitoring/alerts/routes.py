"""/v1/monitoring/rules, /v1/monitoring/alerts and /v1/monitoring/alert-changes"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, post
from litestar.params import FromPath, JSONBody

from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
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

_TAGS, _READ, _WRITE = ["alerts"], "monitoring:read", "monitoring:write"

rules = collection(AlertRule, "/v1/monitoring/rules", "{rule_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
alerts = collection(Alert, "/v1/monitoring/alerts", "{alert_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
changes = collection(AlertChange, "/v1/monitoring/alert-changes", tags=_TAGS, read=_READ)


@post(f"{rules.all}/try", opt=rules.reads, tags=_TAGS, operation_id="try_alert_rule", status_code=200)
async def try_alert_rule(ctx: Ctx, data: JSONBody[ExpressionTrial]) -> Response[Envelope[TrialResult]]:
    """What an expression gives now, without keeping a rule."""
    return ctx.answer(await service.trial(ctx, data.expression))


@delete(f"{alerts.one}/acknowledge", opt=alerts.writes, tags=_TAGS, operation_id="unacknowledge_alert", status_code=200)
async def unacknowledge_alert(ctx: Ctx, alert_id: FromPath[UUID]) -> Response[Envelope[Alert]]:
    """Take that back."""
    found = await service.acknowledge(ctx, alert_id, None)
    return ctx.answer(found, version=found.version)


ROUTES = [
    rules.page(
        "list_alert_rules",
        service.RULES.page,
        "The alert rules in reach, each with how its last evaluation went.",
        sortable=service.SORTABLE,
        tie="r.id",
        filters={"organization_id": UUID, "is_active": bool, "health": str},
    ),
    rules.get("get_alert_rule", service.RULES.get, "One rule."),
    rules.create(
        "create_alert_rule", NewAlertRule, service.create_alert_rule, "Add a rule; its first evaluation is within seconds."
    ),
    rules.replace(
        "replace_alert_rule",
        NewAlertRule,
        service.replace_alert_rule,
        "Set all fields of a rule; what is left out gets its default.",
    ),
    rules.delete("delete_alert_rule", service.RULES.delete, "Delete a rule and its alerts."),
    try_alert_rule,
    alerts.page(
        "list_alerts",
        service.alerts,
        "The alerts in reach; `source_id` is that of a rule or a check. Resolved ones are shown for a day.",
        sortable=service.ALERTS_SORTABLE,
        by="updated_at",
        filters={"organization_id": UUID, "phase": AlertPhase, "severity": Severity, "source_id": UUID},
    ),
    alerts.get("get_alert", service.alert, "One alert."),
    alerts.action(
        "acknowledge_alert",
        "acknowledge",
        Acknowledgement,
        service.acknowledge,
        "Say that somebody looks after it: it is neither escalated nor repeated until it fires anew.",
    ),
    unacknowledge_alert,
    changes.page(
        "list_alert_changes",
        service.changes,
        "What happened to the alerts in reach, in the last 90 days.",
        sortable=service.CHANGES_SORTABLE,
        by="at",
        filters={"organization_id": UUID, "alert_id": UUID},
    ),
]
