"""Bans: who is kept out, why, and letting them in again."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.errors import DomainError
from control.core.permissions import needs
from control.security import words
from control.security.bans import service
from control.security.bans.models import Ban, Lift, NewBan, Reason
from control.sites.bodies.common import Network
from control.web.bulk import Many
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("security:read"), needs("security:write")
STATES = {"true": N_("In force"), "false": N_("Over")}


def state(row: Ban) -> Badge:
    if row.in_force:
        return Badge(STATES["true"], "error")
    return Badge(N_("Lifted"), "info") if row.lifted_at is not None else Badge(STATES["false"])


async def _name(ctx: Context, ban_id: UUID) -> str:
    return str((await service.get(ctx, ban_id)).network)


LIFT_MANY = Many(
    path="/security/bans/lift", back="/security/bans", writes=_WRITE, label=N_("Lift"), icon="undo", name=_name,
    text=N_("They are let in again, on all your sites, within seconds."),
    work=lambda ctx, ban_id: service.lift(ctx, ban_id, Lift()),
)  # fmt: skip

BANS = Table(
    name="bans",
    path="/security/bans",
    service=service.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="network", label=N_("Network"), sort="network", cell="link"),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(name="reason", label=N_("Reason")),
        Column(name="detector", label=N_("Found by")),
        Column(name="until", label=N_("Until"), sort="until", cell="moment"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(
        Filter(name="in_force", label=N_("State"), kind=bool, words=STATES),
        Filter(name="address", label=N_("Covers the address")),
        Filter(name="detector", label=N_("Found by"), input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/security/bans/{id}",
    search=N_("Network or reason"),
    empty=N_("Nobody is banned."),
    live="ban",
    bulk=(LIFT_MANY.choice,),
)


class BanAsTyped(msgspec.Struct, kw_only=True):
    """A ban, with hours until its end."""

    network: Network
    reason: Reason
    hours: Annotated[int, Meta(ge=1, le=87_600)] | None = None

    def data(self) -> NewBan:
        return NewBan(network=self.network, reason=self.reason, seconds=None if self.hours is None else self.hours * 3600)


LIFT = Form(Lift, Field("reason", N_("Why it is lifted")))
EDITING = Editing(
    path="/security/bans",
    place=N_("Bans"),
    writes=_WRITE,
    form=Form(
        BanAsTyped,
        Field("network", N_("Address or network"), hint=N_("Such as 192.0.2.7 or 2001:db8::/64."), is_half=True),
        Field("hours", N_("For hours"), hint=N_("Empty is without end."), is_half=True),
        Field("reason", N_("Reason")),
    ),
    get=service.get,
    words=Words(
        add=N_("Ban somebody"),
        made=N_("They are kept out now."),
        about=N_("It holds for all your sites, and those of organizations below, within seconds."),
    ),
    create=lambda ctx, tx, typed: service.create(ctx, tx, typed.data()),
    own="/security/bans/{id}",
)


@show("/security/bans", _READ)
async def bans(ui: UiOf) -> Response[Any]:
    """The bans in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("security:write") else ""
    return await BANS.page(ui, "things/list.html", title=N_("Lists and bans"), about="", add=add, links=(), tabs=words.LIST_TABS)


@show("/security/bans/{ban_id:uuid}", _READ)
async def ban(ui: UiOf, ban_id: FromPath[UUID]) -> Response[str]:
    """One ban, with what was seen."""
    found = await service.get(ui.ctx, ban_id)
    evidence = found.evidence if isinstance(found.evidence, dict) else {}
    may_lift = found.in_force and ui.ctx.principal.may("security:write")
    return ui.page("security/ban.html", ban=found, state=state(found), evidence=evidence, form=LIFT.empty() if may_lift else None)


@act("/security/bans/{ban_id:uuid}/lift", _WRITE)
async def lift(ui: UiOf, ban_id: FromPath[UUID]) -> Response[Any]:
    """Let them in again."""
    try:
        await service.lift(ui.ctx, ban_id, await LIFT.read(ui))
    except DomainError as error:
        found = await service.get(ui.ctx, ban_id)
        form = await LIFT.again(ui, error)
        return ui.page("security/ban.html", status=error.status, ban=found, state=state(found), evidence={}, form=form)
    return ui.go(f"/security/bans/{ban_id}", ui.words(N_("The ban was lifted.")))


PAGES = [LIFT_MANY.page(), bans, ban, lift, *EDITING.pages()]
