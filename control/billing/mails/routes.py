"""/v1/invoices/{id}/send, /v1/invoices/send, /v1/billing/mails and /v1/billing/bounces"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from litestar import Response, post
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, RequestBody, Schema
from litestar.openapi.spec import Operation as Described
from litestar.params import FromPath, JSONBody

from control.billing.mails import service, taking
from control.billing.mails.models import Bounced, InvoiceMail, SendInvoice, SendInvoices, Status
from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.operations import Operation
from control.core.permissions import needs

_TAGS, _READ, _WRITE = ["billing"], "billing:read", "billing:write"
mails = collection(InvoiceMail, "/v1/billing/mails", "{mail_id:uuid}", tags=_TAGS, read=_READ)


@dataclass
class _Message(Described):
    """A request whose body is a message."""

    def __post_init__(self) -> None:
        message = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, content_encoding="binary"))
        self.request_body = RequestBody(content={"application/octet-stream": message}, required=True)


@post("/v1/invoices/{invoice_id:uuid}/send", status_code=202, opt=needs(_WRITE), tags=_TAGS, operation_id="send_invoice")
async def send_invoice(ctx: Ctx, invoice_id: FromPath[UUID], data: JSONBody[SendInvoice]) -> Response[Envelope[InvoiceMail]]:
    """Mail an invoice with its PDF; a draft is finalised first. It is mailed each time, but once for an Idempotency-Key."""
    return await ctx.once(lambda tx: service.send(ctx, tx, invoice_id, data), status=202)


@post("/v1/invoices/send", status_code=202, opt=needs(_WRITE), tags=_TAGS, operation_id="send_invoices")
async def send_invoices(ctx: Ctx, data: JSONBody[SendInvoices]) -> Response[Envelope[Operation]]:
    """Mail many invoices, as an operation; its result says for each whether its mail is queued, or why not."""
    return await ctx.once(lambda tx: service.send_many(ctx, tx, data), status=202)


@post(
    "/v1/billing/bounces",
    status_code=200,
    opt=needs(_WRITE),
    tags=_TAGS,
    operation_id="take_bounce",
    operation_class=_Message,
)
async def take_bounce(ctx: Ctx) -> Response[Envelope[Bounced]]:
    """Note a message that came back (RFC 3464) on the mail that it is about; the body is the message as it was received."""
    return ctx.answer(await taking.take(ctx, await ctx.request.body()))


ROUTES = [
    send_invoice,
    send_invoices,
    mails.page(
        "list_invoice_mails",
        service.page,
        "The mails of invoices, newest first; `search` looks at numbers and recipients.",
        sortable=service.SORTABLE,
        tie="m.id",
        filters={"invoice_id": UUID, "customer_id": UUID, "status": Status},
    ),
    mails.get("get_invoice_mail", service.get, "One mail and what became of it."),
    take_bounce,
]
