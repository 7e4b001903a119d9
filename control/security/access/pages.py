"""The lists of who may come and who may not."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from control.core.permissions import needs
from control.security import hanging, words
from control.security.access import service
from control.security.access.models import AccessEntry, NewAccessEntry
from control.security.bodies.common import Asn, Country, Note
from control.sites.bodies.common import Network
from control.web.bulk import Many
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("security:read"), needs("security:write")
MENU = (
    Entry(label=N_("Lists and bans"), path="/security/access", icon="people", permission="security:read", group=N_("Security")),
)
ACTIONS = {"allow": N_("Allow"), "deny": N_("Deny")}
_BADGES = {"allow": Badge(ACTIONS["allow"], "success"), "deny": Badge(ACTIONS["deny"], "error")}


def who(row: AccessEntry) -> str:
    """Whom an entry is about."""
    return row.network or row.country or f"AS{row.asn}"


DELETE = Many(
    path="/security/access/delete", back="/security/access", writes=_WRITE, label=N_("Delete"), icon="close", look="danger",
    text=N_("What these entries let in or keep out is decided by the rest from now on."), work=service.ROWS.delete,
)  # fmt: skip

ENTRIES = Table(
    name="access",
    path="/security/access",
    service=words.placed(service.ROWS.page),
    sortable=service.SORTABLE,
    columns=(
        Column(name="who", label=N_("Who"), sort="network", cell="link", of=who),
        Column(name="action", label=N_("What is done"), cell="badge", of=lambda row: _BADGES[row.action]),
        Column(name="place", label=N_("Site"), of=words.place),
        Column(name="note", label=N_("Note"), of=lambda row: row.note),
        Column(name="expires_at", label=N_("Ends"), sort="expires_at", cell="moment", of=lambda row: row.expires_at),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", of=lambda row: row.created_at),
    ),
    filters=(
        Filter(name="action", label=N_("What is done"), kind=Literal["allow", "deny"], words=ACTIONS),
        Filter(name="site_id", label=N_("Site"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/security/access/{id}",
    search=N_("Network, country or note"),
    empty=N_("The lists are empty: everybody may come."),
    bulk=(DELETE.choice,),
)


class EntryAsTyped(msgspec.Struct, kw_only=True):
    """An entry, with days until its end."""

    action: Literal["allow", "deny"]
    site_id: UUID | None = None
    network: Network | None = None
    asn: Asn | None = None
    country: Country | None = None
    note: Note = ""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None

    def data(self) -> NewAccessEntry:
        built = msgspec.structs.asdict(self)
        return NewAccessEntry(expires_at=words.until(built.pop("days")), **built)


EDITING = Editing(
    path="/security/access",
    place=N_("Lists"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        EntryAsTyped,
        Field("action", N_("What is done"), choices=ACTIONS, is_half=True),
        Field("network", N_("Network"), hint=N_("Such as 192.0.2.0/24."), is_half=True),
        Field("country", N_("Or a country"), hint=N_("Two letters, such as DE."), is_half=True),
        Field("asn", N_("Or an autonomous system"), hint=N_("Its number."), is_half=True),
        Field("site_id", N_("Site"), kind="select", hint=N_("Empty is all sites."), is_half=True),
        Field("days", N_("Ends in days"), hint=N_("Empty is never."), is_half=True),
        Field("note", N_("Note")),
    ),
    get=service.ROWS.get,
    words=Words(
        add=N_("Add an entry"),
        made=N_("The entry was added."),
        changed=N_("The entry was changed."),
        gone=N_("The entry was deleted."),
        warning=N_("Whoever it kept out may come again, and whoever it let in is looked at as all others, within seconds."),
        about=N_("The narrowest network decides, then the autonomous system, then the country."),
    ),
    create=lambda ctx, tx, typed: service.create(ctx, tx, typed.data()),
    replace=lambda ctx, row_id, typed: service.replace(ctx, row_id, typed.data()),
    delete=service.ROWS.delete,
    depends=hanging.sites,
    restores=True,
    name=who,
    values=lambda row: {**msgspec.to_builtins(row), "days": words.days_left(row.expires_at)},
    choices=words.choose_site,
)


@show("/security/access", _READ)
async def access(ui: UiOf) -> Response[Any]:
    """The entries in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("security:write") else ""
    return await ENTRIES.page(
        ui, "things/list.html", title=N_("Lists and bans"), about="", add=add, links=(), tabs=words.LIST_TABS
    )


PAGES = [DELETE.page(), access, *EDITING.pages()]
