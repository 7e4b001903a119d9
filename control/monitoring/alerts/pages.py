"""Alerts: what fires, one alert with its history, and the rules that find them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.errors import DomainError
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring import words, written
from control.monitoring.alerts import service
from control.monitoring.alerts.models import Acknowledgement, Alert, AlertPhase, AlertRule, Expression, NewAlertRule, Patience
from control.monitoring.labels import Severity
from control.monitoring.plotting import said
from control.web.bulk import Many
from control.web.depends import Hangs, hanging
from control.web.editing import Editing, Words
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import NOTHING, Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")
MENU = (Entry(label=N_("Alerts"), path="/monitoring/alerts", icon="alarm", permission="monitoring:read", group=N_("Monitoring")),)
_FEW = 50
NO_DATA = {"ok": N_("It is fine"), "alert": N_("It is trouble"), "keep": N_("It stays as it was")}


async def _name(ctx: Context, alert_id: UUID) -> str:
    return (await service.alert(ctx, alert_id)).name


ACKNOWLEDGE_MANY = Many(
    path="/monitoring/alerts/acknowledge", back="/monitoring/alerts", writes=_WRITE, label=N_("Acknowledge"), icon="check",
    text=N_("Everybody sees that you look after them, and nobody is reminded of them."), name=_name,
    work=lambda ctx, alert_id: service.acknowledge(ctx, alert_id, Acknowledgement()),
)  # fmt: skip

ALERTS = Table(
    name="alerts",
    path="/monitoring/alerts",
    service=service.alerts,
    sortable=service.ALERTS_SORTABLE,
    by="updated_at",
    columns=(
        Column(name="name", label=N_("Alert"), sort="name", cell="link"),
        Column(name="phase", label=N_("State"), cell="badge", of=words.phase),
        Column(name="severity", label=N_("Severity"), cell="badge", of=words.severity),
        Column(name="labels", label=N_("Labels"), of=lambda row: words.short(row.labels)),
        Column(name="since", label=N_("Since"), sort="since", cell="moment"),
        Column(name="acknowledged_at", label=N_("Acknowledged"), cell="moment"),
        Column(name="fired_at", label=N_("Fired"), sort="fired_at", cell="moment", is_hidden=True),
        Column(name="resolved_at", label=N_("Over since"), cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="phase", label=N_("State"), kind=AlertPhase, words=words.PHASES),
        Filter(name="severity", label=N_("Severity"), kind=Severity, words=words.SEVERITIES),
        Filter(name="source_id", label=N_("Found by"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/monitoring/alerts/{id}",
    empty=N_("All is well: nothing fires, and nothing has."),
    live="alert",
    bulk=(ACKNOWLEDGE_MANY.choice,),
)
RULES = Table(
    name="alert_rules",
    path="/monitoring/rules",
    service=service.RULES.page,
    sortable=service.SORTABLE,
    by="name",
    tie="r.id",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="state", label=N_("State"), cell="badge",
               of=lambda row: words.HEALTH[row.health] if row.is_active else words.OFF),
        Column(name="severity", label=N_("Severity"), cell="badge", of=words.severity),
        Column(name="expression", label=N_("Question"), cell="code", of=lambda row: row.expression[:120]),
        Column(name="for_s", label=N_("For seconds"), cell="number"),
        Column(name="checked_at", label=N_("Evaluated"), cell="moment"),
        Column(name="error", label=N_("Error"), is_hidden=True),
    ),
    filters=(
        Filter(name="is_active", label=N_("State"), kind=bool, words={"true": N_("In force"), "false": N_("Off")}),
        Filter(name="health", label=N_("Health"), input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/monitoring/rules/{id}",
    search=N_("Name"),
    empty=N_("There are no rules yet. Built-in packs have the usual ones."),
)  # fmt: skip


class RuleAsTyped(msgspec.Struct, kw_only=True):
    """A rule; labels and annotations are lines."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    expression: Expression
    recovery: Annotated[str, Meta(max_length=8000)] | None = None
    interval_s: Annotated[int, Meta(ge=10, le=86_400)] = 60
    for_s: Patience = 0
    keep_firing_for_s: Patience = 0
    no_data: Literal["ok", "alert", "keep"] = "ok"
    severity: Severity = "warning"
    labels: list[str] = []
    annotations: list[str] = []
    is_active: bool = True

    def data(self, before: AlertRule | None = None) -> NewAlertRule:
        own = {name: getattr(self, name) for name in self.__struct_fields__ if name not in ("labels", "annotations")}
        return NewAlertRule(
            **own, labels=written.labels(self.labels), annotations=written.labels(self.annotations, "/annotations"),
            kind="query" if before is None else before.kind, anomaly=None if before is None else before.anomaly,
        )  # fmt: skip


async def _replace(ctx: Context, rule_id: UUID, typed: RuleAsTyped) -> AlertRule:
    return await service.replace_alert_rule(ctx, rule_id, typed.data(await service.RULES.get(ctx, rule_id)))


def _values(row: AlertRule) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(row),
        "labels": written.label_lines(row.labels),
        "annotations": written.label_lines(row.annotations),
    }


async def _try(ui: Ui, typed: RuleAsTyped) -> str:
    """What the expression gives now."""
    service.check(typed.data())
    found = await service.trial(ui.ctx, typed.expression)
    if not found.series:
        return ui.words(N_("The question is right, and no series is in trouble now. It is not saved yet."))
    lines = [ui.words(N_("In trouble now; it is not saved yet:"))]
    for labels, value in list(zip(found.series, found.values, strict=True))[:10]:
        lines.append(f"{words.short(labels) or '{}'}: {NOTHING if value is None else said(value, '')}")
    return "\n".join(lines)


