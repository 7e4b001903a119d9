"""Lines of a form: a group of fields that is there several times, such as the positions of an invoice.

    INVOICE = Form(
        NewInvoice,
        Field("notes", N_("Notes"), kind="textarea"),
        lines=Lines("items", (Field("description", N_("What")), Field("unit_price", N_("Price"))), kept_by=("description",)),
    )

Their fields are named `items.0.description`. Buttons named `line` add, remove and move them without scripts: what they send is
`add`, `remove-2`, `up-2` or `down-2`, and `Form.rearranged` gives the form as it is then. A line in which none of the fields of
`kept_by` is filled in is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict

BUTTON = "line"
MOST = 200
"""Lines that a page is good for. More are refused, never cut off."""
_DOES = re.compile(r"(remove|up|down)-([0-9]{1,3})")


class Lines(msgspec.Struct, frozen=True):
    """`name` is the list of the model, `fields` are those of one entry, and `start` is what a new line holds."""

    name: str
    fields: tuple[Any, ...]
    kept_by: tuple[str, ...]
    start: Mapping[str, str] = {}


def posted(form: FormMultiDict, lines: Lines) -> list[dict[str, str]]:
    """What was sent of each line, in their order."""
    place = re.compile(rf"{re.escape(lines.name)}\.([0-9]{{1,5}})\.")
    numbers = sorted({int(found[1]) for name in set(form) if (found := place.match(name))})
    return [{one.name: str(form.get(f"{lines.name}.{n}.{one.name}") or "") for one in lines.fields} for n in numbers]


def filled(rows: Sequence[dict[str, str]], lines: Lines) -> list[dict[str, str]]:
    """Those in which something stands."""
    return [row for row in rows if any(row[name].strip() for name in lines.kept_by)]


def rearranged(rows: list[dict[str, str]], does: str, lines: Lines) -> list[dict[str, str]]:
    """The lines after a button was pressed."""
    if does == "add":
        return [*rows, {one.name: lines.start.get(one.name, "") for one in lines.fields}]
    found = _DOES.fullmatch(does)
    if found is None or not 0 <= (n := int(found[2])) < len(rows):
        return rows
    rest = [*rows[:n], *rows[n + 1 :]]
    if found[1] == "remove":
        return rest
    rest.insert(max(n - 1, 0) if found[1] == "up" else n + 1, rows[n])
    return rest
