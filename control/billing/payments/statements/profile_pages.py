"""Layouts of banks' CSV: the list, writing them, and trying one on lines of a file before it is kept."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from control.billing.parts import convert, renamed
from control.billing.payments.statements import csv_statement, service
from control.billing.payments.statements.csv_statement import Layout
from control.billing.payments.statements.lines import StatementError
from control.billing.payments.statements.models import NewProfile, Profile
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.core.permissions import needs
from control.core.words import reason
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_WRITE = needs("payments:write")
PATH = "/payments/bank/layouts"
_MOST_SHOWN = 5
_TAB = "tab"
_DELIMITERS = {";": N_("Semicolon"), ",": N_("Comma"), _TAB: N_("Tab"), "|": N_("Bar")}
_DECIMALS = {",": N_("Comma"), ".": N_("Point")}
_DATES = {
    "%d.%m.%Y": "31.12.2026",
    "%d.%m.%y": "31.12.26",
    "%Y-%m-%d": "2026-12-31",
    "%d/%m/%Y": "31/12/2026",
    "%m/%d/%Y": "12/31/2026",
    "%Y%m%d": "20261231",
}
_Name = Annotated[str, Meta(min_length=1, max_length=100)]


class LayoutAsTyped(msgspec.Struct, kw_only=True):
    """A layout, its fields beside the name; `sample` is lines to try it on, which are not kept."""

    name: _Name
    booked_on: _Name
    amount: _Name | None = None
    credit: _Name | None = None
    debit: _Name | None = None
    currency: _Name | None = None
    counterparty: _Name | None = None
    counterparty_iban: _Name | None = None
    remittance: Annotated[list[_Name], Meta(max_length=10)] = []
    reference: _Name | None = None
    end_to_end_id: _Name | None = None
    delimiter: Literal[";", ",", "tab", "|"] = ";"
    encoding: Literal["utf-8", "iso-8859-15", "windows-1252", "utf-16"] = "utf-8"
    decimal: Literal[",", "."] = ","
    date_format: Literal["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d"] = "%d.%m.%Y"
    skip_lines: Annotated[int, Meta(ge=0, le=50)] = 0
    default_currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "EUR"
    sample: Annotated[str, Meta(max_length=20_000)] = ""

    def data(self) -> NewProfile:
        """What the API takes."""
        given = {name: getattr(self, name) for name in Layout.__struct_fields__}
        given["delimiter"] = "\t" if self.delimiter == _TAB else self.delimiter
        return NewProfile(name=self.name, layout=convert(given, Layout))


def _values(row: Profile) -> dict[str, Any]:
    found = msgspec.structs.asdict(row.layout)
    return {**found, "name": row.name, "delimiter": _TAB if row.layout.delimiter == "\t" else row.layout.delimiter}


def _placed(error: ValidationFailed) -> ValidationFailed:
    return renamed(error, {f"/layout/{name}": f"/{name}" for name in Layout.__struct_fields__})


async def _create(ctx: Context, tx: Transaction, typed: LayoutAsTyped) -> Profile:
    try:
        return await service.create_profile(ctx, tx, typed.data())
    except ValidationFailed as error:
        raise _placed(error) from None


async def _replace(ctx: Context, profile_id: UUID, typed: LayoutAsTyped) -> Profile:
    try:
        return await service.replace_profile(ctx, profile_id, typed.data())
    except ValidationFailed as error:
        raise _placed(error) from None


async def _try(ui: Ui, typed: LayoutAsTyped) -> str:
    """What the layout reads out of the lines that were pasted."""
    if not typed.sample.strip():
        raise ValidationFailed(FieldError("/sample", N_("paste some lines of a file here")))
    layout = typed.data().layout
    try:
        content = typed.sample.encode(layout.encoding)
        found = await asyncio.to_thread(csv_statement.read, content, layout, "")
    except UnicodeEncodeError:
        raise ValidationFailed(FieldError("/sample", N_("has characters that the encoding does not have"))) from None
    except StatementError as error:
        raise ValidationFailed(FieldError("/sample", reason(error))) from None
    tongue = ui.view.tongue
    lines = [ui.words(N_("Entries that were read: %(number)s"), number=len(found.lines))]
    for one in found.lines[:_MOST_SHOWN]:
        parts = (tongue.day(one.booked_on), tongue.money(one.amount, one.currency), one.counterparty, one.remittance)
        lines.append(" · ".join(part for part in parts if part))
    return "\n".join(lines)


PROFILES = Table(
    name="statement_profiles",
    path=PATH,
    service=service.profiles,
    sortable=service.PROFILES_SORTABLE,
    tie="p.id",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="booked_on", label=N_("Day"), of=lambda row: row.layout.booked_on),
        Column(
            name="amount", label=N_("Amount"), of=lambda row: row.layout.amount or f"{row.layout.credit} / {row.layout.debit}"
        ),
        Column(name="encoding", label=N_("Encoding"), of=lambda row: row.layout.encoding),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),),
    link=f"{PATH}/{{id}}",
    empty=N_("There are no layouts yet. A file in CAMT.053 needs none."),
)
EDITING = Editing(
    path=PATH,
    place=N_("Layouts of CSV"),
    reads=_WRITE,
    writes=_WRITE,
    form=Form(
        LayoutAsTyped,
        Field("name", N_("Name"), hint=N_("Such as the bank's.")),
        Field("booked_on", N_("Column of the day"), hint=N_("Columns by their names in the heading of the file."), is_half=True),
        Field("date_format", N_("Days look like"), choices=_DATES, is_half=True),
        Field("amount", N_("Column of the amount"), hint=N_("With a sign; or one for each direction."), is_half=True),
        Field("decimal", N_("Decimal sign"), choices=_DECIMALS, is_half=True),
        Field("credit", N_("Column of what came in"), is_half=True),
        Field("debit", N_("Column of what went out"), is_half=True),
        Field("currency", N_("Column of the currency"), is_half=True),
        Field("default_currency", N_("Currency without such a column"), is_half=True),
        Field("counterparty", N_("Column of the other party"), is_half=True),
        Field("counterparty_iban", N_("Column of their IBAN"), is_half=True),
        Field("remittance", N_("Columns of the text"), hint=N_("One a line; they are joined.")),
        Field("reference", N_("Column of the bank's reference"), is_half=True),
        Field("end_to_end_id", N_("Column of the end-to-end id"), is_half=True),
        Field("delimiter", N_("Columns are parted by"), choices=_DELIMITERS, is_half=True),
        Field("encoding", N_("Encoding"), is_half=True),
        Field("skip_lines", N_("Lines before the heading"), is_half=True),
        Field("sample", N_("Lines to try it on"), kind="textarea", hint=N_("With the heading. They are not kept.")),
    ),
    get=service.get_profile,
    name=lambda row: str(row.name),
    values=_values,
    start={"delimiter": ";", "encoding": "utf-8", "decimal": ",", "date_format": "%d.%m.%Y", "skip_lines": 0,
           "default_currency": "EUR"},
    create=_create,
    replace=_replace,
    delete=service.delete_profile,
    check=_try,
    words=Words(
        add=N_("Add a layout"),
        made=N_("The layout was added."),
        changed=N_("The layout was changed."),
        gone=N_("The layout was deleted."),
        warning=N_("Statements that were imported stay as they are."),
        about=N_("Which column is what in your bank's CSV. Try it on some lines before you save it."),
    ),
)  # fmt: skip


@show(PATH, _WRITE)
async def layouts(ui: UiOf) -> Response[str]:
    """The layouts in reach."""
    about = N_("How CSV of banks is read.")
    links = [(N_("Bank statements"), "/payments/bank")]
    values: dict[str, Any] = {"title": N_("Layouts of CSV"), "about": about, "add": EDITING.words.add, "tabs": (), "links": links}
    return await PROFILES.page(ui, "things/list.html", **values)


PAGES = [layouts, *EDITING.pages()]
