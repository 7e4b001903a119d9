"""A table as a file (RFC 4180 CSV): the rows that the address asks for, in its order, with the columns that are shown.

Rows are read some at a time, each part in the service's own transaction, so that a slow reader holds nothing. A part begins
behind the last row of the one before (a keyset) where the statement can be told so, else at its number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
from litestar.response import Stream

from control.core.errors import ValidationFailed
from control.core.pagination import Keyset, PageRequest
from control.web.cells import cell
from control.web.language import N_
from control.web.view import View, gettext, speaking

if TYPE_CHECKING:
    from control.web.tables import Column, Service, Shown
    from control.web.ui import Ui

MOST = 100_000
"""Rows of one file."""
PART = 1_000
"""Rows that are read at once."""
_COLUMN = re.compile(r"(?:\w+\.)?([a-z_][a-z0-9_]*)")
TOO_MANY = N_("The list has more than 100,000 rows, which is the most that a file has. Narrow it by filters or a search first.")


class File(Stream):
    """A stream that keeps its own type; the route's, that of pages, would go before it."""

    def to_asgi_response(self, *args: Any, **values: Any) -> Any:
        return super().to_asgi_response(*args, **{**values, "media_type": self.media_type})


def answer(ui: Ui, shown: Shown, filters: dict[str, Any], wanted: PageRequest) -> Stream:
    """The file. Raises ValidationFailed when there are too many rows."""
    if shown.pagination.total > MOST:
        raise ValidationFailed([], TOO_MANY)
    headers = {
        "Content-Disposition": f'attachment; filename="{shown.table.name}.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    content = _lines(ui, shown.columns, shown.table.service, filters, wanted)
    return File(content, media_type="text/csv", headers=headers)


async def _lines(
    ui: Ui, columns: tuple[Column, ...], service: Service, filters: dict[str, Any], wanted: PageRequest
) -> AsyncIterator[bytes]:
    with speaking(ui.view):
        yield _written([[gettext(one.label) for one in columns]])
    seen: set[Any] = set()
    async for rows in _parts(ui, service, filters, wanted):
        fresh = [row for row in rows if (mark := _mark(row)) not in seen and not seen.add(mark)]  # type: ignore[func-returns-value]
        yield _rendered(ui.view, columns, fresh)
        if len(seen) >= MOST:
            return


def _mark(row: Any) -> Any:
    """What tells a row from others, so that none comes twice when a new one shifts the rest."""
    return getattr(row, "id", None) or object()


async def _parts(ui: Ui, service: Service, filters: dict[str, Any], wanted: PageRequest) -> AsyncIterator[list[Any]]:
    keyset = _keyset(wanted.order_by)
    number = 1
    while True:
        part = msgspec.structs.replace(wanted, page=number, limit=PART, keyset=keyset)
        try:
            rows, _ = await service(ui.ctx, part, filters)
        except (psycopg.ProgrammingError, psycopg.DataError):
            if keyset is None:
                raise
            keyset = None  # the statement selects no such column
            continue
        if rows:
            yield rows
        if len(rows) < PART:
            return
        number += 1
        if keyset is not None:
            last = rows[-1]
            has_both = hasattr(last, keyset.sort) and hasattr(last, keyset.tie)
            after = (getattr(last, keyset.sort), getattr(last, keyset.tie)) if has_both else None
            keyset = msgspec.structs.replace(keyset, after=after)


def _keyset(order_by: str) -> Keyset | None:
    """The columns of an ORDER BY of `page_request`, where they are plain ones."""
    sort, _, tie = order_by.partition(", ")
    (first, _, order), (second, _, _) = sort.rpartition(" "), tie.rpartition(" ")
    columns = [_COLUMN.fullmatch(first), _COLUMN.fullmatch(second)]
    if columns[0] is None or columns[1] is None:
        return None
    return Keyset(columns[0][1], columns[1][1], order == "DESC")


def _rendered(view: View, columns: tuple[Column, ...], rows: list[Any]) -> bytes:
    with speaking(view):
        return _written([[cell(one.value(row)) for one in columns] for row in rows])


def _written(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
