"""Selling on what the seller above sells: terms, and what is owed of each line.

The shares are what the statements of `control.billing.reselling` add up each month.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg.errors import ForeignKeyViolation

from control.billing.catalogue import products
from control.billing.catalogue import queries as q
from control.billing.catalogue.models import NewResellerTerms, ResellerTerms, SupplierShare
from control.billing.money import Rounding, number_error, rounded
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.pagination import PageRequest
from control.monitoring import kept

SORTABLE = {"created_at": "created_at"}
SHARES_SORTABLE = {"booked_on": "booked_on", "created_at": "created_at"}
TERMS = kept.kind("terms for a reseller", "reseller_terms", q.SQL, "terms", 20_000, "There are such terms already.")
ROWS: kept.Rows[ResellerTerms] = kept.Rows(TERMS, ResellerTerms)
_HUNDRED = Decimal(100)


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[ResellerTerms], int]:
    """The terms in reach: those one gives, and those one has."""
    return await ROWS.page(ctx, wanted, filters)


async def get(ctx: Context, terms_id: UUID) -> ResellerTerms:
    """One of them. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await kept.find(tx, TERMS, ResellerTerms, terms_id)
        # Resellers who read what is theirs look into nobody else's organisation.
        if await tx.value(q.SQL.gives_terms, id=found.id):
            await ctx.audit_read(tx, "reseller_terms", found.id, organization_id=found.organization_id)
    return found


async def create(ctx: Context, tx: Transaction, data: NewResellerTerms) -> ResellerTerms:
    """New terms for a reseller directly below. Raises ValidationFailed, Conflict."""
    await _check(tx, ctx.principal.organization_id, data)
    return await kept.create(ctx, tx, TERMS, ResellerTerms, msgspec.structs.asdict(data))


async def replace(ctx: Context, terms_id: UUID, data: NewResellerTerms) -> ResellerTerms:
    """Set all fields; what was sold keeps its share. Raises as `create`."""
    async with ctx.transaction() as tx:
        before = await _own(tx, terms_id)
        await _check(tx, before.organization_id, data)
    return await kept.update(ctx, TERMS, ResellerTerms, terms_id, msgspec.structs.asdict(data))


async def delete(ctx: Context, terms_id: UUID) -> None:
    """End terms. Raises NotFound."""
    async with ctx.transaction() as tx:
        await _own(tx, terms_id)
    await ROWS.delete(ctx, terms_id)


async def shares(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[SupplierShare], int]:
    """What is owed, line by line: by oneself, and by resellers below."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.shares_count, **filters)
        return await tx.all(SupplierShare, wanted.sorted(q.SQL.shares_page), **filters), total


def owed(
    kind: Literal["wholesale", "commission"],
    percent: Decimal,
    *,
    sold: Decimal,
    listed: Decimal | None,
    currency: str,
    rounding: Rounding = "half_up",
) -> Decimal | None:
    """What a reseller owes of a line sold at `sold` whose list price for the same days is `listed`, both without tax.

    None when the list has no price for it.
    """
    of = sold if kind == "commission" else listed
    return None if of is None else rounded(of - of * percent / _HUNDRED, currency, rounding)


def terms_for(terms: Sequence[ResellerTerms], plan_id: UUID) -> ResellerTerms | None:
    """Those of the plan before those of all plans."""
    by_plan = {one.plan_id: one for one in terms}
    return by_plan.get(plan_id) or by_plan.get(None)


async def my_terms(tx: Transaction, organization_id: UUID) -> list[ResellerTerms]:
    """What a reseller was given by the seller above."""
    sql = q.SQL.terms_page + "\nORDER BY id LIMIT 10000"
    return await tx.all(ResellerTerms, sql, organization_id=None, reseller_org_id=organization_id)


async def _own(tx: Transaction, terms_id: UUID) -> ResellerTerms:
    """The terms for who gives them: a reseller reads its own, and does not change them. Raises NotFound."""
    found = await kept.find(tx, TERMS, ResellerTerms, terms_id)
    if not await tx.value(q.SQL.gives_terms, id=terms_id):
        raise NotFound("terms of yours to change")
    return found


async def _check(tx: Transaction, organization_id: UUID, data: NewResellerTerms) -> None:
    errors = [error for error in [number_error("/percent", data.percent, 4, most=_HUNDRED)] if error]
    if not await tx.value(q.SQL.is_reseller_below, id=data.reseller_org_id, parent_id=organization_id):
        errors.append(FieldError("/reseller_org_id", "is no reseller directly below yours"))
    if data.plan_id is not None:
        try:
            if (await products.find_plan(tx, data.plan_id)).organization_id != organization_id:
                raise NotFound
        except (NotFound, ForeignKeyViolation, Conflict):
            errors.append(FieldError("/plan_id", "is no plan of yours"))
    if errors:
        raise ValidationFailed(errors)


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A line's share on its way into the table."""

    id: UUID
    supplier_org_id: UUID
    invoice_item_id: UUID
    supplier_plan_id: UUID
    kind: Literal["wholesale", "commission"]
    percent: Decimal
    booked_on: date
    currency: str
    sold: Decimal
    owed: Decimal | None
