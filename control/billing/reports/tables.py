"""Reports as files: RFC 4180 CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """A value as a cell; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case str() if value.startswith(_RISKY):
            return f"'{value}"
        case _:
            return str(value)


def csv_of(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> bytes:
    """A table with the names of the fields above it."""
    return header(kind) + lines(rows, kind)


def header(kind: type[msgspec.Struct]) -> bytes:
    """The first line; UTF-8 with a byte-order mark, as spreadsheets want."""
    return _written([list(kind.__struct_fields__)]).encode("utf-8-sig")


def lines(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> bytes:
    """Further lines."""
    return _written([cell(getattr(row, name)) for name in kind.__struct_fields__] for row in rows).encode()


def _written(rows: Iterable[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
