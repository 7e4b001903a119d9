"""Tables: one declaration of columns and filters, and a service's page, make a page with search, filters, sorting, a choice of
columns, saved views, a file of all rows, rows that can be chosen, and an address that shows the same to somebody else.

    COUPONS = Table(
        "coupons", "/coupons", service.ROWS.page, sortable=service.SORTABLE,
        columns=(Column("code", N_("Code"), sort="code", cell="link"), Column("created_at", N_("Created"), cell="moment")),
        filters=(Filter("is_active", N_("State"), bool, {"true": N_("Active"), "false": N_("Retired")}),),
        link="/coupons/{id}", search=N_("Code"), empty=N_("There are no coupons yet."),
    )

    @show("/coupons", needs("catalogue:read"))
    async def coupons(ui: UiOf) -> Response[str]:
        return await COUPONS.page(ui, "billing/coupons.html")
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response
from litestar.response import Stream
from psycopg.types.json import Jsonb

from control.core.context import Context
from control.core.envelope import Pagination
from control.core.errors import FieldError, ValidationFailed
from control.core.pagination import PageRequest, page_request
from control.core.type_errors import words_of
from control.web import export
from control.web import queries as q
from control.web.cells import NOTHING, Badge, Money
from control.web.saved import KEPT, Saved
from control.web.ui import Ui

__all__ = ["NOTHING", "Badge", "Bulk", "Column", "Filter", "Money", "Shown", "Table"]

Service = Callable[[Context, PageRequest, dict[str, Any]], Awaitable[tuple[list[Any], int]]]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column. `cell` is a macro of components/cells.html, `of` gives it its value from a row."""

    name: str
    label: str
    sort: str | None = None
    cell: str = "text"
    of: Callable[[Any], Any] | None = None
    is_hidden: bool = False
    """Shown only to those who chose it."""

    def value(self, row: Any) -> Any:
        return getattr(row, self.name) if self.of is None else self.of(row)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """One filter: a choice where `words` has the values and their names, or `groups` has such words by a heading; else a field of
    `input` type."""

    name: str
    label: str
    kind: Any = str
    words: Mapping[str, str] | None = None
    groups: Mapping[str, Mapping[str, str]] | None = None
    input: str = "text"

    def read(self, text: str) -> Any:
        """The value of a query. Raises ValidationFailed."""
        if self.kind is bool:
            if text not in ("true", "false"):
                raise ValidationFailed(FieldError(self.name, "must be true or false"))
            return text == "true"
        try:
            return msgspec.convert(text, self.kind, strict=False)
        except msgspec.ValidationError as error:
            raise ValidationFailed(FieldError(self.name, words_of(error))) from None


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done with rows that were chosen; the page at `path` asks whether it is meant."""

    label: str
    path: str
    permission: str
    icon: str = "check"


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A list of one kind of thing. `link` is the address of one of them, with fields of the row in braces."""

    name: str
    path: str
    service: Service
    columns: tuple[Column, ...]
    sortable: Mapping[str, str]
    by: str = "created_at"
    tie: str = "id"
    filters: tuple[Filter, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    link: str = ""
    search: str = ""
    empty: str = ""
    live: str = ""
    """The topic of control/web/live.py whose news the rows follow."""

    async def view(self, ui: Ui, fixed: Mapping[str, Any] | None = None, path: str = "") -> Shown:
        """The rows that the address asks for. `fixed` are filters that the page itself sets, `path` where it stands then."""
        query = ui.request.query_params
        given = {one.name: text for one in self.filters if (text := query.get(one.name))}
        wanted = page_request(ui.request, self.sortable, self.by, self.tie)
        asked = {one.name: one.read(given[one.name]) if one.name in given else None for one in self.filters} | dict(fixed or {})
        rows, total = await self.service(ui.ctx, wanted, asked)
        kept = {name: query[name] for name in KEPT if query.get(name)}
        principal = ui.ctx.principal
        chosen, views = await self._personal(ui)
        return Shown(
            table=self,
            path=path or self.path,
            rows=rows,
            pagination=wanted.pagination(total),
            given=given,
            kept=kept,
            columns=self._columns(kept["columns"].split(",") if "columns" in kept else chosen),
            bulk=tuple(one for one in self.bulk if principal.may(one.permission)),
            views=views,
            wanted=wanted,
            asked=asked,
        )

    def address(self, row: Any) -> str:
        """Where one row has its page."""
        return self.link.format_map({name: getattr(row, name) for name in row.__struct_fields__}) if self.link else ""

    def found_url(self, text: str) -> str:
        """The list of what a search finds."""
        return f"{self.path}?{urlencode({'search': text})}"

    async def _personal(self, ui: Ui) -> tuple[Any, list[Saved]]:
        """The columns that somebody chose, and their views."""
        user_id, name = ui.ctx.principal.user_id, self.name
        async with ui.ctx.transaction("own") as tx:
            chosen = await tx.value(q.SQL.preference, user_id=user_id, name=f"columns:{name}")
            return chosen, await tx.all(Saved, q.SQL.views, table=name, user_id=user_id, preference=f"view:{name}")

    def _columns(self, chosen: Any) -> tuple[Column, ...]:
        if not isinstance(chosen, list):
            return tuple(one for one in self.columns if not one.is_hidden)
        return tuple(one for n, one in enumerate(self.columns) if n == 0 or one.name in chosen)

    async def page(self, ui: Ui, template: str, **values: Any) -> Response[Any]:
        """The page; or the table alone, or its file, where only that is asked for."""
        shown = await self.view(ui)
        return shown.alone(ui) or ui.page(template, table=shown, **values)

    async def choose(self, ui: Ui, names: list[str]) -> None:
        """Keep which columns a person wants to see."""
        known = [one.name for one in self.columns if one.name in names]
        async with ui.ctx.transaction("own") as tx:
            await tx.run(q.SQL.set_preference, user_id=ui.ctx.principal.user_id, name=f"columns:{self.name}", value=Jsonb(known))


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A table as it is shown once: the rows, and addresses of other ways to show it."""

    table: Table
    path: str
    rows: list[Any]
    pagination: Pagination
    given: dict[str, str]
    kept: dict[str, str]
    columns: tuple[Column, ...]
    bulk: tuple[Bulk, ...]
    views: list[Saved]
    wanted: PageRequest
    asked: dict[str, Any]

    def alone(self, ui: Ui) -> Response[Any] | Stream | None:
        """What a page answers in its own place: the rows alone, the file, or the way to the view that the person sees first."""
        if ui.target == self.id:
            return ui.fragment("components/results.html", table=self)
        if ui.request.query_params.get("format") == "csv":
            return export.answer(ui, self, self.asked, self.wanted)
        first = next((one for one in self.views if one.is_default), None)
        if first is not None and not ui.request.query_params and not ui.is_partial and self.path == self.table.path:
            return ui.go(first.url(self.path))
        return None

    @property
    def id(self) -> str:
        """The id of the element that holds the rows."""
        return f"rows-{self.table.name}"

    @property
    def is_narrowed(self) -> bool:
        """Whether rows may be missing because of filters or a search."""
        return bool(self.given or self.kept.get("search"))

    def url(self, path: str = "", **changes: Any) -> str:
        """The address of this list with something else about it; None leaves a part out."""
        parts = {**self.given, **self.kept, **{name: str(value) for name, value in changes.items() if value is not None}}
        query = urlencode({name: value for name, value in parts.items() if name not in changes or changes[name] is not None})
        return (path or self.path) + (f"?{query}" if query else "")

    def sort_url(self, column: Column) -> str:
        """The list sorted by a column, or the other way round when it is already."""
        order = "asc" if self.sorted(column) == "descending" else "desc"
        return self.url(sort_by=column.sort, sort_order=order)

    def sorted(self, column: Column) -> str:
        """`ascending`, `descending` or `none`, as `aria-sort` has it."""
        if column.sort != self.kept.get("sort_by", self.table.by):
            return "none"
        return "ascending" if self.kept.get("sort_order") == "asc" else "descending"

    def link(self, row: Any) -> str:
        """The address of one row."""
        return self.table.address(row)

    @property
    def csv_url(self) -> str:
        """The same as a file."""
        return self.url(limit=None, view=None, format="csv")

    @property
    def all_url(self) -> str:
        """Everything, also for those who see one of their views first."""
        return f"{self.path}?view=all" if any(one.is_default for one in self.views) else self.path

    @property
    def save_view_url(self) -> str:
        """Where what is shown is kept as a view."""
        return f"/views/{self.table.name}/new?{urlencode({'query': self.query, 'back': self.path})}"

    def change_view_url(self, view: Saved) -> str:
        """Where a view is changed to what is shown."""
        return f"/views/{self.table.name}/{view.id}?{urlencode({'query': self.query})}"

    @property
    def current(self) -> Saved | None:
        """The view that the address names."""
        return next((one for one in self.views if str(one.id) == self.kept.get("view")), None)

    @property
    def query(self) -> str:
        """What a view keeps of the address: filters, search, order and columns."""
        parts = {**self.given, **self.kept, "columns": ",".join(one.name for one in self.columns)}
        return urlencode({name: value for name, value in parts.items() if name != "view"})

    @property
    def first(self) -> int:
        return (self.pagination.page - 1) * self.pagination.limit + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.pagination.page - 1) * self.pagination.limit + len(self.rows)
