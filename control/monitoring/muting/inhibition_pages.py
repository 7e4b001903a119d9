"""Inhibitions: alerts that others make superfluous."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from control.core.permissions import needs
from control.monitoring import words, written
from control.monitoring.labels import LabelName
from control.monitoring.muting import service
from control.monitoring.muting.models import Inhibition, Name, NewInhibition
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")
_ON = Badge(N_("In force"), "success")
INHIBITIONS = Table(
    name="inhibitions",
    path="/monitoring/inhibitions",
    service=service.INHIBITIONS.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), cell="link"),
        Column(name="state", label=N_("State"), cell="badge", of=lambda row: _ON if row.is_active else words.OFF),
        Column(name="source", label=N_("While this fires"), of=lambda row: ", ".join(written.lines_of(row.source))),
        Column(name="target", label=N_("This is not told"), of=lambda row: ", ".join(written.lines_of(row.target))),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/monitoring/inhibitions/{id}",
    empty=N_("No alert keeps another from being told."),
)


class InhibitionAsTyped(msgspec.Struct, kw_only=True):
    """An inhibition, its conditions one a line."""

    name: Name
    source: Annotated[list[str], Meta(min_length=1, max_length=20)]
    target: Annotated[list[str], Meta(min_length=1, max_length=20)]
    equal: Annotated[list[LabelName], Meta(max_length=20)] = []
    is_active: bool = False

    def data(self) -> NewInhibition:
        """As the API takes it. Raises ValidationFailed."""
        return NewInhibition(
            name=self.name, source=written.matchers(self.source, "/source"), target=written.matchers(self.target, "/target"),
            equal=self.equal, is_active=self.is_active,
        )  # fmt: skip


def _values(row: Inhibition) -> dict[str, Any]:
    return {
        "name": row.name, "source": written.lines_of(row.source), "target": written.lines_of(row.target), "equal": row.equal,
        "is_active": row.is_active,
    }  # fmt: skip


EDITING = Editing(
    path="/monitoring/inhibitions",
    place=N_("Inhibitions"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        InhibitionAsTyped,
        Field("name", N_("Name")),
        Field("source", N_("While an alert with these labels fires"),
              hint=N_("One condition a line, such as alertname = HostDown")),
        Field("target", N_("Nobody is told of alerts with these"), hint=N_("One condition a line, such as severity = warning")),
        Field("equal", N_("If these labels are the same in both"), hint=N_("One name a line, such as host")),
        Field("is_active", N_("Active")),
    ),
    get=service.INHIBITIONS.get,
    words=Words(
        add=N_("Add an inhibition"),
        made=N_("The inhibition was added."),
        changed=N_("The inhibition was changed."),
        gone=N_("The inhibition was deleted."),
        warning=N_("People are told of these alerts again, also of those that fire now."),
        about=N_("Such as: while a host is down, nobody is told of its services one by one."),
    ),
    create=lambda ctx, tx, typed: service.create_inhibition(ctx, tx, typed.data()),
    replace=lambda ctx, row_id, typed: service.replace_inhibition(ctx, row_id, typed.data()),
    delete=service.INHIBITIONS.delete,
    values=_values,
    start={"is_active": True},
)  # fmt: skip


@show("/monitoring/inhibitions", _READ)
async def inhibitions(ui: UiOf) -> Response[Any]:
    """The inhibitions in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("monitoring:write") else ""
    return await INHIBITIONS.page(ui, "things/list.html", title=N_("Alerts"), about="", add=add, links=(), tabs=words.ALERT_TABS)


PAGES = [inhibitions, *EDITING.pages()]
