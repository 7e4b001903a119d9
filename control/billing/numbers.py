"""Numbers of documents, such as INV-2026-00042: a prefix, which names the series, and a counter without a gap within it."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from control.core.db import Transaction
from control.core.errors import FieldError

Series = Literal["invoice", "credit_note", "debit_note", "customer"]
_COUNTER = re.compile(r"\{number(?::(?P<width>[1-9]))?\}")
_PLAIN = re.compile(r"^[A-Za-z0-9./_ -]*$")
_TAKE = "SELECT hcc.take_numbers(%(organization_id)s, %(kind)s, %(prefix)s, %(many)s)"
_LONGEST = 30


class Number(msgspec.Struct, frozen=True):
    """One number: as it is printed, and the place in its series."""

    text: str
    prefix: str
    sequence: int


def pattern_error(pointer: str, pattern: str) -> FieldError | None:
    """What is wrong with a pattern of numbers."""
    rest = pattern.replace("{year}", "").replace("{month}", "")
    if len(_COUNTER.findall(rest)) != 1 or not _COUNTER.search(pattern + "\0") or not pattern.endswith("}"):
        return FieldError(pointer, "must end with {number} or, with leading zeros, {number:5}")
    if not _PLAIN.match(_COUNTER.sub("", rest)) or len(pattern) > _LONGEST + 20:
        return FieldError(pointer, "may have letters, digits, . / _ - and spaces, {year}, {month} and one {number}")
    if "{month}" in pattern and "{year}" not in pattern:
        return FieldError(pointer, "needs {year} beside {month}, or numbers would come twice")
    return None


def prefix_of(pattern: str, on: date) -> str:
    """The series that a day belongs to."""
    return _COUNTER.sub("", pattern.replace("{year}", f"{on:%Y}").replace("{month}", f"{on:%m}"))


def printed(pattern: str, on: date, sequence: int) -> str:
    """A number as it stands on the document."""
    found = _COUNTER.search(pattern)
    width = int(found["width"] or 1) if found else 1
    return f"{prefix_of(pattern, on)}{sequence:0{width}d}"


async def take(tx: Transaction, organization_id: UUID, series: Series, pattern: str, on: date, many: int = 1) -> list[Number]:
    """The next numbers. The counter's row is locked until the transaction ends, and goes back if it fails: no gap, no double."""
    prefix = prefix_of(pattern, on)
    first = int(await tx.value(_TAKE, organization_id=organization_id, kind=series, prefix=prefix, many=many))
    return [Number(printed(pattern, on, n), prefix, n) for n in range(first, first + many)]
