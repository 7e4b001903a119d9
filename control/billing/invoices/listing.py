"""The list of invoices. A seller may have millions: conditions are only those that were asked for, so that each finds its index,
and totals come from tallies where they can.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control.billing.invoices import queries as q
from control.billing.invoices.models import Row
from control.core.context import Context
from control.core.db import Transaction
from control.core.pagination import PageRequest, like

SORTABLE = {
    "created_at": "i.created_at",
    "issued_on": "i.issued_on",
    "due_date": "i.due_date",
    "number": "i.number",
    "total": "i.total",
    "status": "i.status",
    "customer_name": "i.customer_name",
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
    "search": "(lower(i.number) LIKE %(search)s OR lower(i.customer_name) LIKE %(search)s)",
}
"""Constant texts, joined as they are needed: a condition for some questions only would hide the index from the others."""
_TALLIED = {"organization_id", "status", "kind", "issued_since", "issued_until"}


class _Seller(msgspec.Struct):
    organization_id: UUID


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Row], int]:
    """The invoices in reach. The search is for the beginning of a number or a customer's name."""
    asked = {name: value for name, value in {**filters, "search": beginning(wanted.search)}.items() if value is not None}
    async with ctx.transaction() as tx:
        asked |= await _whose(ctx, tx, asked)
        where = " AND ".join(_CONDITIONS[name] for name in asked) or "true"
        if "organization_id" in asked and asked.keys() <= _TALLIED:
            total = await tx.value(q.SQL.tallied, **dict.fromkeys(_TALLIED) | asked)
        else:
            total = await tx.value(f"{q.SQL.count} WHERE {where}", **asked)
        return await tx.all(Row, wanted.sorted(f"{q.SQL.page} WHERE {where}"), **asked), total


async def _whose(ctx: Context, tx: Transaction, asked: dict[str, Any]) -> dict[str, Any]:
    """Whose invoices those in reach are, where it is one seller's alone, or where the caller only buys."""
    if "organization_id" in asked:
        return {}
    match await tx.all(_Seller, q.SQL.sellers_in_reach):
        case []:
            return {"customer_org_id": ctx.principal.organization_id}
        case [one] if not await tx.value(q.SQL.buys, organization_id=ctx.principal.organization_id):
            return {"organization_id": one.organization_id}
    return {}


def beginning(search: str | None) -> str | None:
    """A pattern for texts that begin so."""
    pattern = like(search.lower() if search else None)
    return pattern[1:] if pattern else None
