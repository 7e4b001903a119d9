"""Finalising many drafts that somebody chose: some hundred in a transaction, those that cannot be left out with their reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import structlog

from control.billing.customers import queries as customer_q
from control.billing.customers.models import Customer
from control.billing.invoices import queries as q
from control.billing.invoices.finalising import MANY, Ready, finalise_many, ready
from control.billing.invoices.models import FinaliseInvoices, Invoice, Item
from control.billing.invoices.service import summary
from control.billing.settings import service as settings
from control.billing.today import today
from control.core import audit, operations
from control.core.context import Context
from control.core.db import Database, Scope, Transaction
from control.core.errors import DomainError, NotFound
from control.core.operations import Operation

AT_ONCE = 100
"""Drafts in one transaction, for which others wait at the counter of numbers."""
log = structlog.get_logger("hcc.billing")
Results = dict[UUID, Invoice | DomainError]


class Reachable(msgspec.Struct, frozen=True):
    """An invoice of somebody for whom the caller may sell."""

    id: UUID
    organization_id: UUID


class _ItemOf(Item, kw_only=True):
    invoice_id: UUID


async def begin(ctx: Context, tx: Transaction, data: FinaliseInvoices) -> Operation:
    """Begin the operation that finalises many drafts."""
    actor = ctx.actor
    return await operations.start(
        tx,
        ctx.principal,
        organization_id=ctx.principal.organization_id,
        kind="invoice.finalise",
        subject_type="invoices",
        subject_id=len(data.ids),
        task="billing.finalise_invoices",
        wanted=await reach(ctx, tx, data.ids),
        actor={"kind": actor.kind, "id": str(actor.id), "organization_id": str(actor.organization_id)},
    )


async def reach(ctx: Context, tx: Transaction, ids: Iterable[UUID]) -> list[tuple[str, str | None]]:
    """Each id once, with its seller, or with none where the caller may not sell it."""
    once = list(dict.fromkeys(ids))
    rows = await tx.all(Reachable, q.SQL.reachable, ids=once, own=ctx.principal.organization_id)
    found = {row.id: str(row.organization_id) for row in rows}
    return [(str(one), found.get(one)) for one in once]


async def finalise(database: Database, seller_id: UUID, ids: Sequence[UUID], actor: audit.Actor) -> Results:
    """Finalise what is a draft of these invoices of one seller; for each how it is now, or why it is a draft still."""
    results: Results = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        try:
            async with database.transaction(Scope(seller_id)) as tx:
                done = await _batch(tx, seller_id, some, actor)
        except (DomainError, psycopg.errors.DataError, psycopg.errors.IntegrityError, ValueError) as error:
            log.warning("drafts are finalised one by one", organization_id=str(seller_id), error=repr(error))
            done = {}
            for one in some:
                done |= await _alone(database, seller_id, one, actor)
        results |= done
    return results


async def _alone(database: Database, seller_id: UUID, invoice_id: UUID, actor: audit.Actor) -> Results:
    try:
        async with database.transaction(Scope(seller_id)) as tx:
            return await _batch(tx, seller_id, [invoice_id], actor)
    except DomainError as error:
        return {invoice_id: error}
    except (psycopg.errors.DataError, psycopg.errors.IntegrityError, ValueError):
        log.exception("draft not finalised", invoice_id=str(invoice_id))
        return {invoice_id: DomainError("The draft cannot be finalised; the error was recorded.")}


async def _batch(tx: Transaction, seller_id: UUID, ids: Sequence[UUID], actor: audit.Actor) -> Results:
    """These in one transaction. Raises what stops all of them."""
    await tx.all(Reachable, q.SQL.lock_many, ids=list(ids), organization_id=seller_id)
    found = {one.id: one for one in await tx.all(Invoice, MANY, ids=list(ids)) if one.organization_id == seller_id}
    items: dict[UUID, list[Item]] = {}
    for row in await tx.all(_ItemOf, q.SQL.items_of_many, ids=list(ids)):
        items.setdefault(row.invoice_id, []).append(Item(**{name: getattr(row, name) for name in Item.__struct_fields__}))
    people = await tx.all(Customer, customer_q.SQL.get_many, ids=list({one.customer_id for one in found.values()}))
    customers = {one.id: one for one in people}
    seller = await settings.find(tx, seller_id)
    on = today(seller.timezone)
    results: Results = {}
    fit: list[Ready] = []
    for key in ids:
        try:
            invoice = found.get(key)
            if invoice is None:
                raise NotFound("invoice of yours to finalise")
            if invoice.status == "draft":
                fit.append(ready(_with(invoice, items), seller, customers[invoice.customer_id], on))
            else:
                results[key] = invoice
        except DomainError as error:
            results[key] = error
    finals = await finalise_many(tx, fit, seller, on)
    await audit.record_many(
        tx,
        actor,
        "invoice.finalised",
        "invoice",
        [
            (after.id, after.organization_id, summary(before.invoice), summary(after))
            for before, after in zip(fit, finals, strict=True)
        ],
    )
    return results | {one.id: one for one in finals}


def _with(invoice: Invoice, items: dict[UUID, list[Item]]) -> Invoice:
    return msgspec.structs.replace(invoice, items=items.get(invoice.id, []))


def told(invoice_id: str, result: Invoice | DomainError) -> dict[str, Any]:
    """What an operation's result says of one."""
    if isinstance(result, DomainError):
        error = {"code": result.code, "message": str(result.message), "details": result.details}
        return {"invoice_id": invoice_id, "status": "failed", "error": error}
    return {"invoice_id": invoice_id, "status": "finalised", "invoice_number": result.invoice_number}
