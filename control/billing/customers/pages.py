"""The list of customers, and everything about one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.addresses import countries
from control.billing.customers import service
from control.billing.customers.models import Customer, NewCustomer
from control.billing.dunning import service as dunning
from control.billing.invoices.pages import INVOICES
from control.billing.payments import crediting
from control.billing.settings.languages import languages
from control.core.errors import DomainError
from control.core.permissions import needs
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_READ, _WRITE = needs("billing:read"), needs("billing:write")
MENU = (
    Entry(
        label=N_("Customers"),
        path="/customers",
        icon="people",
        permission="billing:read",
        group=N_("Billing"),
        for_types=frozenset({"admin", "reseller"}),
    ),
)
KINDS = {"business": N_("Business"), "private": N_("Private"), "public": N_("Public body")}
_ACTIVE = {"true": N_("Active"), "false": N_("Closed")}


def state(row: Customer) -> Badge:
    return Badge(_ACTIVE["true"], "success") if row.is_active else Badge(_ACTIVE["false"])


CUSTOMERS = Table(
    name="customers",
    path="/customers",
    service=service.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="number", label=N_("Number"), sort="number"),
        Column(name="email", label=N_("E-mail")),
        Column(name="country", label=N_("Country"), sort="country", of=lambda row: _country(row.address.country)),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(name="currency", label=N_("Currency"), is_hidden=True),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="is_active", label=N_("State"), kind=bool, words=_ACTIVE),
        Filter(name="country", label=N_("Country"), words=None, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link="/customers/{id}",
    search=N_("Name, number or e-mail"),
    empty=N_("There are no customers yet."),
    live="customer",
)


def _country(code: str) -> str:
    return str(tongue().locale.territories.get(code, code))


def _countries() -> dict[str, str]:
    return dict(sorted(((code, _country(code)) for code in countries()), key=lambda one: one[1]))


CUSTOMER = Form(
    NewCustomer,
    Field("name", N_("Name"), is_half=True),
    Field("kind", N_("Kind"), choices=KINDS, is_half=True),
    Field("email", N_("E-mail"), kind="email", is_half=True),
    Field("contact", N_("Contact"), is_half=True),
    Field("address.line1", N_("Street and number")),
    Field("address.line2", N_("Addition to the address")),
    Field("address.postal_code", N_("Postal code"), is_half=True),
    Field("address.city", N_("City"), is_half=True),
    Field("address.region", N_("State or province"), is_half=True),
    Field("address.country", N_("Country"), choices=_countries, is_half=True),
    Field("tax_id", N_("VAT id"), is_half=True),
    Field("buyer_reference", N_("Buyer reference"), is_half=True),
    Field("language", N_("Language"), choices=languages, is_half=True),
    Field("currency", N_("Currency"), hint=N_("Three letters, such as EUR."), is_half=True),
    Field("payment_terms_days", N_("Days to pay"), is_half=True),
    Field("copies_to", N_("Copies to"), hint=N_("One address a line.")),
    Field("notes", N_("Notes"), kind="textarea", hint=N_("The customer does not see them.")),
    Field("is_active", N_("Active")),
)


@show("/customers", _READ)
async def customers(ui: UiOf) -> Response[str]:
    """The customers in reach."""
    return await CUSTOMERS.page(ui, "billing/customers.html", may_write=ui.ctx.principal.may("billing:write"))


@show("/customers/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[str]:
    """A customer to be."""
    form = CUSTOMER.empty({"kind": "business", "is_active": True})
    return ui.page("billing/customer_form.html", customer=None, form=form)


@act("/customers", _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """Add a customer, and an organization for them."""
    try:
        data = await CUSTOMER.read(ui)
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return ui.page("billing/customer_form.html", status=error.status, customer=None, form=await CUSTOMER.again(ui, error))
    return ui.go(f"/customers/{made['id']}", ui.words(N_("The customer was added.")))


@show("/customers/{customer_id:uuid}", _READ)
async def customer(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """One customer: who it is, what is open, and the invoices."""
    found = await service.get(ui.ctx, customer_id)
    table = await INVOICES.view(ui, {"customer_id": customer_id}, f"/customers/{customer_id}")
    if alone := table.alone(ui):
        return alone
    principal = ui.ctx.principal
    is_seller = may_sell(ui, found)
    return ui.page(
        "billing/customer.html",
        table=table,
        credits=await crediting.of_customer(ui.ctx, customer_id),
        owed=await service.owed(ui.ctx, found),
        dunning=await dunning.of_customer(ui.ctx, customer_id) if is_seller and principal.may("subscriptions:read") else None,
        state=state(found),
        kind=KINDS[found.kind],
        country=ui.view.tongue.locale.territories.get(found.address.country, found.address.country),
        may_pay=is_seller and principal.may("payments:write"),
        may_stop=is_seller and principal.may("subscriptions:write"),
        may_enter=principal.may("organizations:enter"),
        may_see_users=principal.may("users:read"),
        may_see_sites=principal.may("gateway:read"),
        **about(ui, found),
    )


def may_sell(ui: Ui, found: Customer) -> bool:
    """Whether the person keeps the customer's record: who is the customer reads it alone."""
    return ui.ctx.principal.may("billing:write") and found.customer_org_id != ui.ctx.principal.organization_id


def about(ui: Ui, found: Customer) -> dict[str, Any]:
    """The head of all pages about a customer, with ways to the others."""
    principal, path, is_seller = ui.ctx.principal, f"/customers/{found.id}", may_sell(ui, found)
    parts = (
        (True, N_("Overview"), path),
        (principal.may("subscriptions:read"), N_("Subscriptions"), f"{path}/subscriptions"),
        (True, N_("Payments"), f"{path}/payments"),
        (True, N_("Ways to pay"), f"{path}/methods"),
        (is_seller, N_("Tax"), f"{path}/tax"),
        (is_seller, N_("Mails"), f"{path}/mails"),
        (is_seller and principal.may("audit:read"), N_("History"), f"{path}/history"),
    )
    tabs = [(href, label, href == ui.view.path) for is_there, label, href in parts if is_there]
    return {"customer": found, "tabs": tabs, "may_write": is_seller}


@show("/customers/{customer_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, customer_id: FromPath[UUID]) -> Response[str]:
    """A customer to be changed."""
    found = await service.get(ui.ctx, customer_id)
    return ui.page("billing/customer_form.html", customer=found, form=CUSTOMER.empty(found))


@act("/customers/{customer_id:uuid}/edit", _WRITE)
async def edit(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Change a customer; what the page does not show stays."""
    found = await service.get(ui.ctx, customer_id)
    try:
        await service.replace(ui.ctx, customer_id, await CUSTOMER.read(ui, tax_exempt=found.tax_exempt))
    except DomainError as error:
        again = await CUSTOMER.again(ui, error, found)
        return ui.page("billing/customer_form.html", status=error.status, customer=found, form=again)
    return ui.go(f"/customers/{customer_id}", ui.words(N_("The customer was changed.")))


PAGES = [customers, ask_new, create, customer, ask_edit, edit]
