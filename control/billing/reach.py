"""Whose documents those in reach are, so that a list finds its index: what row level security lets through is a condition that
none has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control.billing.invoices import queries as q
from control.core.context import Context
from control.core.db import Transaction


class _Seller(msgspec.Struct):
    organization_id: UUID


async def whose(ctx: Context, tx: Transaction) -> dict[str, UUID]:
    """`organization_id` where those in reach are one seller's alone, `customer_org_id` where the caller only buys."""
    match await tx.all(_Seller, q.SQL.sellers_in_reach):
        case []:
            return {"customer_org_id": ctx.principal.organization_id}
        case [one] if not await tx.value(q.SQL.buys, organization_id=ctx.principal.organization_id):
            return {"organization_id": one.organization_id}
    return {}


async def asked(ctx: Context, tx: Transaction, filters: dict[str, Any]) -> dict[str, Any]:
    """The filters of a list, with whose rows those in reach are where nobody's were asked for."""
    known = {"customer_org_id": None, **filters}
    return known if known.get("organization_id") else known | await whose(ctx, tx)


async def reaches_all(tx: Transaction) -> bool:
    """Whether every organisation is in reach."""
    return bool(await tx.value(q.SQL.reaches_all))
