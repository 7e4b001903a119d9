"""Everything about one organisation: who it is, what it may use, its people, sites, invoices and what was done there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.accounts.api_keys.pages import API_KEYS
from control.accounts.organizations import service, words
from control.accounts.organizations.models import Organization
from control.accounts.organizations.pages import ORGANIZATIONS
from control.accounts.users import service as users
from control.accounts.users.pages import USERS
from control.billing.invoices.pages import INVOICES
from control.core.errors import DomainError
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring.limits import service as limits
from control.monitoring.limits.models import MetricLimits, MetricLimitsPut
from control.security.audit_log.pages import AUDIT_LOG
from control.sites.sites import service as sites
from control.sites.sites.pages import SITES as ALL_SITES
from control.web.asking import Asking
from control.web.depends import Hangs, hanging
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ = needs("organizations:read")
_MOST = 500
"""Organisations that a tree shows."""
_TABS = (
    ("", N_("Overview"), "organizations:read"),
    ("/people", N_("People"), "users:read"),
    ("/below", N_("Organizations below"), "organizations:tree"),
    ("/sites", N_("Sites"), "gateway:read"),
    ("/invoices", N_("Invoices"), "billing:read"),
    ("/activity", N_("Activity"), "audit:read"),
)
SITES = Table(
    name="organization-sites",
    path="/organizations",
    service=sites.page,
    sortable=sites.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), sort="name"),
        Column(name="hosts", label=N_("Names"), of=lambda row: ", ".join(row.hosts)),
        Column(
            name="state", label=N_("State"), cell="badge",
            of=lambda row: Badge(N_("Active"), "success") if row.is_active else Badge(N_("Off"), "warning"),
        ),
        Column(name="updated_at", label=N_("Changed"), sort="updated_at", cell="moment"),
    ),
    filters=(
        Filter(name="is_active", label=N_("State"), kind=bool, words={"true": N_("Active"), "false": N_("Off")}),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
        Filter(name="host", label=N_("Name"), input="hidden"),
    ),
    search=N_("Name"),
    empty=N_("There are no sites yet."),
)  # fmt: skip


class Figure(msgspec.Struct, frozen=True):
    """How many of something there are, and where they are listed."""

    label: str
    value: int
    href: str


def _has(found: Organization, below: str) -> bool:
    """Nothing stands below a customer."""
    return below != "/below" or found.kind != "customer"


def _around(ui: Ui, found: Organization, current: str) -> dict[str, Any]:
    """What each of the pages of one organisation shows."""
    principal = ui.ctx.principal
    path = f"/organizations/{found.id}"
    is_own = found.id in (principal.organization_id, principal.home_organization_id)
    return {
        "organization": found,
        "kind": words.kind(found),
        "state": words.state(found),
        "tabs": [
            (path + below, label, below == current)
            for below, label, permission in _TABS
            if principal.may(permission) and _has(found, below)
        ],
        "may_write": principal.may("organizations:write"),
        "may_create": principal.may("organizations:create"),
        "may_invite": principal.may("users:write"),
        "may_enter": principal.may("organizations:enter") and not is_own,
        "is_own": is_own,
    }


@show("/organizations/{organization_id:uuid}", _READ)
async def overview(ui: UiOf, organization_id: FromPath[UUID]) -> Response[str]:
    """Who it is, how much there is, and what it may use."""
    found = await service.get(ui.ctx, organization_id)
    above = await service.names(ui.ctx, [found.parent_id])
    allowed: MetricLimits | None = await limits.get(ui.ctx, organization_id) if ui.ctx.principal.may("metrics:read") else None
    return ui.page(
        "accounts/organization.html",
        **_around(ui, found, ""),
        above=above.get(found.parent_id) if found.parent_id else None,
        figures=await _figures(ui, found),
        limits=allowed,
        may_limit=ui.ctx.principal.may("metric-limits:write"),
    )


async def _figures(ui: Ui, about: Organization) -> list[Figure]:
    organization_id = about.id
    first = PageRequest(1, 1, "created_at DESC, id DESC")
    path = f"/organizations/{organization_id}"
    wanted: list[tuple[str, str, str, Callable[..., Any], Mapping[str, Any]]] = [
        ("users:read", N_("People"), "/people", users.page,
         {"organization_id": organization_id, "is_active": None, "role": None}),
        ("organizations:tree", N_("Organizations below"), "/below", service.page,
         {"parent_id": organization_id, "kind": None, "is_active": None}),
        ("gateway:read", N_("Sites"), "/sites", sites.page,
         {"organization_id": organization_id, "host": None, "is_active": None}),
        ("billing:read", N_("Invoices"), "/invoices", INVOICES.service, {"customer_org_id": organization_id}),
    ]  # fmt: skip
    found = []
    for permission, label, below, page, filters in wanted:
        if ui.ctx.principal.may(permission) and _has(about, below):
            order = "i.created_at DESC, i.id DESC" if below == "/invoices" else first.order_by
            _, total = await page(ui.ctx, msgspec.structs.replace(first, order_by=order), dict(filters))
            found.append(Figure(label, total, path + below))
    return found


async def _listed(ui: Ui, organization_id: UUID, below: str, table: Table, fixed: Mapping[str, Any]) -> Response[Any]:
    """One kind of thing of the organisation."""
    found = await service.get(ui.ctx, organization_id)
    shown = await table.view(ui, fixed, f"/organizations/{organization_id}{below}")
    if alone := shown.alone(ui):
        return alone
    return ui.page("accounts/organization_part.html", **_around(ui, found, below), table=shown)


@show("/organizations/{organization_id:uuid}/people", needs("users:read"))
async def people(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """Who belongs to it."""
    return await _listed(ui, organization_id, "/people", USERS, {"organization_id": organization_id})


@show("/organizations/{organization_id:uuid}/below", needs("organizations:tree"))
async def below(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """Those directly below it."""
    return await _listed(ui, organization_id, "/below", ORGANIZATIONS, {"parent_id": organization_id})


@show("/organizations/{organization_id:uuid}/sites", needs("gateway:read"))
async def its_sites(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """Its sites."""
    return await _listed(ui, organization_id, "/sites", SITES, {"organization_id": organization_id})


@show("/organizations/{organization_id:uuid}/invoices", needs("billing:read"))
async def its_invoices(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """What it was invoiced."""
    return await _listed(ui, organization_id, "/invoices", INVOICES, {"customer_org_id": organization_id})


@show("/organizations/{organization_id:uuid}/activity", needs("audit:read"))
async def activity(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """What was done there, and by whom."""
    return await _listed(ui, organization_id, "/activity", AUDIT_LOG, {"organization_id": organization_id})


LIMITS = Form(
    MetricLimitsPut,
    Field("values_per_s", N_("Values a second"), hint=N_("On average over ten seconds; 0 is without limit."), is_half=True),
    Field("active_series", N_("Active series"), hint=N_("0 is without limit."), is_half=True),
)


@show("/organizations/{organization_id:uuid}/limits", needs("metric-limits:write"))
async def ask_limits(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """What it may push."""
    found = await service.get(ui.ctx, organization_id)
    form = LIMITS.empty(await limits.get(ui.ctx, organization_id))
    return ui.page("accounts/organization_limits.html", organization=found, form=form)


@act("/organizations/{organization_id:uuid}/limits", needs("metric-limits:write"))
async def set_limits(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """Change it; ingesters know within two seconds."""
    found = await service.get(ui.ctx, organization_id)
    try:
        await limits.put(ui.ctx, organization_id, await LIMITS.read(ui))
    except DomainError as error:
        again = await LIMITS.again(ui, error, await limits.get(ui.ctx, organization_id))
        return ui.page("accounts/organization_limits.html", status=error.status, organization=found, form=again)
    return ui.go(f"/organizations/{organization_id}", ui.words(N_("The limits were changed.")))


class Branch(msgspec.Struct):
    """An organisation of the tree, with those below it."""

    organization: Organization
    below: list[Branch] = []

    @property
    def kind(self) -> Badge:
        return words.kind(self.organization)


@show("/organizations/tree", needs("organizations:tree"))
async def tree(ui: UiOf) -> Response[Any]:
    """All in reach, each below the one that it belongs to."""
    rows, total = await service.page(
        ui.ctx, PageRequest(1, _MOST, "name ASC, id ASC"), {"kind": None, "parent_id": None, "is_active": None}
    )
    branches = {row.id: Branch(row) for row in rows}
    roots: list[Branch] = []
    for row in rows:
        above = branches.get(row.parent_id) if row.parent_id else None
        (roots if above is None else above.below).append(branches[row.id])
    return ui.page("accounts/organization_tree.html", roots=roots, left_out=total - len(rows))


async def _get(ui: Ui, organization_id: UUID) -> Organization:
    return await service.get(ui.ctx, organization_id)


DELETE = Asking(
    path="/organizations/{row_id:uuid}/delete", writes=needs("organizations:create"), get=_get,
    back="/organizations/{row.id}", after="/organizations", label=N_("Delete the organization"),
    text=N_(
        "Its people can no longer log in there, and its API keys are refused. Invoices and the audit log are kept. "
        "There is no way back."
    ),
    work=lambda ui, row, _: service.delete(ui.ctx, row.id), said=N_("The organization was deleted."), dangerous=True,
    typed=lambda row: row.slug,
    depends=hanging(
        Hangs(table=ORGANIZATIONS, label=N_("Organizations below"), permission="organizations:tree", by="parent_id", keeps=True),
        Hangs(table=USERS, label=N_("People"), permission="users:read", by="organization_id"),
        Hangs(table=API_KEYS, label=N_("API keys"), permission="api-keys:read", by="organization_id"),
        Hangs(table=ALL_SITES, label=N_("Sites"), permission="gateway:read", by="organization_id"),
    ),
)  # fmt: skip
PAGES = [overview, people, below, its_sites, its_invoices, activity, ask_limits, set_limits, tree, *DELETE.pages()]
