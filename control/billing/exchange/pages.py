"""Rates of exchange: set by hand, imported from the central bank's file, forgotten."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.exchange import service
from control.billing.exchange.models import NewExchangeRate
from control.billing.money import Currency
from control.billing.parts import Link, ask, full, listed, renamed, uploaded
from control.billing.today import today
from control.core.errors import DomainError, ValidationFailed
from control.core.permissions import needs
from control.web.asking import PLAIN
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("billing:read"), needs("billing-settings:write")
_PATH = "/billing/exchange-rates"
_BACK = (_PATH, N_("Rates of exchange"))
RATES = Table(
    name="exchange_rates",
    path=_PATH,
    service=service.page,
    sortable=service.SORTABLE,
    by="valid_from",
    tie="currency",
    columns=(
        Column(name="currency", label=N_("Currency"), sort="currency", cell="link"),
        Column(name="valid_from", label=N_("From"), sort="valid_from", cell="day"),
        Column(name="rate", label=N_("One unit is"), of=lambda row: f"{row.rate.normalize():f} {row.base}"),
        Column(name="source", label=N_("Source")),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="currency", label=N_("Currency")),
        Filter(name="since", label=N_("From"), kind=date, input="date"),
        Filter(name="until", label=N_("to"), kind=date, input="date"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{_PATH}/{{currency}}/{{valid_from}}/delete",
    empty=N_("There are no rates of exchange. They are needed for invoices in other currencies."),
)


class RateFields(NewExchangeRate, kw_only=True):
    """A rate with its currency and its first day."""

    currency: Currency
    valid_from: date
    rate: Decimal


RATE = Form(
    RateFields,
    Field("currency", N_("Currency"), hint=N_("Three letters, such as USD."), is_half=True),
    Field("valid_from", N_("From"), is_half=True),
    Field("rate", N_("What one unit is in your currency"), is_half=True),
    Field("source", N_("Source"), is_half=True),
)


class FileOnly(msgspec.Struct):
    """A file alone."""


FILE = Form(FileOnly)


@show(_PATH, _READ)
async def rates(ui: UiOf) -> Response[str]:
    """The rates in reach."""
    links: list[Link] = []
    if ui.ctx.principal.may("billing-settings:write"):
        links = [Link(N_("Import"), f"{_PATH}/import"), Link(N_("Set a rate"), f"{_PATH}/new", "primary")]
    text = N_("A rate holds from its day until the next one. What is finalised keeps the rate that it had.")
    return await listed(ui, RATES, N_("Rates of exchange"), *links, words=text)


def _new(ui: Ui, form: Any) -> Response[Any]:
    return full(ui, form, N_("Set a rate"), _PATH, _BACK)


@show(f"{_PATH}/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[Any]:
    """A rate to be."""
    return _new(ui, RATE.empty({"valid_from": today("UTC").isoformat()}))


@act(_PATH, _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """Set the rate of a day."""
    try:
        data = await RATE.read(ui)
        wanted = NewExchangeRate(rate=data.rate, source=data.source)
        await service.put(ui.ctx, data.currency, data.valid_from, wanted)
    except ValidationFailed as error:
        return _new(ui, await RATE.again(ui, renamed(error, {"currency": "/currency", "valid_from": "/valid_from"})))
    except DomainError as error:
        return _new(ui, await RATE.again(ui, error))
    return ui.go(_PATH, ui.words(N_("The rate was set.")))


@show(f"{_PATH}/import", _WRITE)
async def ask_import(ui: UiOf) -> Response[Any]:
    """Which file."""
    return ui.page("billing/import_rates.html", form=FILE.empty())


@act(f"{_PATH}/import", _WRITE, largest=8 << 20)
async def import_(ui: UiOf) -> Response[Any]:
    """Import the central bank's file."""
    try:
        content = await uploaded(ui, "file")
        async with ui.ctx.transaction() as tx:
            found = await service.take_file(ui.ctx, tx, content)
    except DomainError as error:
        return ui.page("billing/import_rates.html", status=error.status, form=await FILE.again(ui, error))
    return ui.go(_PATH, ui.words(N_("Imported: %(days)s days, %(written)s rates."), days=found.days, written=found.written))


def _delete(ui: Ui, currency: str, valid_from: date, form: Any) -> Response[Any]:
    text = N_("The rate of the day before holds again. What was finalised with it keeps it.")
    about = f"{currency}, {ui.view.tongue.day(valid_from)}"
    action = f"{_PATH}/{currency}/{valid_from}/delete"
    return ask(ui, form, N_("Forget the rate"), action, _PATH, words=text, subject=about, look="danger")


@show(f"{_PATH}/{{currency:str}}/{{valid_from:date}}/delete", _WRITE)
async def ask_delete(ui: UiOf, currency: FromPath[str], valid_from: FromPath[date]) -> Response[Any]:
    """Whether it is meant."""
    return _delete(ui, currency, valid_from, PLAIN.empty())


@act(f"{_PATH}/{{currency:str}}/{{valid_from:date}}/delete", _WRITE)
async def delete(ui: UiOf, currency: FromPath[str], valid_from: FromPath[date]) -> Response[Any]:
    """Forget the rate of a day."""
    try:
        await service.delete(ui.ctx, currency, valid_from)
    except DomainError as error:
        return _delete(ui, currency, valid_from, await PLAIN.again(ui, error))
    return ui.go(_PATH, ui.words(N_("The rate is forgotten.")))


PAGES = [rates, ask_new, create, ask_import, import_, ask_delete, delete]
