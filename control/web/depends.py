"""What depends on a thing: how much of each kind there is, and the first few with their addresses. A page that asks before
something is deleted shows it.

    EXCLUSIONS = Editing(..., depends=hanging(Hangs(table=RULES, label=N_("Rules"), permission="security:read", by="list_id")))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from control.core.context import Context
from control.core.few import FEW, Named
from control.core.pagination import PageRequest
from control.web.tables import Table


class Dependent(msgspec.Struct, frozen=True, kw_only=True):
    """Things of one kind that depend on another one. `rows` are a few of them."""

    label: str
    total: int
    rows: Sequence[Any] = ()
    name: Callable[[Any], str] = lambda row: str(row.name)
    where: Callable[[Any], str] = lambda _: ""
    path: str = ""
    """The list of all."""
    keeps: bool = False
    """Whether nothing is deleted while there are some."""

    @property
    def first(self) -> list[tuple[str, str]]:
        """Names and addresses; asked for while the page is rendered, since names may depend on the language."""
        return [(self.name(row), self.where(row)) for row in self.rows]


Depends = Callable[[Context, Any], Awaitable[list[Dependent]]]


def named(label: str, rows: Sequence[Named], at: str = "", *, keeps: bool = False, path: str = "", end: str = "") -> Dependent:
    """Those that a service found by name; each has its page below `at`, with `end` behind its id."""
    total = rows[0].total if rows else 0
    where = (lambda row: f"{at}/{row.id}{end}") if at else (lambda _: "")
    return Dependent(label=label, total=total, rows=rows, where=where, keeps=keeps, path=path)


class Hangs(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of things that is found by its table: those whose filter `by` is the id of the other one. Who may not see them is
    not told how many there are."""

    table: Table
    label: str
    permission: str
    by: str
    fixed: Mapping[str, Any] = {}
    """Further filters."""
    name: Callable[[Any], str] | None = None
    """What one is called, where that is not its first column."""
    keeps: bool = False

    async def found(self, ctx: Context, value: Any) -> Dependent:
        table = self.table
        filters = {**dict.fromkeys(one.name for one in table.filters), **self.fixed, self.by: value}
        wanted = PageRequest(1, FEW, f"{table.sortable[table.by]} DESC, {table.tie} DESC")
        rows, total = await table.service(ctx, wanted, filters)
        query = urlencode({name: str(one) for name, one in {**self.fixed, self.by: value}.items()})
        first = table.columns[0]
        return Dependent(
            label=self.label, total=total, rows=rows[:FEW], where=table.address, path=f"{table.path}?{query}", keeps=self.keeps,
            name=self.name or (lambda row: str(first.value(row))),
        )  # fmt: skip


def hanging(*kinds: Hangs) -> Depends:
    """All of these kinds that the person may see."""

    async def found(ctx: Context, row: Any) -> list[Dependent]:
        return [await one.found(ctx, row.id) for one in kinds if ctx.principal.may(one.permission)]

    return found
