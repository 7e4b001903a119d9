"""Statements as a bank's CSV, by a layout that says which column is what. Pure."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from control.billing.money import LARGEST
from control.billing.payments.statements.lines import MOST_LINES, Line, Statement, StatementError, referenced
from control.core.words import N_, said

_Name = Annotated[str, Meta(min_length=1, max_length=100)]
_LONGEST_CELL = 10_000


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Columns by the names in the heading. `amount` is signed, or `credit` and `debit` are two columns; several columns of
    remittance are joined. `skip_lines` stand before the heading."""

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
    delimiter: Literal[";", ",", "\t", "|"] = ";"
    encoding: Literal["utf-8", "iso-8859-15", "windows-1252", "utf-16"] = "utf-8"
    decimal: Literal[",", "."] = ","
    date_format: Literal["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d"] = "%d.%m.%Y"
    skip_lines: Annotated[int, Meta(ge=0, le=50)] = 0
    default_currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "EUR"


def read(content: bytes, layout: Layout, account: str) -> Statement:
    """The statement of a file. Raises StatementError with the number of the line."""
    try:
        text = content.decode("utf-8-sig" if layout.encoding == "utf-8" else layout.encoding)
    except UnicodeDecodeError:
        raise StatementError(said("is not written in %(encoding)s", encoding=layout.encoding)) from None
    if "\0" in text:
        raise StatementError(N_("has characters that no CSV has"))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    lines: list[Line] = []
    try:
        for _ in range(layout.skip_lines):
            next(rows, None)
        heading = [cell.strip() for cell in next(rows, [])]
        columns = _columns(heading, layout)
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            where = said("line %(number)s", number=rows.line_num)
            if len(lines) >= MOST_LINES:
                raise StatementError(said("there are more than %(most)s entries", most=MOST_LINES), where)
            line = _line(row, columns, layout, where)
            if line is not None:
                lines.append(line)
    except csv.Error as error:
        raise StatementError(str(error), said("line %(number)s", number=rows.line_num)) from None
    return Statement(
        format="csv",
        account=account,
        currency=lines[0].currency if lines else layout.default_currency,
        lines=referenced(lines),
    )


def _columns(heading: list[str], layout: Layout) -> dict[str, int]:
    if (layout.amount is None) == (layout.credit is None or layout.debit is None):
        raise StatementError(N_("the layout needs amount, or credit and debit"))
    columns = {}
    for field in ("booked_on", "amount", "credit", "debit", "currency", "counterparty", "counterparty_iban", "reference"):
        name = getattr(layout, field)
        if name is not None:
            columns[field] = _index(heading, name)
    if layout.end_to_end_id is not None:
        columns["end_to_end_id"] = _index(heading, layout.end_to_end_id)
    return columns | {f"remittance{n}": _index(heading, name) for n, name in enumerate(layout.remittance)}


def _index(heading: list[str], name: str) -> int:
    try:
        return heading.index(name)
    except ValueError:
        raise StatementError(said("there is no column '%(name)s'", name=name)) from None


def _line(row: list[str], columns: dict[str, int], layout: Layout, where: str) -> Line | None:
    def cell(field: str) -> str:
        place = columns.get(field)
        text = row[place] if place is not None and place < len(row) else ""
        if len(text) > _LONGEST_CELL:
            raise StatementError(N_("a cell is too long"), where)
        return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())

    if layout.amount is not None:
        amount = _amount(cell("amount"), layout.decimal, where)
    else:
        amount = abs(_amount(cell("credit") or "0", layout.decimal, where))
        amount -= abs(_amount(cell("debit") or "0", layout.decimal, where))
    if amount == 0:
        return None
    return Line(
        booked_on=_date(cell("booked_on"), layout.date_format, where),
        amount=amount,
        currency=cell("currency") or layout.default_currency,
        reference=cell("reference")[:100],
        counterparty=cell("counterparty")[:140],
        counterparty_iban=cell("counterparty_iban").replace(" ", "")[:34],
        remittance=" ".join(filter(None, (cell(f"remittance{n}") for n in range(len(layout.remittance)))))[:1000],
        end_to_end_id=cell("end_to_end_id")[:35],
    )


def _amount(text: str, decimal: str, where: str) -> Decimal:
    """Grouping is dropped; `-1.234,56`, `1234,56-` and `+12.5` are all read."""
    grouping = "." if decimal == "," else ","
    plain = re.sub(r"[\s'\u00a0\u202f]", "", text).replace(grouping, "").replace(decimal, ".")
    if plain.endswith("-"):
        plain = f"-{plain[:-1]}"
    if not re.fullmatch(r"[+-]?[0-9]{1,13}(\.[0-9]{1,3})?", plain) or abs(Decimal(plain)) > LARGEST:
        raise StatementError(said("'%(text)s' is no amount", text=text[:40]), where)
    return Decimal(plain)


def _date(text: str, form: str, where: str) -> date:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise StatementError(said("'%(text)s' is no day", text=text[:40]), where) from None
