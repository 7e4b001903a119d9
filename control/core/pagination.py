"""Lists: which page, how long, sorted by what. Only columns on a list's allow-list reach the ORDER BY."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State
from psycopg.sql import Literal

from control.core.envelope import Pagination
from control.core.errors import FieldError, ValidationFailed
from control.core.sql import AdHoc
from control.core.words import said

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
MAX_PAGE = 1_000_000


class Keyset(msgspec.Struct, frozen=True):
    """Where a part of a long list begins: behind the row with these values. `sort` and `tie` are columns of what is selected."""

    sort: str
    tie: str
    is_descending: bool
    after: tuple[Any, Any] | None = None

    def part(self, sql: str, limit: int, offset: int) -> str:
        """The part of a statement's rows; NULLs come first when descending and last when ascending, as everywhere."""
        order = "DESC" if self.is_descending else "ASC"
        where = "" if self.after is None else f"\nWHERE {self._behind(*self.after)}"
        skip = offset if self.after is None else 0
        ordered = f"ORDER BY part.{self.sort} {order}, part.{self.tie} {order}\nLIMIT {limit} OFFSET {skip}"
        return f"SELECT part.* FROM (\n{sql}\n) AS part{where}\n{ordered}"

    def _behind(self, value: Any, tie: Any) -> str:
        sign = "<" if self.is_descending else ">"
        same = f"part.{self.tie} {sign} {_literal(tie)}"
        if value is None:
            rest = f" OR part.{self.sort} IS NOT NULL" if self.is_descending else ""
            return f"part.{self.sort} IS NULL AND {same}{rest}"
        rest = "" if self.is_descending else f" OR part.{self.sort} IS NULL"
        return f"part.{self.sort} {sign} {_literal(value)} OR part.{self.sort} = {_literal(value)} AND {same}{rest}"


def _literal(value: Any) -> str:
    """A value as a literal of a statement that has parameters too."""
    return Literal(value).as_string().replace("%", "%%")


class PageRequest(msgspec.Struct, frozen=True):
    """A checked page request. `order_by` is SQL made from the allow-list alone. With a keyset, the part begins there; `page` and
    `limit` say the same for those who do not ask `sorted`."""

    page: int
    limit: int
    order_by: str
    search: str | None = None
    keyset: Keyset | None = None

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit

    def pagination(self, total: int) -> Pagination:
        pages = math.ceil(total / self.limit)
        return Pagination(
            page=self.page, limit=self.limit, total=total, total_pages=pages, has_next=self.page < pages, has_prev=self.page > 1
        )

    def sorted(self, sql: str) -> str:
        """Put the ORDER BY and the page into a statement that ends where they belong."""
        if self.keyset is not None:
            return AdHoc(self.keyset.part(sql, self.limit, self.offset))
        return AdHoc(f"{sql}\nORDER BY {self.order_by}\nLIMIT {self.limit} OFFSET {self.offset}")


def page_request(
    request: Request[object, object, State], sortable: Mapping[str, str], default: str, tie: str = "id"
) -> PageRequest:
    """Read page, limit, sort_by, sort_order and search from the query.

    `sortable` maps the public names to columns; `tie` makes the order total, so that pages never overlap.
    Raises ValidationFailed naming each parameter that is wrong.
    """
    query = request.query_params
    errors: list[FieldError] = []

    def number(name: str, fallback: int, highest: int) -> int:
        text = query.get(name)
        if text is None:
            return fallback
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:10]) <= highest):
            errors.append(FieldError(name, said("must be a whole number from 1 to %(most)s", most=highest)))
            return fallback
        return int(text)

    page = number("page", 1, MAX_PAGE)
    limit = number("limit", DEFAULT_LIMIT, MAX_LIMIT)
    sort_by = query.get("sort_by") or default
    if sort_by not in sortable:
        errors.append(FieldError("sort_by", said("must be one of %(choices)s", choices=", ".join(sorted(sortable)))))
    order = (query.get("sort_order") or "desc").lower()
    if order not in ("asc", "desc"):
        errors.append(FieldError("sort_order", "must be asc or desc"))
    search = query.get("search") or None
    if search is not None and len(search) > 200:
        errors.append(FieldError("search", "must have at most 200 characters"))
    if errors:
        raise ValidationFailed(errors, "The query has invalid parameters.")
    return PageRequest(page, limit, f"{sortable[sort_by]} {order.upper()}, {tie} {order.upper()}", search)


def like(search: str | None) -> str | None:
    """A search text as a pattern for ILIKE, its wildcards taken literally."""
    if search is None:
        return None
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
