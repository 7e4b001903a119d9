"""Drafts of invoices: reading, writing, throwing away. What is finalised is the work of finalising.py and crediting.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from control.billing.customers import service as customers
from control.billing.invoices import drafting
from control.billing.invoices import queries as q
from control.billing.invoices.models import Invoice, Item, NewInvoice, Row
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.words import N_, said


async def get(ctx: Context, invoice_id: UUID) -> Invoice:
    """One invoice. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, invoice_id)
        # Customers who read what is theirs look into nobody else's organisation.
        if found.customer_org_id != ctx.principal.organization_id:
            await ctx.audit_read(tx, "invoice", found.id, organization_id=found.organization_id)
    return found


async def find(tx: Transaction, invoice_id: UUID, *, lock: bool = False) -> Invoice:
    """The invoice in this transaction, with its positions. Raises NotFound."""
    if lock:
        await tx.value(q.SQL.lock, id=invoice_id)
    found = await tx.maybe(Invoice, q.SQL.get, id=invoice_id)
    if found is None:
        raise NotFound("invoice")
    return msgspec.structs.replace(found, items=await tx.all(Item, q.SQL.items, id=invoice_id))


async def find_own(ctx: Context, tx: Transaction, invoice_id: UUID) -> Invoice:
    """The invoice, locked, for who sells: a customer may read theirs, and not write. Raises NotFound."""
    found = await find(tx, invoice_id, lock=True)
    if found.customer_org_id == ctx.principal.organization_id and found.organization_id != ctx.principal.organization_id:
        raise NotFound("invoice of yours to change")
    return found


async def create(ctx: Context, tx: Transaction, data: NewInvoice) -> Invoice:
    """A draft. Raises ValidationFailed."""
    made, seller = await _drafted(ctx, tx, data)
    invoice_id = new_id()
    await tx.run(q.SQL.insert, id=invoice_id, organization_id=seller.organization_id, **made.columns)
    await _write_items(tx, seller.organization_id, invoice_id, made)
    created = await find(tx, invoice_id)
    await _tell(ctx, tx, "created", created)
    return created


async def preview(ctx: Context, data: NewInvoice) -> drafting.Draft:
    """What a draft would come to; nothing is kept. Raises ValidationFailed."""
    async with ctx.transaction() as tx:
        made, _ = await _drafted(ctx, tx, data)
    return made


async def replace(ctx: Context, invoice_id: UUID, data: NewInvoice) -> Invoice:
    """Set all of a draft. Raises Conflict for what is finalised."""
    async with ctx.transaction() as tx:
        before = await find_own(ctx, tx, invoice_id)
        _draft_only(before, _NOT_CHANGED)
        ctx.if_match(before.version)
        made, seller = await _drafted(ctx, tx, data)
        if seller.organization_id != before.organization_id:
            raise ValidationFailed(FieldError("/customer_id", "is another seller's customer"))
        await tx.run(q.SQL.rewrite, id=invoice_id, **made.columns)
        await tx.run(q.SQL.delete_items, id=invoice_id)
        await _write_items(tx, before.organization_id, invoice_id, made)
        after = await find(tx, invoice_id)
        await _tell(ctx, tx, "updated", after, before=before)
    return after


async def delete(ctx: Context, invoice_id: UUID) -> None:
    """Throw a draft away. Raises Conflict for what is finalised."""
    async with ctx.transaction() as tx:
        before = await find_own(ctx, tx, invoice_id)
        _draft_only(before, _NOT_DELETED)
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete, id=invoice_id)
        await ctx.audit(tx, "invoice.deleted", "invoice", before.id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "invoice.deleted", before.organization_id, {"id": before.id})


_NOT_CHANGED = N_("Invoice %(number)s is finalised and cannot be changed; make a credit note or a debit note.")
_NOT_DELETED = N_("Invoice %(number)s is finalised and cannot be deleted; cancel it with a credit note.")


def _draft_only(invoice: Invoice, words: str) -> None:
    if invoice.status != "draft":
        raise Conflict(said(words, number=str(invoice.invoice_number)), details={"status": invoice.status})


async def _drafted(ctx: Context, tx: Transaction, data: NewInvoice) -> tuple[drafting.Draft, BillingSettings]:
    try:
        customer = await customers.find(tx, data.customer_id)
    except NotFound:
        raise ValidationFailed(FieldError("/customer_id", "is no customer of yours")) from None
    if customer.customer_org_id == ctx.principal.organization_id:
        raise ValidationFailed(FieldError("/customer_id", "is no customer of yours"))
    if not customer.is_active:
        raise ValidationFailed(FieldError("/customer_id", "is not active"))
    seller = await settings.find(tx, customer.organization_id)
    if data.corrects_id is not None:
        await _corrected(tx, data, customer.id)
    return drafting.draft(data, seller, customer, today(seller.timezone)), seller


async def _corrected(tx: Transaction, data: NewInvoice, customer_id: UUID) -> None:
    found = await tx.maybe(Invoice, q.SQL.get, id=data.corrects_id)
    if found is None or found.customer_id != customer_id or found.status == "draft" or found.kind != "invoice":
        raise ValidationFailed(FieldError("/corrects_id", "is no finalised invoice of this customer"))


async def _write_items(tx: Transaction, organization_id: UUID, invoice_id: UUID, made: drafting.Draft) -> None:
    if made.items:
        await tx.run(
            q.SQL.insert_items,
            organization_id=organization_id,
            customer_org_id=made.columns["customer_org_id"],
            invoice_id=invoice_id,
            items=drafting.rows(made.items),
        )


async def _tell(ctx: Context, tx: Transaction, what: str, invoice: Invoice, before: Invoice | None = None) -> None:
    await ctx.audit(
        tx,
        f"invoice.{what}",
        "invoice",
        invoice.id,
        organization_id=invoice.organization_id,
        before=before and summary(before),
        after=summary(invoice),
    )
    await events.emit(tx, f"invoice.{what}", invoice.organization_id, summary(invoice))


def summary(invoice: Invoice) -> dict[str, Any]:
    """An invoice as the audit log and events carry it: without its positions, which may be thousands."""
    found = {name: getattr(invoice, name) for name in Row.__struct_fields__}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}
