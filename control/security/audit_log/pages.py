"""The audit log: who did what, filtered, and one entry with the difference that it made."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.accounts.organizations import service as organizations
from control.accounts.organizations.pages import ACCOUNTS
from control.accounts.users import service as users
from control.core.context import Context
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.security.audit_log import actions, service
from control.security.audit_log.models import AuditEntry
from control.security.audit_log.words import changes, labels
from control.web.cells import Coded
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import gettext

_READ = needs("audit:read")
MENU = (Entry(label=N_("Audit log"), path="/audit-log", icon="log", permission="audit:read", group=ACCOUNTS),)
_ABOVE = N_("Somebody of another organization")
_ACTORS = {"api_key": Badge(N_("API key"), "info"), "system": Badge(N_("Platform"))}


class Noted(AuditEntry, frozen=True, kw_only=True):
    """An entry, and what who acted and where it was are called."""

    actor: str
    organization: str


def _actor(row: AuditEntry, names: dict[UUID, str]) -> str:
    if row.actor_id is None:
        return ""
    return names.get(row.actor_id, str(row.actor_id))


def _who(row: Noted) -> str | None:
    """What the list says; who is above and may not be looked up from here is called so, and the entry's page has the id."""
    is_above = row.actor == str(row.actor_id) and row.actor_org_id not in (None, row.organization_id)
    return gettext(_ABOVE) if is_above else row.actor or None


async def _named(ctx: Context, rows: list[AuditEntry]) -> list[Noted]:
    people = await users.names(ctx, (row.actor_id for row in rows))
    places = await organizations.names(ctx, (row.organization_id for row in rows))
    return [
        Noted(actor=_actor(row, people), organization=places.get(row.organization_id, ""), **msgspec.structs.asdict(row))
        for row in rows
    ]


def _zone(ctx: Context) -> Any:
    ui = ctx.request.scope.get("ui")
    return ui.view.tongue.zone if isinstance(ui, Ui) else ZoneInfo("UTC")


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Noted], int]:
    """Days are those of the reader; the last one counts."""
    for name, days in (("since", 0), ("until", 1)):
        if isinstance(filters.get(name), date):
            filters[name] = datetime.combine(filters[name] + timedelta(days=days), time.min, _zone(ctx))
    rows, total = await service.page(ctx, wanted, filters)
    return await _named(ctx, rows), total


AUDIT_LOG = Table(
    name="audit-log",
    path="/audit-log",
    service=_page,
    sortable=service.SORTABLE,
    by="at",
    columns=(
        Column(name="action", label=N_("What"), cell="coded", of=lambda row: Coded(actions.said(row.action), row.action)),
        Column(name="actor", label=N_("Who"), of=_who),
        Column(name="subject_type", label=N_("Of what"), of=lambda row: actions.kind(row.subject_type)),
        Column(name="organization", label=N_("Organization")),
        Column(name="at", label=N_("When"), sort="at", cell="moment"),
        Column(
            name="actor_type", label=N_("Kind"), cell="badge", of=lambda row: _ACTORS.get(row.actor_type, Badge(N_("Person")))
        ),
        Column(name="address", label=N_("Address"), is_hidden=True),
        Column(name="subject_id", label=N_("Id"), cell="code", is_hidden=True),
    ),
    filters=(
        Filter(name="action", label=N_("What"), groups=actions.groups()),
        Filter(
            name="subject_type",
            label=N_("Of what"),
            words={code: label for code, label in actions.SUBJECTS.items() if code not in actions.NO_SUBJECTS},
        ),
        Filter(name="since", label=N_("From"), kind=date, input="date"),
        Filter(name="until", label=N_("to"), kind=date, input="date"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
        Filter(name="actor_id", label=N_("Who"), kind=UUID, input="hidden"),
        Filter(name="subject_id", label=N_("Id"), input="hidden"),
        Filter(name="request_id", label=N_("Request"), input="hidden"),
    ),
    link="/audit-log/{id}",
    empty=N_("Nothing was done yet."),
)


@show("/audit-log", _READ)
async def audit_log(ui: UiOf) -> Response[str]:
    """Who did what in the organisations in reach."""
    return await AUDIT_LOG.page(ui, "security/audit_log.html")


@show("/audit-log/{entry_id:int}", _READ)
async def entry(ui: UiOf, entry_id: FromPath[int]) -> Response[str]:
    """One entry, and what it changed."""
    [found] = await _named(ui.ctx, [await service.get(ui.ctx, entry_id)])
    fields = changes(found.before, found.after)
    return ui.page(
        "security/audit_entry.html",
        entry=found,
        said=actions.said,
        called=actions.kind,
        labels=labels(found.subject_type),
        kind=_ACTORS.get(found.actor_type, Badge(N_("Person"))),
        changes=[one for one in fields if one.kind != "same"],
        same=[one for one in fields if one.kind == "same"],
        tones={
            "added": Badge(N_("New"), "success"),
            "removed": Badge(N_("Gone"), "error"),
            "changed": Badge(N_("Changed"), "warning"),
        },
        is_foreign=found.actor_org_id is not None and found.actor_org_id != found.organization_id,
    )


PAGES = [audit_log, entry]
