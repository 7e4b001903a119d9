"""Asking for mails, and looking at what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from email_validator import EmailNotValidError, validate_email
from psycopg.types.json import Jsonb

from control.billing.customers import service as customers
from control.billing.invoices import finalising, many
from control.billing.invoices import service as invoices
from control.billing.invoices.models import Invoice
from control.billing.mails import queries as q
from control.billing.mails.models import InvoiceMail, SendInvoice, SendInvoices, What
from control.billing.mails.notices import NO_FACTS, Facts
from control.billing.texts import paragraph_error
from control.core import audit, jobs, operations
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.operations import Operation
from control.core.pagination import PageRequest, like

SORTABLE = {"created_at": "m.created_at", "updated_at": "m.updated_at", "status": "m.status"}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[InvoiceMail], int]:
    """The mails in reach."""
    params = {"search": like(wanted.search), "customer_id": None, **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(InvoiceMail, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, mail_id: UUID) -> InvoiceMail:
    """One mail. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(InvoiceMail, q.SQL.get, id=mail_id)
        if found is None:
            raise NotFound("mail")
        await ctx.audit_read(tx, "invoice_mail", found.id, organization_id=found.organization_id)
    return found


async def send(ctx: Context, tx: Transaction, invoice_id: UUID, data: SendInvoice) -> InvoiceMail:
    """Queue the mail of an invoice; a draft is finalised first. Raises NotFound, ValidationFailed, and as finalising does."""
    _check(data.message, data.recipients or ())
    invoice = await invoices.find_own(ctx, tx, invoice_id)
    mail_id = await queue(tx, ctx.actor, invoice, recipients=data.recipients, message=data.message)
    return await tx.one(InvoiceMail, q.SQL.get, id=mail_id)


async def send_many(ctx: Context, tx: Transaction, data: SendInvoices) -> Operation:
    """Begin the operation that mails many invoices. Raises ValidationFailed."""
    _check(data.message, ())
    actor = ctx.actor
    return await operations.start(
        tx,
        ctx.principal,
        organization_id=ctx.principal.organization_id,
        kind="invoice.send",
        subject_type="invoices",
        subject_id=len(data.ids),
        task="billing.send_invoices",
        wanted=await many.reach(ctx, tx, data.ids),
        message=data.message,
        actor={"kind": actor.kind, "id": str(actor.id), "organization_id": str(actor.organization_id)},
    )


async def queue(
    tx: Transaction,
    actor: audit.Actor,
    invoice: Invoice,
    *,
    what: What = "invoice",
    recipients: Sequence[str] | None = None,
    message: str = "",
    facts: Facts = NO_FACTS,
    request_id: UUID | None = None,
) -> UUID:
    """Queue a mail with this transaction; its id. A locked draft is finalised first. The same request queues it once.

    Raises as finalising does.
    """
    if request_id is not None and (found := await _requested(tx, invoice, request_id)):
        return found
    if invoice.status == "draft":
        before = invoices.summary(invoice)
        invoice = await finalising.finalise(tx, invoice)
        await audit.record(
            tx,
            actor,
            "invoice.finalised",
            "invoice",
            invoice.id,
            organization_id=invoice.organization_id,
            before=before,
            after=invoices.summary(invoice),
        )
    if recipients is None:
        customer = await customers.find(tx, invoice.customer_id)
        recipients = [customer.email, *customer.copies_to]
    mail_id = await tx.value(
        q.SQL.insert,
        id=new_id(),
        organization_id=invoice.organization_id,
        customer_org_id=invoice.customer_org_id,
        invoice_id=invoice.id,
        what=what,
        recipients=list(dict.fromkeys(recipients)),
        message=message,
        facts=Jsonb(msgspec.to_builtins(facts)),
        request_id=request_id,
    )
    if mail_id is None:  # a twin was faster
        twin = await _requested(tx, invoice, request_id) if request_id else None
        if twin is None:
            raise LookupError("only a twin stands in the way of a mail")
        return twin
    await audit.record(
        tx,
        actor,
        "invoice.mail_queued",
        "invoice",
        invoice.id,
        organization_id=invoice.organization_id,
        after={"mail_id": mail_id, "recipients": list(recipients), "what": what},
    )
    await jobs.defer(tx, "billing.mail_invoice", mail_id=str(mail_id), organization_id=str(invoice.organization_id))
    return UUID(str(mail_id))


async def _requested(tx: Transaction, invoice: Invoice, request_id: UUID) -> UUID | None:
    found: UUID | None = await tx.value(
        q.SQL.requested, organization_id=invoice.organization_id, request_id=request_id, invoice_id=invoice.id
    )
    return found


def _check(message: str, recipients: Sequence[str]) -> None:
    errors: list[FieldError] = []
    if error := paragraph_error("/message", message):
        errors.append(error)
    for n, each in enumerate(recipients):
        try:
            validate_email(each, check_deliverability=False)
        except EmailNotValidError as wrong:
            errors.append(FieldError(f"/recipients/{n}", str(wrong)))
    if errors:
        raise ValidationFailed(errors)
