"""Organisations: the list, adding, changing and closing one. Everything about one is in about_pages.py."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.accounts.organizations import service, words
from control.accounts.organizations.models import Kind, NewOrganization, Organization, OrganizationPut
from control.core.context import Context
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE, _CREATE = needs("organizations:read"), needs("organizations:write"), needs("organizations:create")
ACCOUNTS = N_("Accounts")
MENU = (
    Entry(
        label=N_("Organizations"), path="/organizations", icon="building", permission="organizations:tree", group=ACCOUNTS,
        for_types=frozenset({"admin", "reseller"}),
    ),
    Entry(
        label=N_("Organization"), path="/organizations", icon="building", permission="organizations:read", group=ACCOUNTS,
        for_types=frozenset({"customer"}),
    ),
)  # fmt: skip
SAID_BELOW = (N_("is not an organization in your reach"), N_("cannot be placed under that parent"))


class Placed(Organization, kw_only=True):
    """An organisation, and what the one above it is called."""

    above: str


async def placed(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Placed], int]:
    """The organisations in reach with the names of those above them."""
    rows, total = await service.page(ctx, wanted, filters)
    names = await service.names(ctx, (row.parent_id for row in rows))
    return [
        Placed(above=names.get(row.parent_id, "") if row.parent_id else "", **msgspec.structs.asdict(row)) for row in rows
    ], total


ORGANIZATIONS = Table(
    name="organizations",
    path="/organizations",
    service=placed,
    sortable=service.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="kind", label=N_("Kind"), sort="kind", cell="badge", of=words.kind),
        Column(name="above", label=N_("Below"), of=lambda row: row.above or None),
        Column(name="plan", label=N_("Plan"), sort="plan"),
        Column(name="state", label=N_("State"), cell="badge", of=words.state),
        Column(name="slug", label=N_("Short name"), sort="slug", cell="code", is_hidden=True),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(
        Filter(name="kind", label=N_("Kind"), kind=Kind, words=words.KINDS),
        Filter(name="is_active", label=N_("State"), kind=bool, words=words.STATES),
        Filter(name="parent_id", label=N_("Below"), kind=UUID, input="hidden"),
    ),
    link="/organizations/{id}",
    search=N_("Name or short name"),
    empty=N_("There are no organizations yet."),
)
_BELOW = {kind: words.KINDS[kind] for kind in ("reseller", "customer")}
_SLUG = N_("Lower case letters, digits and dashes; it stays when the name changes.")


def _new(ui: Ui) -> Form[NewOrganization]:
    """Resellers stand below the operator alone, so others are not asked."""
    named = Field("name", N_("Name"))
    short = Field("slug", N_("Short name"), hint=_SLUG, is_half=True)
    plan = Field("plan", N_("Plan"), is_half=True)
    if ui.ctx.principal.user_type == "admin":
        return Form(NewOrganization, named, short, plan, Field("kind", N_("Kind"), choices=_BELOW))
    return Form(NewOrganization, named, short, plan)


CHANGE = Form(
    OrganizationPut,
    Field("name", N_("Name")),
    Field("slug", N_("Short name"), hint=_SLUG, is_half=True),
    Field("plan", N_("Plan"), is_half=True),
    Field("is_active", N_("Active"), hint=N_("Nobody logs in to an organization that is not active, nor to those below it.")),
)


def _parent(ui: Ui, text: str | None) -> UUID:
    try:
        return UUID(text) if text else ui.ctx.principal.organization_id
    except ValueError:
        raise ValidationFailed(FieldError("parent_id", "is not an organization in your reach")) from None


@show("/organizations", _READ)
async def organizations(ui: UiOf) -> Response[Any]:
    """Those in reach; who has one alone sees that one."""
    principal = ui.ctx.principal
    if not principal.may("organizations:tree"):
        return ui.go(f"/organizations/{principal.organization_id}")
    return await ORGANIZATIONS.page(ui, "accounts/organizations.html", may_create=principal.may("organizations:create"))


async def _asked(ui: Ui, form: Any, parent_id: UUID, status: int = 200) -> Response[str]:
    above = await service.get(ui.ctx, parent_id)
    return ui.page("accounts/organization_form.html", status=status, organization=None, above=above, form=form)


@show("/organizations/new", _CREATE)
async def ask_new(ui: UiOf) -> Response[str]:
    """One to be."""
    parent_id = _parent(ui, ui.request.query_params.get("below"))
    return await _asked(ui, _new(ui).empty({"kind": "customer", "plan": "standard"}), parent_id)


@act("/organizations", _CREATE)
async def create(ui: UiOf) -> Response[Any]:
    """Add one below."""
    parent_id = _parent(ui, (await ui.texts()).get("below"))
    form = _new(ui)
    try:
        data = await form.read(ui, parent_id=str(parent_id))
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return await _asked(ui, await form.again(ui, error), parent_id, error.status)
    return ui.go(f"/organizations/{made['id']}", ui.words(N_("The organization was added.")))


@show("/organizations/{organization_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, organization_id: FromPath[UUID]) -> Response[str]:
    """One to be changed."""
    found = await service.get(ui.ctx, organization_id)
    return ui.page("accounts/organization_form.html", organization=found, above=None, form=CHANGE.empty(found))


@act("/organizations/{organization_id:uuid}/edit", _WRITE)
async def edit(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """Change it."""
    found = await service.get(ui.ctx, organization_id)
    try:
        data = await CHANGE.read(ui)
        await service.update(ui.ctx, organization_id, msgspec.structs.asdict(data))
    except DomainError as error:
        again = await CHANGE.again(ui, error, found)
        return ui.page("accounts/organization_form.html", status=error.status, organization=found, above=None, form=again)
    return ui.go(f"/organizations/{organization_id}", ui.words(N_("The organization was changed.")))


PAGES = [organizations, ask_new, create, ask_edit, edit]
