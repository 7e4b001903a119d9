"""Invoices whose tax is in doubt: which, why, what to do, and saying that it was done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.parts import ask, listed, named
from control.billing.tax.vat_checks import service
from control.billing.tax.vat_checks.models import Resolution, TaxFlag
from control.core.context import Context
from control.core.errors import DomainError
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_WRITE = needs("billing:write")
PATH = "/billing/tax-flags"
REASONS = {"tax_id_invalid": N_("The VAT id is not valid")}
_STATES = {"false": N_("To be settled"), "true": N_("Settled")}
_WORDS = N_(
    "The customer owed the tax by a VAT id that the register does not know. Ask the customer for the right one. Where there is "
    "none, make a credit note over the invoice and a new one with tax. Then say here what was done."
)


class Listed(TaxFlag, kw_only=True):
    """A flag, and what the customer is called."""

    customer_name: str


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Listed], int]:
    rows, total = await service.flags(ctx, wanted, filters)
    return await named(ctx, rows, Listed), total


FLAGS = Table(
    name="tax_flags",
    path=PATH,
    service=_page,
    sortable=service.FLAGS_SORTABLE,
    tie="f.id",
    columns=(
        Column(name="invoice_number", label=N_("Invoice"), cell="link"),
        Column(name="customer_name", label=N_("Customer")),
        Column(name="reason", label=N_("Why"), of=lambda row: tongue().gettext(REASONS[row.reason])),
        Column(name="detail", label=N_("VAT id"), cell="code"),
        Column(
            name="state", label=N_("State"), cell="badge",
            of=lambda row: Badge(_STATES["true"], "success") if row.resolved_at else Badge(_STATES["false"], "warning"),
        ),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(
        Filter(name="resolved", label=N_("State"), kind=bool, words=_STATES),
        Filter(name="customer_id", label=N_("Customer"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{PATH}/{{id}}",
    empty=N_("No invoice is in doubt."),
)  # fmt: skip
RESOLVE = Form(Resolution, Field("resolution", N_("What was done"), hint=N_("Such as: credit note CN-12, new invoice 2026-31.")))


@show(PATH, _WRITE)
async def flags(ui: UiOf) -> Response[str]:
    """Those in reach."""
    return await listed(ui, FLAGS, N_("Tax in doubt"), words=_WORDS, back=("/customers", N_("Customers")))


@show(f"{PATH}/{{flag_id:uuid}}", _WRITE)
async def flag(ui: UiOf, flag_id: FromPath[UUID]) -> Response[Any]:
    """One of them, and what to do."""
    [row] = await named(ui.ctx, [await service.flag(ui.ctx, flag_id)], Listed)
    return ui.page("billing/tax_flag.html", flag=row, words=_WORDS, reason=REASONS[row.reason], path=PATH)


@show(f"{PATH}/{{flag_id:uuid}}/resolve", _WRITE)
async def ask_resolve(ui: UiOf, flag_id: FromPath[UUID]) -> Response[Any]:
    """What was done about it."""
    found = await service.flag(ui.ctx, flag_id)
    return _ask(ui, found, RESOLVE.empty())


def _ask(ui: Ui, found: TaxFlag, form: Inputs) -> Response[Any]:
    path = f"{PATH}/{found.id}"
    return ask(ui, form, N_("Say that it is settled"), f"{path}/resolve", path, words=_WORDS, subject=found.invoice_number)


@act(f"{PATH}/{{flag_id:uuid}}/resolve", _WRITE)
async def resolve(ui: UiOf, flag_id: FromPath[UUID]) -> Response[Any]:
    """Say what was done about it."""
    found = await service.flag(ui.ctx, flag_id)
    try:
        await service.resolve(ui.ctx, flag_id, await RESOLVE.read(ui))
    except DomainError as error:
        return _ask(ui, found, await RESOLVE.again(ui, error))
    return ui.go(f"{PATH}?resolved=false", ui.words(N_("It is settled.")))


PAGES = [flags, flag, ask_resolve, resolve]
