"""Products and their plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.catalogue import prices, products, words
from control.billing.catalogue.models import NewPlan, NewProduct, Plan
from control.billing.dunning import service as dunning
from control.billing.parts import ACTIVE, SELLERS, Link, full, listed, state
from control.core.context import Context
from control.core.errors import DomainError
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.depends import Dependent, Hangs, hanging, named
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("catalogue:read"), needs("catalogue:write")
MENU = (
    Entry(
        label=N_("Catalogue"),
        path="/products",
        icon="box",
        permission="catalogue:read",
        group=N_("Billing"),
        for_types=SELLERS,
    ),
)
_STATE = Column(name="state", label=N_("State"), cell="badge", of=state)
PRODUCTS = Table(
    name="products",
    path="/products",
    service=products.PRODUCTS.page,
    sortable=products.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="description", label=N_("Description")),
        Column(name="tax_class", label=N_("Class of tax"), of=lambda row: words.CLASSES.get(row.tax_class, row.tax_class)),
        _STATE,
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="is_active", label=N_("State"), kind=bool, words=ACTIVE),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link="/products/{id}",
    search=N_("Name"),
    empty=N_("There are no products yet. A product has plans, and plans have prices."),
)


def _kind(row: Plan) -> Badge:
    return Badge(N_("Add-on"), "info") if row.is_addon else Badge(N_("Plan"))


PLANS = Table(
    name="plans",
    path="/plans",
    service=products.PLANS.page,
    sortable=products.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="kind", label=N_("Kind"), cell="badge", of=_kind),
        Column(name="description", label=N_("Description")),
        Column(name="trial_days", label=N_("Days of trial"), cell="number"),
        _STATE,
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="is_active", label=N_("State"), kind=bool, words=ACTIVE),
        Filter(name="is_addon", label=N_("Kind"), kind=bool, words={"false": N_("Plan"), "true": N_("Add-on")}),
        Filter(name="product_id", label=N_("Product"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link="/plans/{id}",
    search=N_("Name"),
    empty=N_("There are no plans yet."),
)
PRODUCT = Form(
    NewProduct,
    Field("name", N_("Name"), is_half=True),
    Field("tax_class", N_("Class of tax"), choices=words.CLASSES, is_half=True),
    Field("description", N_("Description"), kind="textarea"),
    Field("is_active", N_("Active"), hint=N_("What is not active is sold to nobody new.")),
)
_MOST = 100


def _links(ui: Ui) -> list[Link]:
    links = [Link(N_("Plans and add-ons"), "/plans"), Link(N_("Coupons"), "/coupons")]
    if ui.ctx.principal.may("catalogue:write"):
        links.append(Link(N_("Add a product"), "/products/new", "primary"))
    return links


@show("/products", _READ)
async def list_products(ui: UiOf) -> Response[str]:
    """The products in reach."""
    return await listed(
        ui, PRODUCTS, N_("Catalogue"), *_links(ui), words=N_("What is sold: products with plans, plans with prices.")
    )


@show("/plans", _READ)
async def list_plans(ui: UiOf) -> Response[str]:
    """The plans and add-ons of all products."""
    return await listed(ui, PLANS, N_("Plans and add-ons"), back=("/products", N_("Catalogue")))


@show("/products/new", _WRITE)
async def ask_product(ui: UiOf) -> Response[Any]:
    """A product to be."""
    return _product(ui, PRODUCT.empty({"tax_class": "standard", "is_active": True}))


def _product(ui: Ui, form: Any, product_id: UUID | None = None) -> Response[Any]:
    if product_id is None:
        return full(ui, form, N_("Add a product"), "/products", ("/products", N_("Catalogue")))
    return full(ui, form, N_("Edit the product"), f"/products/{product_id}/edit", (f"/products/{product_id}", N_("Product")))


@act("/products", _WRITE)
async def create_product(ui: UiOf) -> Response[Any]:
    """Add a product."""
    try:
        data = await PRODUCT.read(ui)
        made = await ui.once(lambda tx: products.create_product(ui.ctx, tx, data))
    except DomainError as error:
        return _product(ui, await PRODUCT.again(ui, error))
    return ui.go(f"/products/{made['id']}", ui.words(N_("The product was added. Give it a plan.")))


@show("/products/{product_id:uuid}", _READ)
async def product(ui: UiOf, product_id: FromPath[UUID]) -> Response[Any]:
    """One product with its plans."""
    found = await products.PRODUCTS.get(ui.ctx, product_id)
    table = await PLANS.view(ui, {"product_id": product_id}, f"/products/{product_id}")
    return table.alone(ui) or ui.page(
        "billing/product.html",
        product=found,
        table=table,
        state=state(found),
        tax_class=words.CLASSES.get(found.tax_class, found.tax_class),
        may_write=ui.ctx.principal.may("catalogue:write"),
    )


@show("/products/{product_id:uuid}/edit", _WRITE)
async def ask_edit_product(ui: UiOf, product_id: FromPath[UUID]) -> Response[Any]:
    """A product to be changed."""
    return _product(ui, PRODUCT.empty(await products.PRODUCTS.get(ui.ctx, product_id)), product_id)


@act("/products/{product_id:uuid}/edit", _WRITE)
async def edit_product(ui: UiOf, product_id: FromPath[UUID]) -> Response[Any]:
    """Change a product; what was sold stays as it was."""
    try:
        await products.replace_product(ui.ctx, product_id, await PRODUCT.read(ui))
    except DomainError as error:
        now = await products.PRODUCTS.get(ui.ctx, product_id)
        return _product(ui, await PRODUCT.again(ui, error, now), product_id)
    return ui.go(f"/products/{product_id}", ui.words(N_("The product was changed.")))


async def _plan_form(ui: Ui, found: Plan | None) -> tuple[Form[NewPlan], dict[str, Any]]:
    """The form of a plan, and what it does not show and keeps."""
    newest = PageRequest(1, _MOST, "created_at DESC, id DESC")
    schedules, _ = await dunning.ROWS.page(ui.ctx, newest, {"organization_id": ui.ctx.principal.organization_id})
    every = {"organization_id": ui.ctx.principal.organization_id, "product_id": None, "is_active": True, "is_addon": False}
    plans, _ = await products.PLANS.page(ui.ctx, newest, every)
    several = found is not None and len(found.extends) > 1
    fields = [
        Field("name", N_("Name"), is_half=True),
        Field("trial_days", N_("Days of trial"), is_half=True),
        Field("description", N_("Description"), kind="textarea"),
        Field("dunning_id", N_("Reminders"), kind="select", choices={str(one.id): one.name for one in schedules}, is_half=True),
        Field("is_addon", N_("It is an add-on: it stands beside a plan")),
        Field("is_listed", N_("On the price list")),
        Field("is_active", N_("Active"), hint=N_("What is not active is sold to nobody new.")),
    ]
    if not several:
        names = {str(one.id): one.name for one in plans if found is None or one.id != found.id}
        hint = N_("For an add-on: the plan that it goes with; any plan when left empty.")
        fields.insert(4, Field("extends", N_("Goes with"), kind="select", choices=names, hint=hint, is_half=True))
    kept: dict[str, Any] = {}
    if found is not None:
        kept = {"features": found.features, "supplier_plan_id": found.supplier_plan_id and str(found.supplier_plan_id)}
        if several:
            kept["extends"] = [str(one) for one in found.extends]
    return Form(NewPlan, *fields), kept


@show("/products/{product_id:uuid}/plans/new", _WRITE)
async def ask_plan(ui: UiOf, product_id: FromPath[UUID]) -> Response[Any]:
    """A plan to be."""
    await products.PRODUCTS.get(ui.ctx, product_id)
    form, _ = await _plan_form(ui, None)
    return _new_plan(ui, product_id, form.empty({"is_listed": True, "is_active": True, "trial_days": 0}))


def _new_plan(ui: Ui, product_id: UUID, form: Any) -> Response[Any]:
    return full(ui, form, N_("Add a plan"), f"/products/{product_id}/plans", (f"/products/{product_id}", N_("Product")))


@act("/products/{product_id:uuid}/plans", _WRITE)
async def create_plan(ui: UiOf, product_id: FromPath[UUID]) -> Response[Any]:
    """Add a plan to a product."""
    await products.PRODUCTS.get(ui.ctx, product_id)
    form, _ = await _plan_form(ui, None)
    try:
        data = await form.read(ui, product_id=str(product_id))
        made = await ui.once(lambda tx: products.create_plan(ui.ctx, tx, data))
    except DomainError as error:
        return _new_plan(ui, product_id, await form.again(ui, error))
    return ui.go(f"/plans/{made['id']}", ui.words(N_("The plan was added. Give it a price.")))


@show("/plans/{plan_id:uuid}", _READ)
async def plan(ui: UiOf, plan_id: FromPath[UUID]) -> Response[str]:
    """One plan with the prices that it has and had."""
    found = await products.PLANS.get(ui.ctx, plan_id)
    of = await products.PRODUCTS.get(ui.ctx, found.product_id)
    every = {"organization_id": None, "plan_id": plan_id, "currency": None, "interval": None, "on": None}
    rows, _ = await prices.page(ui.ctx, PageRequest(1, _MOST, "name ASC, currency ASC, interval ASC, valid_from DESC"), every)
    return ui.page(
        "billing/plan.html",
        plan=found,
        product=of,
        prices=rows,
        words=words,
        tongue=ui.view.tongue,
        state=state(found),
        may_write=ui.ctx.principal.may("catalogue:write"),
    )


@show("/plans/{plan_id:uuid}/edit", _WRITE)
async def ask_edit_plan(ui: UiOf, plan_id: FromPath[UUID]) -> Response[Any]:
    """A plan to be changed."""
    found = await products.PLANS.get(ui.ctx, plan_id)
    form, _ = await _plan_form(ui, found)
    return _edit_plan(ui, plan_id, form.empty(found))


def _edit_plan(ui: Ui, plan_id: UUID, form: Any) -> Response[Any]:
    return full(ui, form, N_("Edit the plan"), f"/plans/{plan_id}/edit", (f"/plans/{plan_id}", N_("Plan")))


@act("/plans/{plan_id:uuid}/edit", _WRITE)
async def edit_plan(ui: UiOf, plan_id: FromPath[UUID]) -> Response[Any]:
    """Change a plan; subscriptions go on as they are, and what the page does not show stays."""
    found = await products.PLANS.get(ui.ctx, plan_id)
    form, kept = await _plan_form(ui, found)
    try:
        await products.replace_plan(ui.ctx, plan_id, await form.read(ui, product_id=str(found.product_id), **kept))
    except DomainError as error:
        return _edit_plan(ui, plan_id, await form.again(ui, error, found))
    return ui.go(f"/plans/{plan_id}", ui.words(N_("The plan was changed.")))


async def _depends(ctx: Context, row: Plan) -> list[Dependent]:
    """What keeps a plan: an ended subscription by its price."""
    return [
        named(N_("Prices"), await products.prices_of(ctx, row.id), path=f"/plans/{row.id}", keeps=True),
        named(N_("Terms for resellers"), await products.terms_of(ctx, row.id), "/reselling/terms", keeps=True),
        named(N_("Subscriptions"), await products.subscriptions_of(ctx, plan_id=row.id), "/subscriptions", keeps=True),
    ]


DELETE_PRODUCT = Asking(
    path="/products/{row_id:uuid}/delete", writes=_WRITE, get=lambda ui, row_id: products.PRODUCTS.get(ui.ctx, row_id),
    back="/products/{row.id}", after="/products", label=N_("Delete the product"),
    text=N_("A product without plans is deleted for good. One that has plans stays; set it to not active instead."),
    work=lambda ui, row, _: products.delete_product(ui.ctx, row.id), said=N_("The product was deleted."),
    typed=lambda row: row.name,
    depends=hanging(Hangs(table=PLANS, label=N_("Plans"), permission="catalogue:read", by="product_id", keeps=True)),
)  # fmt: skip
DELETE_PLAN = Asking(
    path="/plans/{row_id:uuid}/delete", writes=_WRITE, get=lambda ui, row_id: products.PLANS.get(ui.ctx, row_id),
    back="/plans/{row.id}", after="/products/{row.product_id}", label=N_("Delete the plan"),
    text=N_("A plan without prices is deleted for good. One that has prices stays; set it to not active instead."),
    work=lambda ui, row, _: products.delete_plan(ui.ctx, row.id), said=N_("The plan was deleted."),
    typed=lambda row: row.name, depends=_depends,
)  # fmt: skip
PAGES = [
    list_products, list_plans, ask_product, create_product, product, ask_edit_product, edit_product,
    *DELETE_PRODUCT.pages(), ask_plan, create_plan, plan, ask_edit_plan, edit_plan, *DELETE_PLAN.pages(),
]  # fmt: skip
