"""Own rules in SecLang, which the engine reads before they are stored, or just looks at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from control.core.errors import FieldError, ValidationFailed
from control.core.permissions import needs
from control.security import hanging, words
from control.security.checks import seclang
from control.security.waf_rules import service
from control.security.waf_rules.models import NewWafRules
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("security:read"), needs("security:write")
RULES = Table(
    name="waf_rules",
    path="/security/waf-rules",
    service=words.placed(service.ROWS.page),
    sortable=service.SORTABLE,
    by="position",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link", of=lambda row: row.name),
        Column(name="lines", label=N_("Lines"), cell="number", of=lambda row: len(row.text.splitlines())),
        Column(name="place", label=N_("Site"), of=words.place),
        Column(name="state", label=N_("State"), cell="badge", of=words.is_on),
        Column(name="position", label=N_("Rank"), sort="position", of=lambda row: row.position),
        Column(name="updated_at", label=N_("Changed"), sort="updated_at", cell="moment", of=lambda row: row.updated_at),
    ),
    filters=(
        Filter(name="site_id", label=N_("Site"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/security/waf-rules/{id}",
    empty=N_("There are no rules of your own yet."),
)


async def _check(ui: Ui, typed: NewWafRules) -> str:
    if wrong := seclang.problems(typed.text):
        raise ValidationFailed([FieldError("/text", problem) for problem in wrong[:20]])
    return ui.words(N_("The engine takes these rules. They are not saved yet."))


EDITING = Editing(
    path="/security/waf-rules",
    place=N_("Own rules (SecLang)"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        NewWafRules,
        Field("name", N_("Name"), is_half=True),
        Field("site_id", N_("Site"), kind="select", hint=N_("Empty is all sites."), is_half=True),
        Field(
            "text", N_("Rules"), kind="textarea", hint=N_("SecRule, SecAction and SecMarker; each rule needs an id of its own.")
        ),
        Field("position", N_("Rank"), hint=N_("The lower is read first."), is_half=True),
        Field("is_active", N_("In force")),
    ),
    get=service.ROWS.get,
    words=Words(
        add=N_("Add own rules"),
        made=N_("The rules were added."),
        changed=N_("The rules were changed."),
        gone=N_("The rules were deleted."),
        warning=N_("What they stopped is stopped no more, within seconds."),
        about=N_("They run before those of the rule set. The engine reads them before they are stored."),
    ),
    create=service.create,
    replace=service.replace,
    delete=service.ROWS.delete,
    depends=hanging.sites,
    start={"is_active": True, "position": 0},
    choices=words.choose_site,
    check=_check,
)


@show("/security/waf-rules", _READ)
async def rules(ui: UiOf) -> Response[Any]:
    """The texts of rules in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("security:write") else ""
    return await RULES.page(ui, "things/list.html", title=N_("Firewall"), about="", add=add, links=(), tabs=words.FIREWALL_TABS)


PAGES = [rules, *EDITING.pages()]
