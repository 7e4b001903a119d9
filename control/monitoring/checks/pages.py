"""Checks and heartbeats: the list, one check with its uptime and answer times, and its form."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.errors import FieldError, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.core.type_errors import words_of
from control.monitoring import words
from control.monitoring.alerts.pages import ALERTS
from control.monitoring.checks import service
from control.monitoring.checks.models import FIELDS, Check, CheckKind, CheckState, Expects, Location, NewCheck
from control.monitoring.labels import Severity
from control.monitoring.status import service as status
from control.web.depends import Dependent, Hangs, hanging, named
from control.web.editing import Editing, Secret, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import NOTHING, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")
MENU = (Entry(label=N_("Checks"), path="/monitoring/checks", icon="pulse", permission="monitoring:read", group=N_("Monitoring")),)
_POINTS = 300
CHECKS = Table(
    name="checks",
    path="/monitoring/checks",
    service=service.page,
    sortable=service.SORTABLE,
    by="name",
    tie="c.id",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="state", label=N_("State"), cell="badge", of=words.state),
        Column(name="kind", label=N_("Kind"), cell="said", of=lambda row: words.KINDS[row.kind]),
        Column(name="target", label=N_("Target"), of=lambda row: row.target or NOTHING),
        Column(name="message", label=N_("Last answer"), of=lambda row: row.message[:100]),
        Column(name="since", label=N_("Since"), cell="moment"),
        Column(name="last_at", label=N_("Last try"), cell="moment", is_hidden=True),
        Column(name="severity", label=N_("Severity"), cell="badge", of=words.severity, is_hidden=True),
    ),
    filters=(
        Filter(name="status", label=N_("State"), kind=CheckState, words=words.STATES),
        Filter(name="kind", label=N_("Kind"), kind=CheckKind, words=words.KINDS),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/monitoring/checks/{id}",
    search=N_("Name"),
    empty=N_("Nothing is watched yet."),
    live="check alert",
)


class CheckAsTyped(msgspec.Struct, kw_only=True):
    """A check; of what an answer must be like, the usual. The rest stays as it is."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: CheckKind
    target: Annotated[str, Meta(max_length=2048)] = ""
    secret: Annotated[str, Meta(max_length=1000)] | None = None
    statuses: list[str] | None = None
    keyword: Annotated[str, Meta(max_length=1000)] | None = None
    tls_days: Annotated[int, Meta(ge=1, le=365)] | None = None
    values: list[str] | None = None
    grace_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    interval_s: Annotated[int, Meta(ge=20, le=86_400)] = 60
    timeout_s: Annotated[int, Meta(ge=1, le=60)] = 10
    retries: Annotated[int, Meta(ge=0, le=10)] = 1
    locations: Annotated[list[Location], Meta(min_length=1, max_length=10)] = msgspec.field(default_factory=lambda: ["default"])
    quorum: Annotated[int, Meta(ge=1, le=10)] = 1
    severity: Severity = "critical"
    is_active: bool = True

    def data(self, before: Check | None = None) -> NewCheck:
        typed = {name: getattr(self, name) for name in ("statuses", "keyword", "tls_days", "values", "grace_s")}
        kept = msgspec.to_builtins(before.expects) if before is not None and before.kind == self.kind else {}
        expects = {**kept, **{name: typed[name] for name in typed}}
        found = {name: value for name, value in expects.items() if value is not None and value != []}
        try:
            wanted = msgspec.convert(found, Expects)
        except msgspec.ValidationError as error:
            name = next((name for name in typed if f"$.{name}" in str(error)), "statuses")
            raise ValidationFailed(FieldError(f"/{name}", words_of(error))) from None
        own = {name: getattr(self, name) for name in self.__struct_fields__ if name not in typed}
        return NewCheck(expects=wanted, labels=before.labels if before is not None else {}, **own)


def _typed(error: ValidationFailed) -> ValidationFailed:
    """What the service found, at the fields of this form."""
    return ValidationFailed([FieldError(one.pointer.removeprefix("/expects"), one.message) for one in error.errors])


async def _create(ctx: Context, tx: Any, typed: CheckAsTyped) -> Any:
    try:
        return await service.create_check(ctx, tx, typed.data())
    except ValidationFailed as error:
        raise _typed(error) from None


async def _replace(ctx: Context, check_id: UUID, typed: CheckAsTyped) -> Any:
    before = await service.CHECKS.get(ctx, check_id)
    try:
        return await service.replace_check(ctx, check_id, typed.data(before))
    except ValidationFailed as error:
        raise _typed(error) from None


def _values(row: Check) -> dict[str, Any]:
    return {**msgspec.to_builtins(row.expects), **{name: getattr(row, name) for name in NewCheck.__struct_fields__
                                                   if name not in ("expects", "secret", "labels")}}  # fmt: skip


