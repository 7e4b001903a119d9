"""Evidence of customers' countries, for who sells to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from control.billing.addresses import countries
from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.tax.evidence import queries as q
from control.billing.tax.evidence.gathering import note, place_of_supply
from control.billing.tax.evidence.models import NewPiece, Piece, PlaceOfSupply
from control.billing.texts import line_error
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, NotFound, ValidationFailed
from control.core.pagination import PageRequest

SORTABLE = {"seen_at": "seen_at"}


async def page(ctx: Context, customer_id: UUID, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Piece], int]:
    """All that was ever kept, the latest first. Raises NotFound."""
    del filters
    async with ctx.transaction() as tx:
        await _sellers(ctx, tx, customer_id)
        total = await tx.value(q.SQL.count, customer_id=customer_id)
        return await tx.all(Piece, wanted.sorted(q.SQL.page), customer_id=customer_id), total


async def answer(ctx: Context, customer_id: UUID) -> PlaceOfSupply:
    """Where the customer is, and how well that is known. Raises NotFound."""
    async with ctx.transaction() as tx:
        return await place_of_supply(tx, await _sellers(ctx, tx, customer_id))


async def add(ctx: Context, tx: Transaction, customer_id: UUID, data: NewPiece) -> PlaceOfSupply:
    """Keep what somebody else saw; the answer that comes of it. Raises NotFound, ValidationFailed."""
    customer = await _sellers(ctx, tx, customer_id)
    if data.country not in countries():
        raise ValidationFailed(FieldError("/country", "is not a country of ISO 3166-1"))
    if error := line_error("/detail", data.detail):
        raise ValidationFailed(error)
    if await note(tx, customer, data.kind, data.country, detail=data.detail, source=data.source):
        where = customer.organization_id
        facts = {"kind": data.kind, "country": data.country, "source": data.source}
        await ctx.audit(tx, "customer.place_noted", "customer", customer.id, organization_id=where, after=facts)
    return await place_of_supply(tx, customer)


async def _sellers(ctx: Context, tx: Transaction, customer_id: UUID) -> Customer:
    found = await customers.find(tx, customer_id)
    if found.customer_org_id == ctx.principal.organization_id and found.organization_id != ctx.principal.organization_id:
        raise NotFound("customer of yours")
    return found
