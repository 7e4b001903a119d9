"""/v1/payments, the credit of customers"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from control.billing.payments import crediting, refunding, service
from control.billing.payments.models import (
    Adjustment,
    Allocation,
    Credit,
    Dispute,
    Method,
    Move,
    NewPayment,
    NewRefund,
    Payment,
    Refund,
    Row,
    Status,
    UseCredit,
)
from control.core.collection import collection, collection_below
from control.core.context import Context, Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS, _READ, _WRITE = ["billing"], "billing:read", "payments:write"
listed = collection(Row, "/v1/payments", "{payment_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
payments = collection(Payment, "/v1/payments", "{payment_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
of_invoice = collection_below(Row, "/v1/payments/invoice/{invoice_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
disputes = collection(Dispute, "/v1/payments/disputes", tags=_TAGS, read=_READ)


@post(f"{payments.one}/refunds", opt=needs(_WRITE), tags=_TAGS, operation_id="create_refund")
async def create_refund(ctx: Ctx, payment_id: FromPath[UUID], data: JSONBody[NewRefund]) -> Response[Envelope[Refund]]:
    """Send money of a payment back: out of the customer's credit, or, when asked, by opening invoices again."""
    return await ctx.once(lambda tx: refunding.create(ctx, tx, payment_id, data))


@post(f"{payments.one}/allocations", opt=needs(_WRITE), tags=_TAGS, operation_id="allocate_payment")
async def allocate_payment(ctx: Ctx, payment_id: FromPath[UUID], data: JSONBody[Move]) -> Response[Envelope[Payment]]:
    """Move money of a payment from the customer's credit to an invoice; an amount below zero brings it back."""
    return await ctx.once(lambda tx: service.allocate(ctx, tx, payment_id, data))


@get("/v1/customers/{customer_id:uuid}/credit", opt=needs(_READ), tags=_TAGS, operation_id="get_customer_credit")
async def get_customer_credit(ctx: Ctx, customer_id: FromPath[UUID]) -> Response[Envelope[list[Credit]]]:
    """What a customer has to their credit, by currency; nothing is left out but nought."""
    return ctx.answer(await crediting.of_customer(ctx, customer_id))


@post("/v1/customers/{customer_id:uuid}/credit", opt=needs(_WRITE), tags=_TAGS, operation_id="adjust_customer_credit")
async def adjust_customer_credit(ctx: Ctx, customer_id: FromPath[UUID], data: JSONBody[Adjustment]) -> Response[Envelope[Credit]]:
    """Give a customer credit, or take it, with the reason."""
    return await ctx.once(lambda tx: crediting.adjust(ctx, tx, customer_id, data))


@post("/v1/invoices/{invoice_id:uuid}/use-credit", opt=needs(_WRITE), tags=_TAGS, operation_id="pay_with_credit")
async def pay_with_credit(ctx: Ctx, invoice_id: FromPath[UUID], data: JSONBody[UseCredit]) -> Response[Envelope[Payment]]:
    """Pay an invoice with the customer's credit, as far as both go."""
    return await ctx.once(lambda tx: crediting.use(ctx, tx, invoice_id, data))


async def _allocations(ctx: Context, payment_id: UUID) -> list[Allocation]:
    return (await service.get(ctx, payment_id)).allocations


async def _refunds(ctx: Context, payment_id: UUID) -> list[Refund]:
    return (await service.get(ctx, payment_id)).refunds


ROUTES = [
    listed.page(
        "list_payments",
        service.page,
        "The payments in reach; `search` looks at references.",
        sortable=service.SORTABLE,
        tie="p.id",
        filters={
            "organization_id": UUID,
            "customer_id": UUID,
            "status": Status,
            "method": Method,
            "received_since": date,
            "received_until": date,
        },
    ),
    of_invoice.page(
        "list_payments_of_invoice",
        service.of_invoice,
        "The payments that were begun for an invoice, or that paid it.",
        sortable=service.SORTABLE,
        tie="p.id",
    ),
    disputes.page(
        "list_disputes",
        service.disputes,
        "Chargebacks and returned direct debits; the invoices that they paid are open again.",
        sortable=service.DISPUTES_SORTABLE,
        tie="d.id",
        filters={"organization_id": UUID, "status": str, "payment_id": UUID},
    ),
    payments.get("get_payment", service.get, "One payment, with where its money is."),
    payments.create(
        "create_payment",
        NewPayment,
        service.create,
        "Record a bank transfer or cash. It pays the invoices named, or the customer's oldest; the rest becomes credit.",
    ),
    payments.part("list_allocations", "allocations", list[Allocation], _allocations, "Where the money of a payment is."),
    payments.part("list_refunds", "refunds", list[Refund], _refunds, "What went back of a payment."),
    create_refund,
    allocate_payment,
    get_customer_credit,
    adjust_customer_credit,
    pay_with_credit,
]
