"""The explorer of security events, one event with the rules that matched, and exclusions made from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.errors import DomainError
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.security import words
from control.security.bodies.common import Note
from control.security.events import service
from control.security.events.models import Action, ExclusionFromEvent, SecurityEvent, Source
from control.security.exclusions.models import RuleId
from control.web.editing import with_choices
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("security:read"), needs("security:write")
MENU = (
    Entry(label=N_("Security events"), path="/security/events", icon="eye", permission="security:read", group=N_("Security")),
)


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[SecurityEvent], int]:
    """The service takes moments; the page's days are whole ones, UTC."""
    since, until = filters["since"], filters["until"]
    start = None if since is None else datetime.combine(since, time(), UTC)
    end = None if until is None else datetime.combine(until, time(), UTC) + timedelta(days=1)
    return await service.page(ctx, wanted, {**filters, "since": start, "until": end})


EVENTS = Table(
    name="security_events",
    path="/security/events",
    service=_page,
    sortable=service.SORTABLE,
    by="at",
    columns=(
        Column(name="request", label=N_("Request"), cell="link", of=lambda row: f"{row.method} {row.host}{row.path}"[:90]),
        Column(name="action", label=N_("What was done"), cell="badge", of=words.action),
        Column(name="message", label=N_("Why"), of=lambda row: row.message[:120]),
        Column(name="client", label=N_("Client"), cell="code"),
        Column(name="score", label=N_("Score"), sort="score"),
        Column(name="requests", label=N_("Requests"), sort="requests", cell="number"),
        Column(name="at", label=N_("When"), sort="at", cell="moment"),
        Column(name="country", label=N_("Country"), is_hidden=True),
        Column(name="status", label=N_("Status"), is_hidden=True),
    ),
    filters=(
        Filter(name="action", label=N_("What was done"), kind=Action, words=words.ACTIONS),
        Filter(name="source", label=N_("Found by"), kind=Source, words=words.SOURCES),
        Filter(name="rule_id", label=N_("Rule"), kind=int),
        Filter(name="client", label=N_("Client or network")),
        Filter(name="since", label=N_("From"), kind=date, input="date"),
        Filter(name="until", label=N_("to"), kind=date, input="date"),
        Filter(name="site_id", label=N_("Site"), kind=UUID, input="hidden"),
        Filter(name="route_id", label=N_("Route"), kind=UUID, input="hidden"),
        Filter(name="request_id", label=N_("Request"), input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/security/events/{id}",
    search=N_("Path, host or message"),
    empty=N_("Nothing was found in the last 24 hours."),
    live="security",
)


class ExclusionAsTyped(msgspec.Struct, kw_only=True):
    """How much is left out."""

    rule: RuleId | None = None
    target: bool = True
    path: bool = True
    site: bool = True
    note: Note = ""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None

    def data(self) -> ExclusionFromEvent:
        return ExclusionFromEvent(
            rule_ids=None if self.rule is None else [self.rule], target=self.target, path=self.path, site=self.site,
            note=self.note, expires_at=words.until(self.days),
        )  # fmt: skip


EXCLUDE = Form(
    ExclusionAsTyped,
    Field("rule", N_("Rule"), kind="select", hint=N_("Empty is each that matched, but for those that only add up.")),
    Field("target", N_("The variable that matched alone; else the whole rule is left out")),
    Field("path", N_("On this path and below alone")),
    Field("site", N_("On this site alone")),
    Field("days", N_("Ends in days"), hint=N_("Empty is never."), is_half=True),
    Field("note", N_("Note"), is_half=True),
)


@show("/security/events", _READ)
async def events(ui: UiOf) -> Response[str]:
    """The events in reach, the last day's unless days are chosen."""
    about = N_("The last 24 hours, unless days are chosen (UTC).")
    return await EVENTS.page(
        ui, "things/list.html", title=N_("Security events"), about=about, add="", links=(), tabs=words.EVENT_TABS
    )


@show("/security/event-rules", _READ)
async def event_rules(ui: UiOf) -> Response[str]:
    """Rules by how often they matched: many clients on few paths are a false positive's sign."""
    none = dict.fromkeys(one.name for one in EVENTS.filters)
    rows = await service.rules(ui.ctx, dict(none))
    return ui.page("security/event_rules.html", rows=rows, tabs=words.EVENT_TABS)


@show("/security/events/{event_id:uuid}", _READ)
async def event(ui: UiOf, event_id: FromPath[UUID]) -> Response[str]:
    """One event."""
    found = await service.get(ui.ctx, event_id)
    start = {"target": True, "path": True, "site": found.site_id is not None}
    return _event(ui, found, EXCLUDE.empty(start))


def _event(ui: Ui, found: SecurityEvent, form: Inputs, status: int = 200) -> Response[str]:
    rules = {str(one.rule_id): f"{one.rule_id} {one.message}".strip() for one in found.matches}
    principal = ui.ctx.principal
    return ui.page(
        "security/event.html",
        status=status,
        event=found,
        action=words.action(found),
        source=words.SOURCES[found.source],
        form=with_choices(form, {"rule": rules}),
        may_exclude=bool(rules) and principal.may("security:write"),
        may_ban=principal.may("security:write"),
    )


@act("/security/events/{event_id:uuid}/exclude", _WRITE)
async def exclude(ui: UiOf, event_id: FromPath[UUID]) -> Response[Any]:
    """Leave out from now on what the event was about."""
    found = await service.get(ui.ctx, event_id)
    try:
        typed = await EXCLUDE.read(ui)
        made = await ui.once(lambda tx: service.exclude(ui.ctx, tx, event_id, typed.data()))
    except DomainError as error:
        return _event(ui, found, await EXCLUDE.again(ui, error), error.status)
    said = ui.view.tongue.ngettext("%(num)s exclusion was made.", "%(num)s exclusions were made.", len(made["exclusions"]))
    return ui.go("/security/exclusions", said % {"num": len(made["exclusions"])})


PAGES = [events, event_rules, event, exclude]
