"""How the firewall works: its mode, and how strict it is, for all sites and for single ones."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Response

from control.core.permissions import needs
from control.security import hanging, words
from control.security.bodies.policy import Mode, Paranoia, RuleSet, Threshold
from control.security.policies import service
from control.security.policies.models import NewSecurityPolicy, SecurityPolicy
from control.sites.words import MODE_BADGES, MODES
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf
from control.web.view import tongue

_READ, _WRITE = needs("security:read"), needs("security:write")
MENU = (Entry(label=N_("Firewall"), path="/security/policies", icon="wall", permission="security:read", group=N_("Security")),)
_INHERITED = Badge(N_("As above"))
YES_NO = {"yes": N_("Yes"), "no": N_("No")}


def _mode(row: SecurityPolicy) -> Badge:
    return MODE_BADGES[row.mode] if row.mode else _INHERITED


def _place(row: Any) -> str:
    return " · ".join((words.place(row), tongue().gettext(N_("a route")))) if row.route_id else words.place(row)


POLICIES = Table(
    name="policies",
    path="/security/policies",
    service=words.placed(service.ROWS.page),
    sortable=service.SORTABLE,
    columns=(
        Column(name="place", label=N_("Site"), cell="link", of=_place),
        Column(name="mode", label=N_("Mode"), cell="badge", of=_mode),
        Column(name="paranoia", label=N_("Paranoia"), of=lambda row: row.paranoia),
        Column(name="inbound_threshold", label=N_("Blocks from a score of"), of=lambda row: row.inbound_threshold),
        Column(name="rule_set", label=N_("Rules"), of=lambda row: row.rule_set),
        Column(name="updated_at", label=N_("Changed"), sort="updated_at", cell="moment", of=lambda row: row.updated_at),
    ),
    filters=(
        Filter(name="site_id", label=N_("Site"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/security/policies/{id}",
    empty=N_("No mode is set here: what the organization above says holds, or the firewall is off."),
)


class PolicyAsTyped(msgspec.Struct, kw_only=True):
    """A policy; what is empty is inherited."""

    site_id: UUID | None = None
    route_id: UUID | None = None
    mode: Mode | None = None
    paranoia: Paranoia | None = None
    inbound_threshold: Threshold | None = None
    outbound_threshold: Threshold | None = None
    rule_set: RuleSet | None = None
    response_bodies: Literal["yes", "no"] | None = None

    def data(self) -> NewSecurityPolicy:
        built = msgspec.structs.asdict(self)
        bodies = built.pop("response_bodies")
        return NewSecurityPolicy(response_bodies=None if bodies is None else bodies == "yes", **built)


def _values(row: SecurityPolicy) -> dict[str, Any]:
    bodies = None if row.response_bodies is None else ("yes" if row.response_bodies else "no")
    return {**msgspec.to_builtins(row), "response_bodies": bodies}


EDITING = Editing(
    path="/security/policies",
    place=N_("Modes"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        PolicyAsTyped,
        Field("site_id", N_("Site"), kind="select", hint=N_("Empty is all sites."), is_half=True),
        Field("mode", N_("Mode"), choices=MODES, hint=N_("Empty is as above."), is_half=True),
        Field("paranoia", N_("Paranoia"), hint=N_("1 to 4: more finds more, and more that is harmless."), is_half=True),
        Field("rule_set", N_("Rules"), hint=N_("Version of the OWASP CRS, such as 3.3.4."), is_half=True),
        Field("inbound_threshold", N_("Blocks a request from a score of"), is_half=True),
        Field("outbound_threshold", N_("Blocks an answer from a score of"), is_half=True),
        Field("response_bodies", N_("Look at what is answered"), choices=YES_NO, is_half=True),
        Field("route_id", "", kind="hidden"),
    ),
    get=service.ROWS.get,
    words=Words(
        add=N_("Set a mode"),
        made=N_("The mode was set."),
        changed=N_("The mode was changed."),
        gone=N_("The mode was deleted."),
        warning=N_("What the place above says holds here again, within seconds."),
        about=N_("A site inherits from its organization, that from the one above it. Empty fields are inherited."),
    ),
    create=lambda ctx, tx, typed: service.create(ctx, tx, typed.data()),
    replace=lambda ctx, row_id, typed: service.replace(ctx, row_id, typed.data()),
    delete=service.ROWS.delete,
    depends=hanging.sites,
    name=lambda row: str(row.mode or row.id),
    values=_values,
    choices=words.choose_site,
)


@show("/security/policies", _READ)
async def policies(ui: UiOf) -> Response[Any]:
    """The modes in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("security:write") else ""
    return await POLICIES.page(
        ui, "things/list.html", title=N_("Firewall"), about="", add=add, links=(), tabs=words.FIREWALL_TABS
    )


PAGES = [policies, *EDITING.pages()]
