"""Coupons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.catalogue import coupons, products, words
from control.billing.catalogue.models import Coupon, NewCoupon
from control.billing.parts import ACTIVE, Link, full, listed, state
from control.billing.today import today
from control.core.context import Context
from control.core.errors import DomainError
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.depends import Dependent, named
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_READ, _WRITE = needs("catalogue:read"), needs("catalogue:write")
_BACK = ("/coupons", N_("Coupons"))
COUPONS = Table(
    name="coupons",
    path="/coupons",
    service=coupons.COUPONS.page,
    sortable=coupons.SORTABLE,
    columns=(
        Column(name="code", label=N_("Code"), sort="code", cell="link"),
        Column(name="off", label=N_("Discount"), of=lambda row: words.off(tongue(), row)),
        Column(name="duration", label=N_("For"), of=lambda row: tongue().gettext(words.DURATIONS[row.duration])),
        Column(name="redeemed", label=N_("Redeemed"), sort="redeemed", cell="number"),
        Column(name="valid_to", label=N_("Until"), cell="day"),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(name="description", label=N_("Description"), is_hidden=True),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="is_active", label=N_("State"), kind=bool, words=ACTIVE),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link="/coupons/{id}",
    search=N_("Code"),
    empty=N_("There are no coupons yet."),
)


async def _form(ui: Ui, found: Coupon | None) -> tuple[Form[NewCoupon], dict[str, Any]]:
    """The form, and what it does not show and keeps."""
    fields = [
        Field("code", N_("Code"), is_half=True),
        Field("duration", N_("For"), choices=words.DURATIONS, is_half=True),
        Field("percent", N_("Percent off"), is_half=True, hint=N_("Either percent or an amount.")),
        Field("periods", N_("How many periods"), is_half=True, hint=N_("For some periods alone.")),
        Field("amount", N_("Amount off"), is_half=True),
        Field("currency", N_("Currency"), is_half=True, hint=N_("For an amount.")),
        Field("valid_from", N_("From"), is_half=True),
        Field("valid_to", N_("Until"), is_half=True),
        Field("most", N_("Redeemed at most"), is_half=True),
        Field("most_a_customer", N_("By each customer"), is_half=True),
        Field("description", N_("Description"), kind="textarea"),
        Field("is_active", N_("Active")),
    ]
    if found is not None and len(found.plan_ids) > 1:
        return Form(NewCoupon, *fields), {"plan_ids": [str(one) for one in found.plan_ids]}
    every = {"organization_id": ui.ctx.principal.organization_id, "product_id": None, "is_active": True, "is_addon": None}
    plans, _ = await products.PLANS.page(ui.ctx, PageRequest(1, 100, "name ASC, id ASC"), every)
    names = {str(one.id): one.name for one in plans}
    fields.insert(10, Field("plan_ids", N_("For a plan"), kind="select", choices=names, hint=N_("For all when left empty.")))
    return Form(NewCoupon, *fields), {}


def _new(ui: Ui, form: Any) -> Response[Any]:
    return full(ui, form, N_("Add a coupon"), "/coupons", _BACK)


@show("/coupons", _READ)
async def list_coupons(ui: UiOf) -> Response[str]:
    """The coupons in reach."""
    links = [Link(N_("Add a coupon"), "/coupons/new", "primary")] if ui.ctx.principal.may("catalogue:write") else []
    return await listed(ui, COUPONS, N_("Coupons"), *links, back=("/products", N_("Catalogue")))


@show("/coupons/new", _WRITE)
async def ask_coupon(ui: UiOf) -> Response[Any]:
    """A coupon to be."""
    form, _ = await _form(ui, None)
    return _new(ui, form.empty({"duration": "once", "is_active": True, "valid_from": today("UTC").isoformat()}))


@act("/coupons", _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """Add a coupon."""
    form, _ = await _form(ui, None)
    try:
        data = await form.read(ui)
        await ui.once(lambda tx: coupons.create(ui.ctx, tx, data))
    except DomainError as error:
        return _new(ui, await form.again(ui, error))
    return ui.go("/coupons", ui.words(N_("The coupon was added.")))


@show("/coupons/{coupon_id:uuid}", _READ)
async def coupon(ui: UiOf, coupon_id: FromPath[UUID]) -> Response[Any]:
    """One coupon: what it takes off, and how often it was redeemed."""
    found = await coupons.COUPONS.get(ui.ctx, coupon_id)
    names = [(await products.PLANS.get(ui.ctx, one)).name for one in found.plan_ids]
    return ui.page(
        "billing/coupon.html",
        coupon=found,
        off=words.off(ui.view.tongue, found),
        duration=words.DURATIONS[found.duration],
        plans=names,
        state=state(found),
        may_write=ui.ctx.principal.may("catalogue:write"),
    )


def _edit(ui: Ui, found: Coupon, form: Any) -> Response[Any]:
    text = N_("Who redeemed it keeps what it was.")
    return full(ui, form, N_("Edit the coupon"), f"/coupons/{found.id}/edit", (f"/coupons/{found.id}", found.code), words=text)


@show("/coupons/{coupon_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, coupon_id: FromPath[UUID]) -> Response[Any]:
    """A coupon to be changed."""
    found = await coupons.COUPONS.get(ui.ctx, coupon_id)
    form, _ = await _form(ui, found)
    return _edit(ui, found, form.empty(found))


@act("/coupons/{coupon_id:uuid}/edit", _WRITE)
async def edit(ui: UiOf, coupon_id: FromPath[UUID]) -> Response[Any]:
    """Change a coupon."""
    found = await coupons.COUPONS.get(ui.ctx, coupon_id)
    form, kept = await _form(ui, found)
    try:
        await coupons.replace(ui.ctx, coupon_id, await form.read(ui, **kept))
    except DomainError as error:
        return _edit(ui, found, await form.again(ui, error, found))
    return ui.go(f"/coupons/{coupon_id}", ui.words(N_("The coupon was changed.")))


async def _retire(ui: Ui, found: Coupon, _: Any) -> Response[Any]:
    """Delete a coupon that nobody redeemed, and let nobody redeem another one from now on."""
    if not found.redeemed:
        await coupons.delete(ui.ctx, found.id)
        return ui.go("/coupons", ui.words(N_("The coupon was deleted.")))
    kept = {name: getattr(found, name) for name in NewCoupon.__struct_fields__} | {"is_active": False}
    await coupons.replace(ui.ctx, found.id, msgspec.convert(kept, NewCoupon))
    return ui.go(f"/coupons/{found.id}", ui.words(N_("The coupon is retired.")))


async def _depends(ctx: Context, row: Coupon) -> list[Dependent]:
    return [named(N_("Subscriptions"), await products.subscriptions_of(ctx, coupon_id=row.id), "/subscriptions")]


def _what(ui: Ui, row: Coupon) -> str:
    if row.redeemed:
        return ui.words(N_("Nobody can redeem it any more. Who did keeps what it takes off."))
    return ui.words(N_("Nobody redeemed it: it is deleted for good."))


RETIRE = Asking(
    path="/coupons/{row_id:uuid}/retire", writes=_WRITE, get=lambda ui, row_id: coupons.COUPONS.get(ui.ctx, row_id),
    name=lambda _, row: row.code, back="/coupons/{row.id}",
    label=lambda ui, row: ui.words(N_("Retire the coupon") if row.redeemed else N_("Delete the coupon")),
    text=_what, work=_retire, depends=_depends,
)  # fmt: skip
PAGES = [list_coupons, ask_coupon, create, coupon, ask_edit, edit, *RETIRE.pages()]