def _push(made: dict[str, Any]) -> Secret | None:
    if not made.get("push_url"):
        return None
    return Secret(label=N_("Where the signs of life go"), text=f"curl -fsS {made['push_url']}", about=N_("By GET, HEAD or POST."))


_ALERTS = hanging(Hangs(table=ALERTS, label=N_("Alerts that are over"), permission="monitoring:read", by="source_id"))


async def _depends(ctx: Context, row: Check) -> list[Dependent]:
    return [named(N_("Status pages"), await service.shown_on(ctx, row.id), "/monitoring/status-pages"), *await _ALERTS(ctx, row)]


EDITING = Editing(
    path="/monitoring/checks",
    place=N_("Checks"),
    writes=_WRITE,
    form=Form(
        CheckAsTyped,
        Field("name", N_("Name"), is_half=True),
        Field("kind", N_("Kind"), choices=words.KINDS, is_half=True),
        Field("target", N_("Target"),
              hint=N_("https://a.example/ for the web, host:port, a host name, or nothing for a heartbeat.")),
        Field("statuses", N_("Good statuses"), hint=N_("Web: one a line, such as 200-399."), is_half=True),
        Field("keyword", N_("Must hold the words"), hint=N_("Web."), is_half=True),
        Field("tls_days", N_("Certificate good for days"), hint=N_("Web, at least."), is_half=True),
        Field("secret", N_("Authorization or password"), kind="password",
              hint=N_("Web and databases; empty keeps what there is."), is_half=True),
        Field("values", N_("Must be among the answers"), hint=N_("DNS: one a line."), is_half=True),
        Field("grace_s", N_("Seconds that a sign may be late"), hint=N_("Heartbeat."), is_half=True),
        Field("interval_s", N_("Every so many seconds"), is_half=True),
        Field("timeout_s", N_("Seconds to wait for an answer"), is_half=True),
        Field("retries", N_("Further failures before it is down"), is_half=True),
        Field("severity", N_("Severity"), choices=words.SEVERITIES, is_half=True),
        Field("locations", N_("From"), hint=N_("Locations, one a line."), is_half=True),
        Field("quorum", N_("Down when so many say so"), is_half=True),
        Field("is_active", N_("Watch it")),
    ),
    get=service.CHECKS.get,
    words=Words(
        add=N_("Add a check"),
        made=N_("The check was added."),
        changed=N_("The check was changed."),
        gone=N_("The check was deleted."),
        warning=N_("What is known of its uptime goes with it, status pages no longer show it, and its alerts are over."),
    ),
    create=_create,
    replace=_replace,
    delete=service.CHECKS.delete,
    depends=_depends,
    typed=lambda row: row.name,
    values=_values,
    start={"kind": "http", "interval_s": 60, "timeout_s": 10, "retries": 1, "quorum": 1, "locations": ["default"],
           "severity": "critical", "is_active": True},
    secret=_push,
    own="/monitoring/checks/{id}",
)  # fmt: skip


@show("/monitoring/checks", _READ)
async def checks(ui: UiOf) -> Response[Any]:
    """The checks in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("monitoring:write") else ""
    return await CHECKS.page(ui, "things/list.html", title=N_("Checks"), about="", add=add, links=(), tabs=())


@show("/monitoring/checks/{check_id:uuid}", _READ)
async def check(ui: UiOf, check_id: FromPath[UUID]) -> Response[str]:
    """One check: its uptime, what each location knows, and how long answers took."""
    found = await service.CHECKS.get(ui.ctx, check_id)
    uptime = await status.uptime_of(ui.ctx, check_id)
    places = await service.locations(ui.ctx, check_id)
    tries, total = await service.results(ui.ctx, check_id, PageRequest(1, _POINTS, "at DESC, id DESC"), {})
    days = [one for one in uptime.days if one.uptime.share is not None]
    shares = {
        "times": [int(datetime.combine(one.day, time(), UTC).timestamp()) for one in days],
        "series": [{"label": ui.words(N_("Uptime")), "values": [one.uptime.share for one in days]}],
        "unit": "percent",
    }
    timed = [one for one in reversed(tries) if one.ms is not None]
    answers = {
        "times": [int(one.at.timestamp()) for one in timed],
        "series": [{"label": ui.words(N_("Answer")), "values": [one.ms / 1000 for one in timed if one.ms is not None]}],
        "unit": "seconds",
    }
    return ui.page(
        "monitoring/check.html",
        check=found,
        state=words.state(found),
        kind=words.KINDS[found.kind],
        severity=words.severity(found),
        uptime=uptime,
        shares=shares,
        answers=answers,
        places=places,
        tries=tries[:20],
        total=total,
        fields=FIELDS[found.kind],
        may_write=ui.ctx.principal.may("monitoring:write"),
    )


PAGES = [checks, check, *EDITING.pages()]
