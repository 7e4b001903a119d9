"""What the platform told a person by mail in the last three months."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response

from control.accounts.auth import account
from control.accounts.profile import queries as q
from control.accounts.profile import unread
from control.core.context import Context
from control.core.pagination import PageRequest
from control.core.permissions import authenticated
from control.web import sessions
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf
from control.web.view import gettext

WORDS = {
    "alert": N_("An alert"),
    "dunning_reminder": N_("A reminder of an unpaid invoice"),
    "invitation": N_("An invitation"),
    "new_login": N_("A login from a new device"),
    "passkey_added": N_("A passkey was added"),
    "passkey_counter": N_("A passkey was refused"),
    "passkey_removed": N_("A passkey was removed"),
    "password_changed": N_("The password was changed"),
    "password_reset": N_("A link to set the password"),
    "totp_disabled": N_("The second factor was switched off"),
}
STATES = {
    "pending": Badge(N_("Waiting"), "info"),
    "sent": Badge(N_("Sent"), "success"),
    "retrying": Badge(N_("Tried again"), "warning"),
    "failed": Badge(N_("Failed"), "error"),
    "bounced": Badge(N_("Came back"), "error"),
}


class Notice(msgspec.Struct, kw_only=True):
    """One mail; what it said is not kept."""

    id: UUID
    template: str
    status: str
    created_at: datetime
    sent_at: datetime | None


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Notice], int]:
    """The mails to the person who asks, from the organisation where they work."""
    me = await account.me(ctx)
    params = {"organization_id": ctx.principal.organization_id, "email": me.email, "template": filters.get("template")}
    async with ctx.transaction("own") as tx:
        total = await tx.value(q.SQL.notice_count, **params)
        return await tx.all(Notice, wanted.sorted(q.SQL.notices), **params), total


NOTICES = Table(
    name="notices",
    path="/notifications",
    service=page,
    sortable={"created_at": "created_at"},
    columns=(
        Column(name="template", label=N_("What"), of=lambda row: gettext(WORDS.get(row.template, row.template))),
        Column(name="status", label=N_("State"), cell="badge", of=lambda row: STATES[row.status]),
        Column(name="created_at", label=N_("When"), sort="created_at", cell="moment"),
        Column(name="sent_at", label=N_("Sent"), cell="moment", is_hidden=True),
    ),
    filters=(Filter(name="template", label=N_("What"), words=WORDS),),
    empty=N_("Nothing was sent to you yet."),
    live="notice",
)


@show("/notifications", authenticated())
async def notices(ui: UiOf) -> Response[str]:
    """What was sent to oneself. Whoever opens it has seen them."""
    if not sessions.is_background(ui.request):
        await unread.seen(ui.ctx)
        ui.unread = 0
    return await NOTICES.page(ui, "accounts/notices.html")


@show("/notifications/unread", authenticated())
async def bell(ui: UiOf) -> Response[str]:
    """The bell of the header."""
    number = await unread.number(ui.ctx, ui.me.email if ui.me else "", is_fresh=True)
    return ui.fragment("components/bell.html", unread=number)


PAGES = [notices, bell]
