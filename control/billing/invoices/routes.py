"""/v1/invoices"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream
from msgspec import Meta

from control.billing.invoices import crediting, finalising, listing, many, service
from control.billing.invoices.models import (
    FinaliseInvoices,
    Invoice,
    Kind,
    NewCreditNote,
    NewInvoice,
    Nothing,
    Row,
    Status,
    WriteOff,
)
from control.core.collection import collection
from control.core.context import Context, Ctx
from control.core.envelope import Envelope
from control.core.operations import Operation
from control.core.permissions import needs

_TAGS, _READ, _WRITE = ["billing"], "billing:read", "billing:write"
listed = collection(Row, "/v1/invoices", "{invoice_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
invoices = collection(Invoice, "/v1/invoices", "{invoice_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)


async def _finalise(ctx: Context, invoice_id: UUID, _: Nothing) -> Invoice:
    async with ctx.transaction() as tx:
        before = await service.find_own(ctx, tx, invoice_id)
        ctx.if_match(before.version)
        after = await finalising.finalise(tx, before)
        await ctx.audit(
            tx,
            "invoice.finalised",
            "invoice",
            after.id,
            organization_id=after.organization_id,
            before=service.summary(before),
            after=service.summary(after),
        )
    return after


@post("/v1/invoices/{invoice_id:uuid}/credit-notes", opt=needs(_WRITE), tags=_TAGS, operation_id="create_credit_note")
async def create_credit_note(ctx: Ctx, invoice_id: FromPath[UUID], data: JSONBody[NewCreditNote]) -> Response[Envelope[Invoice]]:
    """Take back all that is left of a finalised invoice, or some positions; what was paid becomes the customer's credit."""
    return await ctx.once(lambda tx: crediting.credit(ctx, tx, invoice_id, data))


@post("/v1/invoices/finalise", status_code=202, opt=needs(_WRITE), tags=_TAGS, operation_id="finalise_invoices")
async def finalise_invoices(ctx: Ctx, data: JSONBody[FinaliseInvoices]) -> Response[Envelope[Operation]]:
    """Finalise many drafts, as an operation; its result says for each its number, or why it is a draft still."""
    return await ctx.once(lambda tx: many.begin(ctx, tx, data), status=202)


@get("/v1/invoices.csv", media_type="text/csv", opt=needs(_READ), tags=_TAGS, operation_id="export_invoices")
async def export_invoices(
    ctx: Ctx,
    organization_id: FromQuery[UUID | None] = None,
    customer_id: FromQuery[UUID | None] = None,
    status: FromQuery[Status | None] = None,
    kind: FromQuery[Kind | None] = None,
    issued_since: FromQuery[date | None] = None,
    issued_until: FromQuery[date | None] = None,
    due_until: FromQuery[date | None] = None,
    search: FromQuery[Annotated[str, Meta(max_length=200)] | None] = None,
) -> Stream:
    """The same as CSV, all of it."""
    filters = {
        "organization_id": organization_id,
        "customer_id": customer_id,
        "status": status,
        "kind": kind,
        "issued_since": issued_since,
        "issued_until": issued_until,
        "due_until": due_until,
    }
    headers = {"Content-Disposition": 'attachment; filename="invoices.csv"', "Cache-Control": "no-store"}
    return Stream(listing.export(ctx, search, filters), media_type="text/csv", headers=headers)


ROUTES = [
    listed.page(
        "list_invoices",
        listing.page,
        "The invoices, credit notes and debit notes in reach; `search` finds the beginning of a number or a customer's name.",
        sortable=listing.SORTABLE,
        tie="i.id",
        filters={
            "organization_id": UUID,
            "customer_id": UUID,
            "status": Status,
            "kind": Kind,
            "issued_since": date,
            "issued_until": date,
            "due_until": date,
        },
    ),
    invoices.get("get_invoice", service.get, "One invoice with its positions."),
    invoices.create("create_invoice", NewInvoice, service.create, "Write a draft; tax and totals are computed here."),
    invoices.replace("replace_invoice", NewInvoice, service.replace, "Set all of a draft; 409 for what is finalised."),
    invoices.delete("delete_invoice", service.delete, "Throw a draft away; 409 for what is finalised."),
    invoices.action(
        "finalise_invoice",
        "finalise",
        Nothing,
        _finalise,
        "Give a draft its number and book it. From then on it never changes; a credit note takes it back.",
    ),
    invoices.action(
        "cancel_invoice",
        "cancel",
        NewCreditNote,
        crediting.cancel,
        "Take an unpaid invoice back with a credit note over all of it.",
    ),
    invoices.action(
        "write_off_invoice", "write-off", WriteOff, crediting.write_off, "Give up what is open: a loss in the books."
    ),
    create_credit_note,
    finalise_invoices,
    export_invoices,
]
