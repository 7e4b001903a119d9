"""What cells of tables show, and the same as text in a file."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from control.web.view import gettext

NOTHING = "\u2013"
"""What a cell without a value shows."""
_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet takes for a formula (OWASP, CSV injection)."""
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


class Money(msgspec.Struct, frozen=True):
    """What a cell of the kind `money` shows."""

    amount: Any
    currency: str


class Badge(msgspec.Struct, frozen=True):
    """What a cell of the kind `badge` shows: a word, and the tone of its colour."""

    label: str
    tone: str = "neutral"


class Coded(msgspec.Struct, frozen=True):
    """What a cell of the kind `coded` shows: what a code is called, and the code itself, small."""

    words: str
    code: str

    def __str__(self) -> str:
        return self.words if self.words == self.code else f"{self.words} ({self.code})"


def cell(value: Any) -> str:
    """A value as a cell of a file. What a spreadsheet would run gets an apostrophe before it, unless it is a number."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case Badge():
            return _harmless(gettext(value.label))
        case Money():
            return f"{cell(value.amount)} {value.currency}"
        case list() | tuple():
            return _harmless(", ".join(str(one) for one in value))
    return _harmless("" if value == NOTHING else str(value))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_RISKY) and not _NUMBER.fullmatch(text) else text
