"""Reading what registers said, asking again, and settling invoices in doubt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.invoices.models import Nothing
from control.billing.tax.vat_checks import queries as q
from control.billing.tax.vat_checks.checking import watch
from control.billing.tax.vat_checks.models import Resolution, TaxFlag, VatCheck
from control.billing.texts import line_error
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, NotFound, ValidationFailed
from control.core.pagination import PageRequest

SORTABLE = {"checked_at": "checked_at"}
FLAGS_SORTABLE = {"created_at": "f.created_at"}


async def page(ctx: Context, customer_id: UUID, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[VatCheck], int]:
    """The checks of a customer's ids. They are the seller's evidence; a customer does not see them. Raises NotFound."""
    del filters
    async with ctx.transaction() as tx:
        await _sellers(ctx, tx, customer_id)
        total = await tx.value(q.SQL.count, customer_id=customer_id)
        return await tx.all(VatCheck, wanted.sorted(q.SQL.page), customer_id=customer_id), total


async def check_again(ctx: Context, customer_id: UUID, _: Nothing) -> Customer:
    """Have the register asked now. Raises Conflict where there is no id that VIES knows."""
    async with ctx.transaction() as tx:
        customer = await _sellers(ctx, tx, customer_id)
        if not await watch(tx, customer, again=True):
            raise Conflict("This customer has no VAT id of a member state.", details={"tax_id_status": customer.tax_id_status})
        await ctx.audit(tx, "customer.tax_id_check_asked", "customer", customer.id, organization_id=customer.organization_id)
        return customer


async def flags(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[TaxFlag], int]:
    """The invoices in doubt of the organisations in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.flags_count, **filters)
        return await tx.all(TaxFlag, wanted.sorted(q.SQL.flags_page), **filters), total


async def flag(ctx: Context, flag_id: UUID) -> TaxFlag:
    """One of them. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await _flag(tx, flag_id)
        await ctx.audit_read(tx, "tax_flag", found.id, organization_id=found.organization_id)
        return found


async def resolve(ctx: Context, flag_id: UUID, data: Resolution) -> TaxFlag:
    """Say what was done about it. Raises Conflict when that was said before."""
    if error := line_error("/resolution", data.resolution):
        raise ValidationFailed(error)
    async with ctx.transaction() as tx:
        await tx.value(q.SQL.flag_lock, id=flag_id)
        before = await _flag(tx, flag_id)
        ctx.if_match(before.version)
        if before.resolved_at is not None:
            raise Conflict("This was settled already.", details={"resolution": before.resolution})
        await tx.run(q.SQL.flag_resolve, id=flag_id, resolution=data.resolution)
        after = await _flag(tx, flag_id)
        where = after.organization_id
        await ctx.audit(tx, "tax_flag.resolved", "tax_flag", after.id, organization_id=where, before=before, after=after)
        await events.emit(tx, "tax_flag.resolved", where, after)
    return after


async def _flag(tx: Transaction, flag_id: UUID) -> TaxFlag:
    found = await tx.maybe(TaxFlag, q.SQL.flag_get, id=flag_id)
    if found is None:
        raise NotFound("tax flag")
    return found


async def _sellers(ctx: Context, tx: Transaction, customer_id: UUID) -> Customer:
    """The customer, for who sells to them. Raises NotFound."""
    found = await customers.find(tx, customer_id)
    if found.customer_org_id == ctx.principal.organization_id and found.organization_id != ctx.principal.organization_id:
        raise NotFound("customer of yours")
    return found
