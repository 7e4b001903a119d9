"""A seller's own rates of tax, which stand before the built-in ones."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.catalogue.words import CLASSES
from control.billing.customers.pages import _countries
from control.billing.parts import Link, full, listed
from control.billing.tax.own_rates import service
from control.billing.tax.own_rates.models import End, NewTaxRate, TaxRate
from control.billing.today import today
from control.core.errors import DomainError
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_READ, _WRITE = needs("billing:read"), needs("billing-settings:write")
_PATH = "/billing/tax-rates"
_BACK = (_PATH, N_("Rates of tax"))


def _place(row: TaxRate) -> str:
    name = str(tongue().locale.territories.get(row.country, row.country))
    return f"{name} ({row.region})" if row.region else name


def _class(row: TaxRate) -> str:
    return tongue().gettext(CLASSES.get(row.tax_class, row.tax_class))


RATES = Table(
    name="tax_rates",
    path=_PATH,
    service=service.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="place", label=N_("Place"), sort="country", cell="link", of=_place),
        Column(name="tax_class", label=N_("Class of tax"), of=_class),
        Column(name="percent", label=N_("Rate"), of=lambda row: tongue().percent(row.percent)),
        Column(name="valid_from", label=N_("From"), sort="valid_from", cell="day"),
        Column(name="valid_to", label=N_("Until"), cell="day"),
        Column(name="note", label=N_("Note")),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="country", label=N_("Country"), input="hidden"),
        Filter(name="tax_class", label=N_("Class of tax"), words=CLASSES),
        Filter(name="on", label=N_("In force on"), kind=date, input="date"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{_PATH}/{{id}}",
    empty=N_("There are no rates of your own; the built-in ones hold."),
)  # fmt: skip
RATE = Form(
    NewTaxRate,
    Field("country", N_("Country"), choices=_countries, is_half=True),
    Field("region", N_("State or province"), hint=N_("Its code, where the tax is that of a part of the country."), is_half=True),
    Field("tax_class", N_("Class of tax"), choices=CLASSES, is_half=True),
    Field("percent", N_("Rate in percent"), is_half=True),
    Field("valid_from", N_("From"), is_half=True),
    Field("valid_to", N_("Until"), is_half=True),
    Field("note", N_("Note")),
)
END = Form(End, Field("valid_to", N_("Last day")))


@show(_PATH, _READ)
async def rates(ui: UiOf) -> Response[str]:
    """The own rates in reach."""
    links = [Link(N_("Add a rate"), f"{_PATH}/new", "primary")] if ui.ctx.principal.may("billing-settings:write") else []
    text = N_("Your own rates stand before the built-in ones. What a rate is never changes; it ends, and another begins.")
    return await listed(ui, RATES, N_("Rates of tax"), *links, words=text)


@show(f"{_PATH}/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[Any]:
    """A rate to be."""
    return full(ui, RATE.empty({"tax_class": "standard"}), N_("Add a rate"), _PATH, _BACK)


@act(_PATH, _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """Add a rate."""
    try:
        data = await RATE.read(ui)
        await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return full(ui, await RATE.again(ui, error), N_("Add a rate"), _PATH, _BACK)
    return ui.go(_PATH, ui.words(N_("The rate was added.")))


@show(f"{_PATH}/{{rate_id:uuid}}", _READ)
async def rate(ui: UiOf, rate_id: FromPath[UUID]) -> Response[str]:
    """One rate."""
    found = await service.get(ui.ctx, rate_id)
    values: dict[str, Any] = {
        "place": str(ui.view.tongue.locale.territories.get(found.country, found.country)),
        "today": today("UTC"),
    }
    may = ui.ctx.principal.may("billing-settings:write")
    return ui.page(
        "billing/tax_rate.html", rate=found, tax_class=CLASSES.get(found.tax_class, found.tax_class), may_write=may, **values
    )


def _name(ui: Ui, row: TaxRate) -> str:
    return f"{row.country} {row.region} {ui.view.tongue.percent(row.percent)}"


async def _get(ui: Ui, rate_id: UUID) -> TaxRate:
    return await service.get(ui.ctx, rate_id)


ENDING = Asking(
    path=f"{_PATH}/{{row_id:uuid}}/end", writes=_WRITE, get=_get, name=_name, back=f"{_PATH}/{{row.id}}",
    label=N_("End the rate"), text=N_("It holds up to that day, which is today or later. What was invoiced with it stays."),
    form=END, work=lambda ui, row, data: service.end(ui.ctx, row.id, data), said=N_("The rate ends."), look="primary",
)  # fmt: skip
DELETE = Asking(
    path=f"{_PATH}/{{row_id:uuid}}/delete", writes=_WRITE, get=_get, name=_name, back=f"{_PATH}/{{row.id}}", after=_PATH,
    label=N_("Delete the rate"), text=N_("A rate that has not begun is deleted for good."),
    work=lambda ui, row, _: service.delete(ui.ctx, row.id), said=N_("The rate was deleted."),
)  # fmt: skip
PAGES = [rates, ask_new, create, rate, *ENDING.pages(), *DELETE.pages()]
