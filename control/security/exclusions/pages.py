"""Exclusions: what the firewall leaves out, made by hand here and from events on their pages."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from control.core.permissions import needs
from control.security import hanging, words
from control.security.bodies.common import Note
from control.security.exclusions import service
from control.security.exclusions.models import Exclusion, NewExclusion, Prefix, RuleId, Tag, Target
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("security:read"), needs("security:write")


def what(row: Exclusion) -> str:
    """The rules that are left out."""
    if row.tag is not None:
        return row.tag
    return str(row.rule_from) if row.rule_to in (None, row.rule_from) else f"{row.rule_from}-{row.rule_to}"


EXCLUSIONS = Table(
    name="exclusions",
    path="/security/exclusions",
    service=words.placed(service.ROWS.page),
    sortable=service.SORTABLE,
    columns=(
        Column(name="what", label=N_("Rule or tag"), sort="rule", cell="link", of=what),
        Column(name="target", label=N_("Variable"), of=lambda row: row.target),
        Column(name="path_prefix", label=N_("Path"), of=lambda row: row.path_prefix),
        Column(name="place", label=N_("Site"), of=words.place),
        Column(name="note", label=N_("Note"), of=lambda row: row.note),
        Column(name="expires_at", label=N_("Ends"), sort="expires_at", cell="moment", of=lambda row: row.expires_at),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", of=lambda row: row.created_at),
    ),
    filters=(
        Filter(name="rule_id", label=N_("Rule"), kind=int),
        Filter(name="site_id", label=N_("Site"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/security/exclusions/{id}",
    empty=N_("Nothing is left out: every rule looks at everything."),
)


class ExclusionAsTyped(msgspec.Struct, kw_only=True):
    """An exclusion, with days until its end."""

    site_id: UUID | None = None
    rule_from: RuleId | None = None
    rule_to: RuleId | None = None
    tag: Tag | None = None
    target: Target | None = None
    path_prefix: Prefix | None = None
    note: Note = ""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None

    def data(self) -> NewExclusion:
        built = msgspec.structs.asdict(self)
        return NewExclusion(expires_at=words.until(built.pop("days")), **built)


EDITING = Editing(
    path="/security/exclusions",
    place=N_("Exclusions"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        ExclusionAsTyped,
        Field("rule_from", N_("Rule"), hint=N_("Its number, such as 942100."), is_half=True),
        Field("rule_to", N_("To rule"), hint=N_("For a range of rules."), is_half=True),
        Field("tag", N_("Or a tag"), hint=N_("Such as attack-sqli."), is_half=True),
        Field("target", N_("Variable"), hint=N_("Such as ARGS:q; empty leaves the whole rule out."), is_half=True),
        Field("path_prefix", N_("Path"), hint=N_("This path and below; empty is everywhere."), is_half=True),
        Field("site_id", N_("Site"), kind="select", hint=N_("Empty is all sites."), is_half=True),
        Field("days", N_("Ends in days"), hint=N_("Empty is never."), is_half=True),
        Field("note", N_("Note"), is_half=True),
    ),
    get=service.ROWS.get,
    words=Words(
        add=N_("Add an exclusion"),
        made=N_("The exclusion was added."),
        changed=N_("The exclusion was changed."),
        gone=N_("The exclusion was deleted."),
        warning=N_("The firewall looks again at what was left out, and may block it, within seconds."),
        about=N_("What the firewall does not look at. The narrower the better: a variable and a path."),
    ),
    create=lambda ctx, tx, typed: service.create(ctx, tx, typed.data()),
    replace=lambda ctx, row_id, typed: service.replace(ctx, row_id, typed.data()),
    delete=service.ROWS.delete,
    depends=hanging.sites,
    restores=True,
    name=what,
    values=lambda row: {**msgspec.to_builtins(row), "days": words.days_left(row.expires_at)},
    choices=words.choose_site,
)


@show("/security/exclusions", _READ)
async def exclusions(ui: UiOf) -> Response[Any]:
    """The exclusions in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("security:write") else ""
    return await EXCLUSIONS.page(
        ui, "things/list.html", title=N_("Firewall"), about="", add=add, links=(), tabs=words.FIREWALL_TABS
    )


PAGES = [exclusions, *EDITING.pages()]
