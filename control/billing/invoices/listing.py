"""The list of invoices. A seller may have millions: conditions are only those that were asked for, so that each finds its index,
and totals come from tallies where they can.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import msgspec

from control.billing import reach
from control.billing.invoices import queries as q
from control.billing.invoices.models import Row
from control.billing.reports.tables import header, lines
from control.core.context import Context
from control.core.db import Transaction
from control.core.pagination import PageRequest
from control.core.sql import AdHoc

SORTABLE = {
    "created_at": "i.created_at",
    "issued_on": "i.issued_on",
    "due_date": "i.due_date",
    "number": "i.number_key",
    "total": "i.total",
    "status": "i.status",
    "customer_name": "i.name_key",
}
_CONDITIONS = {
    "organization_id": "i.organization_id = %(organization_id)s",
    "customer_org_id": "i.customer_org_id = %(customer_org_id)s AND i.status <> 'draft'",
    "customer_id": "i.customer_id = %(customer_id)s",
    "status": "i.status = %(status)s",
    "kind": "i.kind = %(kind)s",
    "issued_since": "i.issued_on >= %(issued_since)s",
    "issued_until": "i.issued_on <= %(issued_until)s",
    "due_until": "i.due_date <= %(due_until)s",
    "search": "(i.number_key >= %(search)s AND i.number_key < %(search_end)s"
    " OR i.name_key >= %(search)s AND i.name_key < %(search_end)s)",
}
"""Constant texts, joined as they are needed: a condition for some questions only would hide the index from the others."""
_OWED = (
    "i.customer_org_id = %(customer_org_id)s AND i.status IN ('sent', 'partially_paid', 'overdue')"
    " AND i.kind <> 'credit_note' AND i.balance > 0"
)
_TALLIED = {"organization_id", "status", "kind", "issued_since", "issued_until"}

_PART = 2_000
"""Invoices that are read at once for an export."""
_DAYS = {"issued_since", "issued_until"}
LAST = "\U0010ffff"
"""Comes after every character that a text has."""


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Row], int]:
    """The invoices in reach. The search is for the beginning of a number or a customer's name. Those of some days of issue come
    in the order of these days, unless another one is asked for."""
    asked = {name: value for name, value in filters.items() if value is not None}
    if _DAYS & asked.keys() and "sort_by" not in ctx.request.query_params:
        wanted = msgspec.structs.replace(wanted, order_by=wanted.order_by.replace("i.created_at", "i.issued_on"))
    bounds: dict[str, Any] = {}
    if wanted.search:
        asked["search"] = wanted.search.lower()
        bounds = {"search_end": asked["search"] + LAST}
    async with ctx.transaction() as tx:
        asked |= await _whose(ctx, tx, asked)
        where = " AND ".join(_CONDITIONS[name] for name in asked) or "true"
        if asked.keys() <= _TALLIED and ("organization_id" in asked or await reach.reaches_all(tx)):
            total = await tx.value(q.SQL.tallied, **dict.fromkeys(_TALLIED) | asked)
        else:
            total = await tx.value(AdHoc(f"{q.SQL.count} WHERE {where}"), **asked, **bounds)
        # Which ones comes from an index alone, so that the rows of the pages before are not read.
        more = "" if wanted.keyset is None else ", i.created_at, i.issued_on, i.due_date, i.total, i.status"
        ids = wanted.sorted(f"SELECT i.id{more} FROM hcc.invoices i WHERE {where}")
        rows = AdHoc(f"{q.SQL.page} WHERE i.id = ANY (ARRAY(SELECT id FROM ({ids}) AS these)) ORDER BY {wanted.order_by}")
        return await tx.all(Row, rows, **asked, **bounds), total


class Owed(msgspec.Struct, frozen=True):
    """What is to be paid in one currency."""

    currency: str
    balance: Decimal
    invoices: int


async def due(ctx: Context, most: int) -> tuple[list[Row], list[Owed]]:
    """What the caller's own organisation has to pay: at most so many invoices, oldest first, and the sums over all of them."""
    params: dict[str, Any] = {"customer_org_id": ctx.principal.organization_id}
    async with ctx.transaction() as tx:
        owed = await tx.all(Owed, AdHoc(f"{q.SQL.owed} WHERE {_OWED} GROUP BY 1 ORDER BY 1"), **params)
        rows = AdHoc(f"{q.SQL.page} WHERE {_OWED} ORDER BY i.due_date, i.id LIMIT %(most)s")
        return (await tx.all(Row, rows, **params, most=most) if owed else []), owed


async def export(ctx: Context, search: str | None, filters: dict[str, Any]) -> AsyncIterator[bytes]:
    """The invoices in reach as CSV, the newest first, some at a time: each part in a transaction of its own, so that a slow
    reader holds nothing."""
    yield header(Row)
    asked = {name: value for name, value in filters.items() if value is not None}
    if search:
        asked["search"] = search.lower()
    bounds: dict[str, Any] = {"search_end": (search or "").lower() + LAST, "many": _PART}
    last: Row | None = None
    while True:
        async with ctx.transaction() as tx:
            known = asked | await _whose(ctx, tx, asked)
            conditions = [_CONDITIONS[name] for name in known]
            if last is not None:
                conditions.append("(i.created_at, i.id) < (%(last_at)s, %(last_id)s)")
                bounds |= {"last_at": last.created_at, "last_id": last.id}
            where = " AND ".join(conditions) or "true"
            part = AdHoc(f"{q.SQL.page} WHERE {where} ORDER BY i.created_at DESC, i.id DESC LIMIT %(many)s")
            rows = await tx.all(Row, part, **known, **bounds)
        if rows:
            yield lines(rows, Row)
            last = rows[-1]
        if len(rows) < _PART:
            return


async def _whose(ctx: Context, tx: Transaction, asked: dict[str, Any]) -> dict[str, Any]:
    """Whose invoices those in reach are, where it is one seller's alone, or where the caller only buys."""
    return {} if "organization_id" in asked else dict(await reach.whose(ctx, tx))
