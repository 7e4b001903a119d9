"""Units of what is sold: codes of UN/ECE recommendation 20, and of 21 (packages) with an X before them.

EN 16931 knows no others (BT-130, rule BR-CL-23). A few words are understood too, as people write them.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from control.core.errors import FieldError

PIECE = "C62"
WORDS = {
    "piece": PIECE,
    "pieces": PIECE,
    "pc": PIECE,
    "pcs": PIECE,
    "unit": PIECE,
    "units": PIECE,
    "each": "EA",
    "item": "H87",
    "second": "SEC",
    "seconds": "SEC",
    "minute": "MIN",
    "minutes": "MIN",
    "hour": "HUR",
    "hours": "HUR",
    "h": "HUR",
    "day": "DAY",
    "days": "DAY",
    "week": "WEE",
    "weeks": "WEE",
    "month": "MON",
    "months": "MON",
    "year": "ANN",
    "years": "ANN",
    "kilobyte": "2P",
    "kb": "2P",
    "megabyte": "4L",
    "mb": "4L",
    "gigabyte": "E34",
    "gb": "E34",
    "terabyte": "E35",
    "tb": "E35",
    "petabyte": "E36",
    "pb": "E36",
    "kwh": "KWH",
    "kilometre": "KMT",
    "kilometer": "KMT",
    "km": "KMT",
    "metre": "MTR",
    "meter": "MTR",
    "kilogram": "KGM",
    "kg": "KGM",
    "litre": "LTR",
    "liter": "LTR",
    "set": "SET",
    "lump sum": "LS",
    "flat": "LS",
}
"""Words for codes; large and small letters are the same."""

_TAKEN_FOR_WORDS = frozenset({"GB", "KB"})
"""Codes of gallons a day and of a thousand characters, which nobody who sells storage means."""


@lru_cache
def codes() -> frozenset[str]:
    """All codes of the list."""
    return frozenset(files("control.billing").joinpath("units.txt").read_text(encoding="ascii").split())


def code(text: str) -> str | None:
    """The code for a code or a word; None for what is neither."""
    if text in codes() and text not in _TAKEN_FOR_WORDS:
        return text
    return WORDS.get(" ".join(text.split()).lower())


def known(text: str) -> str:
    """The code for what was written down earlier; a piece where it says nothing that others understand."""
    return code(text) or PIECE


def unit_error(pointer: str, text: str) -> FieldError | None:
    """What is wrong with a unit that came from outside."""
    if code(text) is None:
        return FieldError(pointer, "must be a code of UN/ECE recommendation 20, such as C62 (piece), HUR (hour) or MON (month)")
    return None
