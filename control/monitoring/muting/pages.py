"""Silences: alerts that nobody is told of until an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from control.core.context import Context
from control.core.permissions import needs
from control.monitoring import words, written
from control.monitoring.muting import service
from control.monitoring.muting.models import NewSilence, Silence
from control.web.bulk import Many
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")


def state(row: Silence) -> Badge:
    at = datetime.now(UTC)
    if row.ends_at <= at:
        return Badge(N_("Over"))
    return Badge(N_("In force"), "warning") if row.starts_at <= at else Badge(N_("Planned"), "info")


def named(row: Silence) -> str:
    return ", ".join(written.lines_of(row.matchers))


async def _called(ctx: Context, silence_id: UUID) -> str:
    return named(await service.SILENCES.get(ctx, silence_id))


END = Many(
    path="/monitoring/silences/end", back="/monitoring/silences", writes=_WRITE, label=N_("End"), icon="close", look="danger",
    text=N_("People are told of these alerts again, also of those that fire now."), work=service.SILENCES.delete,
    name=_called,
)  # fmt: skip
SILENCES = Table(
    name="silences",
    path="/monitoring/silences",
    service=service.SILENCES.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="matchers", label=N_("Alerts"), cell="link", of=named),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(name="reason", label=N_("Reason")),
        Column(name="ends_at", label=N_("Until"), cell="moment"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/monitoring/silences/{id}",
    empty=N_("Nothing is silenced."),
    bulk=(END.choice,),
)


class SilenceAsTyped(msgspec.Struct, kw_only=True):
    """A silence, with hours until its end."""

    matchers: Annotated[list[str], Meta(min_length=1, max_length=20)]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    hours: Annotated[int, Meta(ge=1, le=8760)]

    def data(self) -> NewSilence:
        ends = datetime.now(UTC) + timedelta(hours=self.hours)
        return NewSilence(matchers=written.matchers(self.matchers), reason=self.reason, ends_at=ends)


def _values(row: Silence) -> dict[str, Any]:
    hours = max(1, ceil((row.ends_at - datetime.now(UTC)).total_seconds() / 3600))
    return {"matchers": written.lines_of(row.matchers), "reason": row.reason, "hours": hours}


EDITING = Editing(
    path="/monitoring/silences",
    place=N_("Silences"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        SilenceAsTyped,
        Field("matchers", N_("Alerts with the labels"),
              hint=N_("One condition a line, such as host = web1 or alertname =~ Disk.*")),
        Field("hours", N_("For hours from now"), is_half=True),
        Field("reason", N_("Reason")),
    ),
    get=service.SILENCES.get,
    words=Words(
        add=N_("Add a silence"),
        made=N_("The silence was added."),
        changed=N_("The silence was changed."),
        gone=N_("The silence is over."),
        warning=N_("People are told of these alerts again, also of those that fire now."),
        delete=N_("End the silence"),
    ),
    create=lambda ctx, tx, typed: service.create_silence(ctx, tx, typed.data()),
    replace=lambda ctx, row_id, typed: service.replace_silence(ctx, row_id, typed.data()),
    delete=service.SILENCES.delete,
    restores=True,
    name=named,
    values=_values,
    start={"hours": 2},
)  # fmt: skip


@show("/monitoring/silences", _READ)
async def silences(ui: UiOf) -> Response[Any]:
    """The silences in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("monitoring:write") else ""
    return await SILENCES.page(ui, "things/list.html", title=N_("Alerts"), about="", add=add, links=(), tabs=words.ALERT_TABS)


PAGES = [END.page(), silences, *EDITING.pages()]
