"""What one did oneself, for everybody: own log-ins, sessions and changes, out of the audit log."""

from __future__ import annotations

from typing import Any

from litestar import Response

from control.core.context import Context
from control.core.pagination import PageRequest
from control.core.permissions import authenticated
from control.security.audit_log import service
from control.security.audit_log.actions import said
from control.security.audit_log.models import AuditEntry
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Badge, Column, Table
from control.web.ui import UiOf

_NOTEWORTHY = {"session.refused", "session.refresh_reused", "user.password_changed", "user.password_reset", "user.totp_disabled"}
_FILTERS = ("organization_id", "action", "subject_type", "subject_id", "request_id", "since", "until")
_BY_KEY, _BY_HAND, _NOTED = Badge(N_("By API key"), "info"), Badge(N_("In person")), Badge(N_("Was it you?"), "warning")


async def own(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[AuditEntry], int]:
    """The caller's own entries, whatever else is asked for."""
    return await service.page(ctx, wanted, {**dict.fromkeys(_FILTERS), **filters, "actor_id": ctx.principal.user_id})


def _how(row: AuditEntry) -> Badge:
    if row.action in _NOTEWORTHY:
        return _NOTED
    return _BY_KEY if row.actor_type == "api_key" else _BY_HAND


ACTIVITY = Table(
    name="activity",
    path="/profile/activity",
    service=own,
    sortable=service.SORTABLE,
    by="at",
    columns=(
        Column(name="action", label=N_("What"), of=lambda row: said(row.action)),
        Column(name="at", label=N_("When"), sort="at", cell="moment"),
        Column(name="how", label=N_("How"), cell="badge", of=_how),
        Column(name="address", label=N_("From the address"), cell="code", of=lambda row: row.address or "\u2013"),
        Column(name="subject_type", label=N_("Of what"), is_hidden=True),
    ),
    empty=N_("Nothing was done yet."),
)


@show("/profile/activity", authenticated())
async def activity(ui: UiOf) -> Response[str]:
    """What one did oneself, newest first."""
    return await ACTIVITY.page(ui, "accounts/activity.html")


PAGES = [activity]
