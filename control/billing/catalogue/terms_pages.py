"""Terms for resellers: what they owe for what they sell on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.accounts.organizations import service as organizations
from control.billing.catalogue import products, reselling
from control.billing.catalogue.models import NewResellerTerms, ResellerTerms
from control.billing.parts import NONE
from control.billing.reselling.pages import KINDS
from control.core.context import Context
from control.core.errors import NotFound
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.editing import Editing, Words, with_choices
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Column, Filter, Table
from control.web.ui import UiOf
from control.web.view import tongue

_READ, _WRITE = needs("catalogue:read"), needs("catalogue:write")
PATH = "/reselling/terms"
_MOST = 500
"""Names to choose from."""


class Listed(ResellerTerms, kw_only=True):
    """Terms, what the reseller is called, and the plan."""

    reseller: str
    plan: str


async def _plans(ctx: Context) -> dict[str, str]:
    wanted = PageRequest(1, _MOST, "name ASC, id ASC")
    rows, _ = await products.PLANS.page(
        ctx, wanted, {"is_active": None, "is_addon": None, "product_id": None, "organization_id": None}
    )
    return {str(one.id): one.name for one in rows}


async def _named(ctx: Context, rows: list[ResellerTerms]) -> list[Listed]:
    names = await organizations.names(ctx, {row.reseller_org_id for row in rows})
    plans = await _plans(ctx)
    return [
        Listed(
            reseller=names.get(row.reseller_org_id, NONE),
            plan="" if row.plan_id is None else plans.get(str(row.plan_id), NONE),
            **msgspec.structs.asdict(row),
        )
        for row in rows
    ]


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Listed], int]:
    rows, total = await reselling.page(ctx, wanted, filters)
    return await _named(ctx, rows), total


async def _given(ctx: Context, terms_id: UUID) -> Listed:
    """Terms that one gives. Raises NotFound for those that one has: the seller above changes them."""
    [found] = await _named(ctx, [await reselling.get(ctx, terms_id)])
    if found.reseller_org_id == ctx.principal.organization_id:
        raise NotFound("terms of yours to change")
    return found


async def _choices(ctx: Context) -> dict[str, Mapping[str, str]]:
    below = {"kind": "reseller", "is_active": True, "parent_id": ctx.principal.organization_id}
    rows, _ = await organizations.page(ctx, PageRequest(1, _MOST, "name ASC, id ASC"), below)
    return {"reseller_org_id": {str(one.id): one.name for one in rows}, "plan_id": await _plans(ctx)}


def _values(row: ResellerTerms) -> dict[str, Any]:
    return {**msgspec.to_builtins(row), "percent": f"{row.percent.normalize():f}"}


TERMS = Table(
    name="reseller_terms",
    path=PATH,
    service=_page,
    sortable=reselling.SORTABLE,
    columns=(
        Column(name="reseller", label=N_("Reseller"), cell="link"),
        Column(name="plan", label=N_("Plan"), of=lambda row: row.plan or tongue().gettext(N_("All others"))),
        Column(name="kind", label=N_("They owe"), of=lambda row: tongue().gettext(KINDS[row.kind])),
        Column(name="percent", label=N_("Percent"), cell="number"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(
        Filter(name="reseller_org_id", label=N_("Reseller"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{PATH}/{{id}}",
    empty=N_("There are no terms yet. Resellers can sell on what has some."),
)
EDITING = Editing(
    path=PATH,
    place=N_("Terms for resellers"),
    own=f"{PATH}/{{id}}",
    writes=_WRITE,
    form=Form(
        NewResellerTerms,
        Field("reseller_org_id", N_("Reseller"), kind="select", is_half=True),
        Field(
            "plan_id", N_("Plan"), kind="select", hint=N_("All that have no terms of their own when left empty."), is_half=True
        ),
        Field("kind", N_("They owe"), choices=KINDS, is_half=True),
        Field("percent", N_("Percent"), is_half=True),
    ),
    get=_given,
    name=lambda row: str(row.reseller),
    values=_values,
    start={"kind": "wholesale"},
    create=reselling.create,
    replace=reselling.replace,
    delete=reselling.delete,
    choices=_choices,
    words=Words(
        add=N_("Add terms"),
        made=N_("The terms were added."),
        changed=N_("The terms were changed."),
        gone=N_("The terms were ended."),
        warning=N_("What is sold from now on has other terms or none; earlier sales keep theirs."),
        about=N_("What a reseller directly below you owes for what is sold on. Earlier sales keep the terms that they had."),
        delete=N_("End the terms"),
    ),
)


@show(PATH, _READ)
async def terms(ui: UiOf) -> Response[str]:
    """The terms that one gives, and those that one has."""
    may_write = ui.ctx.principal.may("catalogue:write")
    values: dict[str, Any] = {
        "title": N_("Terms for resellers"),
        "about": N_("What is owed for what is sold on: by resellers below you, and by you."),
        "add": EDITING.words.add if may_write else "",
        "tabs": (),
        "links": [(N_("Statements"), "/reselling/statements")] if ui.ctx.principal.may("ledger:read") else [],
    }
    return await TERMS.page(ui, "things/list.html", **values)


@show(f"{PATH}/{{terms_id:uuid}}", _READ)
async def one(ui: UiOf, terms_id: FromPath[UUID]) -> Response[str]:
    """Terms as they are."""
    [row] = await _named(ui.ctx, [await reselling.get(ui.ctx, terms_id)])
    own = ui.ctx.principal.organization_id
    names = {"reseller_org_id": {str(row.reseller_org_id): row.reseller}, "plan_id": {str(row.plan_id): row.plan}}
    may_write = row.reseller_org_id != own and ui.ctx.principal.may("catalogue:write")
    return ui.page(
        "things/thing.html", title=row.reseller, form=with_choices(EDITING.form.empty(_values(row)), names), place=EDITING.place,
        path=PATH, row=row, delete=EDITING.words.delete, may_edit=may_write, may_delete=may_write,
    )  # fmt: skip


PAGES = [terms, one, *EDITING.pages()]
