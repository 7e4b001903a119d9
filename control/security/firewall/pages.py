"""Packet filters of servers: the rules in words, and what nft gets of them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.permissions import needs
from control.security.bodies.common import Note
from control.security.bodies.firewall import Policy
from control.security.firewall import service, written
from control.security.firewall.models import Firewall, NewFirewall, Server
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("security:read"), needs("security:write")
_PATH = "/security/firewalls"
MENU = (Entry(label=N_("Packet filters"), path=_PATH, icon="server", permission="security:read", group=N_("Security")),)
POLICIES = {"accept": N_("Let through"), "drop": N_("Drop")}
_BADGES = {"accept": Badge(POLICIES["accept"], "info"), "drop": Badge(POLICIES["drop"], "success")}
FIREWALLS = Table(
    name="firewalls",
    path=_PATH,
    service=service.ROWS.page,
    sortable=service.SORTABLE,
    by="server",
    columns=(
        Column(name="server", label=N_("Server"), sort="server", cell="link"),
        Column(name="input", label=N_("What no rule decides"), cell="badge", of=lambda row: _BADGES[row.input]),
        Column(name="rules", label=N_("Rules"), cell="number", of=lambda row: len(row.rules)),
        Column(name="note", label=N_("Note")),
        Column(name="updated_at", label=N_("Changed"), sort="updated_at", cell="moment"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="server", label=N_("Server")),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link=f"{_PATH}/{{id}}",
    empty=N_("There are no packet filters yet."),
)


class FirewallAsTyped(msgspec.Struct, kw_only=True):
    """A filter, its rules and lists of networks one a line."""

    server: Server
    input: Policy = "accept"
    forward: Policy = "accept"
    output: Policy = "accept"
    sets: Annotated[list[str], Meta(max_length=50)] = []
    rules: Annotated[list[str], Meta(max_length=500)] = []
    note: Note = ""

    def data(self) -> NewFirewall:
        """As the API takes it. Raises ValidationFailed."""
        given = msgspec.structs.asdict(self)
        return NewFirewall(**{**given, "sets": written.sets(self.sets), "rules": written.rules(self.rules)})


def _values(row: Firewall) -> dict[str, Any]:
    lines = {"sets": [written.set_line(one) for one in row.sets], "rules": [written.line_of(one) for one in row.rules]}
    return {**msgspec.to_builtins(row), **lines}


async def _check(ui: Ui, typed: FirewallAsTyped) -> str:
    """Says what nft would get."""
    tried = await service.tried(typed.data())
    said = ui.words(N_("It is good.")) if tried.problems is not None else ui.words(N_("It is good, as far as can be told here."))
    return f"{said}\n{tried.text}"


EDITING = Editing(
    path=_PATH,
    place=N_("Packet filters"),
    writes=_WRITE,
    form=Form(
        FirewallAsTyped,
        Field("server", N_("Server"), hint=N_("Its host name, such as web1.example.com"), is_half=True),
        Field("input", N_("What comes in, and no rule decides"), choices=POLICIES, is_half=True),
        Field("forward", N_("What goes through, and no rule decides"), choices=POLICIES, is_half=True),
        Field("output", N_("What goes out, and no rule decides"), choices=POLICIES, is_half=True),
        Field("sets", N_("Lists of networks"), hint=N_("One a line: office = 192.0.2.0/24. Rules call it @office.")),
        Field("rules", N_("Rules"), hint=N_("One a line; the first that fits decides. Such as: accept tcp 22 from @office limit "
                                            "10/minute burst 5 log # SSH")),
        Field("note", N_("Note")),
    ),
    get=service.ROWS.get,
    words=Words(
        add=N_("Add a packet filter"),
        made=N_("The filter was added. Run hcc firewall apply on the server to put it in force."),
        changed=N_("The filter was changed. Run hcc firewall apply on the server to put it in force."),
        gone=N_("The filter was deleted."),
        warning=N_("What is in force on the server stays until it is changed there."),
        about=N_("Established connections, loopback and the ICMP that IP needs are always let through."),
        delete=N_("Delete the filter"),
    ),
    create=lambda ctx, tx, typed: service.create(ctx, tx, typed.data()),
    replace=lambda ctx, row_id, typed: service.replace(ctx, row_id, typed.data()),
    delete=service.ROWS.delete,
    name=lambda row: str(row.server),
    values=_values,
    start={"input": "drop", "forward": "drop", "output": "accept"},
    check=_check,
    own=f"{_PATH}/{{id}}",
)  # fmt: skip


@show(_PATH, _READ)
async def firewalls(ui: UiOf) -> Response[Any]:
    """The packet filters in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("security:write") else ""
    about = N_("What servers let through, before anything of ours sees it.")
    return await FIREWALLS.page(ui, "things/list.html", title=N_("Packet filters"), about=about, add=add, links=(), tabs=())


@show(f"{_PATH}/{{row_id:uuid}}", _READ)
async def firewall(ui: UiOf, row_id: FromPath[UUID]) -> Response[str]:
    """One filter, and what nft gets."""
    row = await service.ROWS.get(ui.ctx, row_id)
    may_write = ui.ctx.principal.may("security:write")
    return ui.page(
        "security/firewall.html", title=row.server, place=N_("Packet filters"), path=_PATH, row=row,
        form=EDITING.form.empty(_values(row)), delete=EDITING.words.delete, may_edit=may_write, may_delete=may_write,
        rendered=await service.rendered(ui.ctx, row_id),
    )  # fmt: skip


PAGES = [firewalls, firewall, *EDITING.pages()]