EDITING = Editing(
    path="/monitoring/rules",
    place=N_("Rules"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        RuleAsTyped,
        Field("name", N_("Name"), is_half=True),
        Field("severity", N_("Severity"), choices=words.SEVERITIES, is_half=True),
        Field("expression", N_("Question (PromQL)"), kind="textarea",
              hint=N_("Each series that it gives is in trouble, such as host_load_5m > 8.")),
        Field("recovery", N_("It is over when (PromQL)"), kind="textarea",
              hint=N_("Empty is when the question no longer gives the series.")),
        Field("for_s", N_("Fires after seconds"), hint=N_("As long as it must last."), is_half=True),
        Field("keep_firing_for_s", N_("Is over after seconds"), is_half=True),
        Field("interval_s", N_("Every so many seconds"), is_half=True),
        Field("no_data", N_("When a series ends"), choices=NO_DATA, is_half=True),
        Field("labels", N_("Labels"), hint=N_("name = value, one a line."), is_half=True),
        Field("annotations", N_("Annotations"),
              hint=N_("summary = words; may hold {{ labels.NAME }} and {{ value }}."), is_half=True),
        Field("is_active", N_("In force")),
    ),
    get=service.RULES.get,
    words=Words(
        add=N_("Add a rule"),
        made=N_("The rule was added."),
        changed=N_("The rule was changed."),
        gone=N_("The rule was deleted."),
        warning=N_("Its alerts go with it, also those that fire now."),
    ),
    create=lambda ctx, tx, typed: service.create_alert_rule(ctx, tx, typed.data()),
    replace=_replace,
    delete=service.RULES.delete,
    depends=hanging(Hangs(table=ALERTS, label=N_("Alerts"), permission="monitoring:read", by="source_id")),
    restores=True,
    values=_values,
    start={"severity": "warning", "interval_s": 60, "for_s": 300, "keep_firing_for_s": 0, "no_data": "ok", "is_active": True},
    check=_try,
)  # fmt: skip
ACKNOWLEDGE = Form(Acknowledgement, Field("note", N_("Note"), kind="textarea", hint=N_("Who looks after it, and how.")))


@show("/monitoring/alerts", _READ)
async def alerts(ui: UiOf) -> Response[Any]:
    """The alerts in reach."""
    return await ALERTS.page(ui, "things/list.html", title=N_("Alerts"), about="", add="", links=(), tabs=words.ALERT_TABS)


@show("/monitoring/rules", _READ)
async def rules(ui: UiOf) -> Response[Any]:
    """The rules in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("monitoring:write") else ""
    return await RULES.page(ui, "things/list.html", title=N_("Alerts"), about="", add=add, links=(), tabs=words.ALERT_TABS)


@show("/monitoring/alerts/{alert_id:uuid}", _READ)
async def alert(ui: UiOf, alert_id: FromPath[UUID]) -> Response[str]:
    """One alert: what it says, and what happened to it."""
    return await _alert(ui, await service.alert(ui.ctx, alert_id), ACKNOWLEDGE.empty())


async def _alert(ui: Ui, found: Alert, form: Inputs, status: int = 200) -> Response[str]:
    newest = PageRequest(1, _FEW, "at DESC, id DESC")
    changes, _ = await service.changes(ui.ctx, newest, {"organization_id": None, "alert_id": found.id})
    named = [f"{name} = {value}" for name, value in {"alertname": found.name, **found.labels}.items() if value]
    source = {"rule": "/monitoring/rules", "check": "/monitoring/checks", "stuck": "/monitoring/checks"}.get(found.source)
    return ui.page(
        "monitoring/alert.html",
        status=status,
        alert=found,
        phase=words.phase(found),
        severity=words.severity(found),
        value=None if found.value is None else said(found.value, ""),
        changes=[(one, Badge(words.PHASES.get(one.after, one.after), "neutral")) for one in changes],
        phases={"inactive": N_("Quiet"), **words.PHASES},
        form=form,
        source=f"{source}/{found.source_id}" if source else "",
        silence="/monitoring/silences/new?" + urlencode({"matchers": "\n".join(named)}),
        may_write=ui.ctx.principal.may("monitoring:write"),
    )


@act("/monitoring/alerts/{alert_id:uuid}/acknowledge", _WRITE)
async def acknowledge(ui: UiOf, alert_id: FromPath[UUID]) -> Response[Any]:
    """Somebody looks after it."""
    try:
        await service.acknowledge(ui.ctx, alert_id, await ACKNOWLEDGE.read(ui))
    except DomainError as error:
        return await _alert(ui, await service.alert(ui.ctx, alert_id), await ACKNOWLEDGE.again(ui, error), error.status)
    return ui.go(f"/monitoring/alerts/{alert_id}", ui.words(N_("Nobody is told again until it fires anew.")))


@act("/monitoring/alerts/{alert_id:uuid}/unacknowledge", _WRITE)
async def unacknowledge(ui: UiOf, alert_id: FromPath[UUID]) -> Response[Any]:
    """Take that back."""
    await service.acknowledge(ui.ctx, alert_id, None)
    return ui.go(f"/monitoring/alerts/{alert_id}", ui.words(N_("It is told again.")))


PAGES = [ACKNOWLEDGE_MANY.page(), alerts, alert, acknowledge, unacknowledge, rules, *EDITING.pages()]
