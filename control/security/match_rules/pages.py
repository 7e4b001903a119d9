"""Simple rules: which requests, and what is done with them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from control.core.errors import FieldError, ValidationFailed
from control.core.permissions import needs
from control.core.type_errors import words_of
from control.security import hanging, words
from control.security.bodies.common import Name, Note, Position
from control.security.bodies.match import Action, HeaderMatch, Match, Quota
from control.security.match_rules import service
from control.security.match_rules.models import MatchRule, NewMatchRule
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("security:read"), needs("security:write")
ACTIONS = {
    "block": N_("Block"), "allow": N_("Let through, past all else"), "limit": N_("Limit"), "challenge": N_("Challenge"),
    "log": N_("Note only"),
}  # fmt: skip
_TONES = {"block": "error", "allow": "success", "limit": "warning"}
_LISTS = ("paths", "methods", "countries", "asns", "networks")


def conditions(row: MatchRule) -> str:
    """What a request must be like, short."""
    found = row.conditions
    parts = [", ".join(str(one) for one in getattr(found, name)) for name in _LISTS]
    return "; ".join(part for part in [*parts, ", ".join(_header(one) for one in found.headers)] if part)


def _header(one: HeaderMatch) -> str:
    match one.how:
        case "absent":
            return f"!{one.name}"
        case "is":
            return f"{one.name} = {one.value}"
    return f"{one.name}: {one.value}"


def header(line: str) -> HeaderMatch:
    """A condition as it is typed: `!Name` is absent, `Name = value` is that, `Name: value` contains it."""
    if line.startswith("!"):
        return HeaderMatch(line[1:].strip(), "absent")
    places = [place for place in (line.find("="), line.find(":")) if place >= 0]
    if not places:
        raise ValidationFailed(FieldError("/headers", N_("is neither Name: value, Name = value nor !Name")))
    cut = min(places)
    return HeaderMatch(line[:cut].strip(), "is" if line[cut] == "=" else "contains", line[cut + 1 :].strip())


RULES = Table(
    name="match_rules",
    path="/security/match-rules",
    service=words.placed(service.ROWS.page),
    sortable=service.SORTABLE,
    by="position",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link", of=lambda row: row.name),
        Column(name="action", label=N_("What is done"), cell="badge",
               of=lambda row: Badge(ACTIONS[row.action], _TONES.get(row.action, "info"))),
        Column(name="conditions", label=N_("Requests"), of=conditions),
        Column(name="place", label=N_("Site"), of=words.place),
        Column(name="state", label=N_("State"), cell="badge", of=words.is_on),
        Column(name="position", label=N_("Rank"), sort="position", of=lambda row: row.position),
        Column(name="expires_at", label=N_("Ends"), cell="moment", of=lambda row: row.expires_at, is_hidden=True),
    ),
    filters=(
        Filter(name="action", label=N_("What is done"), kind=Action, words=ACTIONS),
        Filter(name="site_id", label=N_("Site"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/security/match-rules/{id}",
    empty=N_("There are no simple rules yet."),
)  # fmt: skip


class RuleAsTyped(msgspec.Struct, kw_only=True):
    """A simple rule, its conditions as lists."""

    name: Name
    action: Action
    site_id: UUID | None = None
    paths: list[str] = []
    methods: list[str] = []
    headers: list[str] = []
    countries: list[str] = []
    asns: list[str] = []
    networks: list[str] = []
    rate: Annotated[int, Meta(ge=1, le=4_294_967_295)] | None = None
    per_s: Annotated[int, Meta(ge=1, le=86_400)] | None = None
    burst: Annotated[int, Meta(ge=1, le=4_294_967_295)] | None = None
    position: Position = 0
    is_active: bool = True
    note: Note = ""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None

    def data(self) -> NewMatchRule:
        lists: dict[str, Any] = {name: getattr(self, name) for name in _LISTS}
        lists["methods"] = [one.upper() for one in self.methods]
        lists["countries"] = [one.upper() for one in self.countries]
        found = {**lists, "headers": msgspec.to_builtins([header(line) for line in self.headers])}
        try:
            match = msgspec.convert(found, Match, strict=False)
        except msgspec.ValidationError as error:
            name = next((name for name in (*_LISTS, "headers") if f"$.{name}" in str(error)), "paths")
            raise ValidationFailed(FieldError(f"/{name}", words_of(error))) from None
        quota = Quota(self.rate, self.per_s or 60, self.burst or self.rate) if self.rate is not None else None
        return NewMatchRule(
            name=self.name, conditions=match, action=self.action, site_id=self.site_id, position=self.position, quota=quota,
            is_active=self.is_active, note=self.note, expires_at=words.until(self.days),
        )  # fmt: skip


def _values(row: MatchRule) -> dict[str, Any]:
    built = msgspec.to_builtins(row)
    match = {**built.pop("conditions"), "headers": [_header(one) for one in row.conditions.headers]}
    quota = built.pop("quota") or {}
    return {**built, **match, **quota, "days": words.days_left(row.expires_at)}


async def _create(ctx: Any, tx: Any, typed: RuleAsTyped) -> MatchRule:
    try:
        return await service.create(ctx, tx, typed.data())
    except ValidationFailed as error:
        raise _typed(error) from None


async def _replace(ctx: Any, rule_id: UUID, typed: RuleAsTyped) -> MatchRule:
    try:
        return await service.replace(ctx, rule_id, typed.data())
    except ValidationFailed as error:
        raise _typed(error) from None


def _typed(error: ValidationFailed) -> ValidationFailed:
    """What the service found, at the fields of this form."""
    found = [one.pointer.removeprefix("/conditions").replace("/quota", "/rate") or "/paths" for one in error.errors]
    return ValidationFailed([FieldError(pointer, one.message) for pointer, one in zip(found, error.errors, strict=True)])


EDITING = Editing(
    path="/security/match-rules",
    place=N_("Simple rules"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        RuleAsTyped,
        Field("name", N_("Name"), is_half=True),
        Field("action", N_("What is done"), choices=ACTIONS, is_half=True),
        Field("paths", N_("Paths"), hint=N_("One a line, such as /wp-login.php or /admin/*."), is_half=True),
        Field("networks", N_("Networks"), hint=N_("One a line, such as 192.0.2.0/24."), is_half=True),
        Field("methods", N_("Methods"), hint=N_("One a line, such as POST."), is_half=True),
        Field("countries", N_("Countries"), hint=N_("Two letters each, one a line."), is_half=True),
        Field("headers", N_("Headers"),
              hint=N_("User-Agent: curl contains it, Host = a.example is it, !Accept is without."), is_half=True),
        Field("asns", N_("Autonomous systems"), hint=N_("Their numbers, one a line."), is_half=True),
        Field("rate", N_("Limit: requests of one client"), hint=N_("For what is limited."), is_half=True),
        Field("per_s", N_("In so many seconds"), is_half=True),
        Field("burst", N_("At once"), is_half=True),
        Field("position", N_("Rank"), hint=N_("The lower is tried first."), is_half=True),
        Field("site_id", N_("Site"), kind="select", hint=N_("Empty is all sites."), is_half=True),
        Field("days", N_("Ends in days"), hint=N_("Empty is never."), is_half=True),
        Field("note", N_("Note")),
        Field("is_active", N_("In force")),
    ),
    get=service.ROWS.get,
    words=Words(
        add=N_("Add a simple rule"),
        made=N_("The rule was added."),
        changed=N_("The rule was changed."),
        gone=N_("The rule was deleted."),
        warning=N_("Requests that it stopped or let through are treated as all others, within seconds."),
        about=N_("Of each list one entry must fit, and all lists that are not empty."),
    ),
    create=_create,
    replace=_replace,
    delete=service.ROWS.delete,
    depends=hanging.sites,
    restores=True,
    values=_values,
    start={"is_active": True, "position": 0},
    choices=words.choose_site,
)  # fmt: skip


@show("/security/match-rules", _READ)
async def rules(ui: UiOf) -> Response[Any]:
    """The simple rules in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("security:write") else ""
    return await RULES.page(ui, "things/list.html", title=N_("Firewall"), about="", add=add, links=(), tabs=words.FIREWALL_TABS)


PAGES = [rules, *EDITING.pages()]
