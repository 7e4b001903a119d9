"""/v1/payments/mandates, /v1/payments/methods/{id}/mandate, /v1/payments/sepa-batches"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from control.billing.payments.providers.models import PaymentMethod
from control.billing.payments.sepa import mandates, online, service
from control.billing.payments.sepa.models import (
    Batch,
    Consent,
    MadeBatch,
    MandateOffer,
    NewBatch,
    NewMandate,
    Nothing,
    OwnMandate,
)
from control.billing.settings.models import Language
from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS, _WRITE = ["billing"], "payments:write"
batches = collection(Batch, "/v1/payments/sepa-batches", "{batch_id:uuid}", tags=_TAGS, read=_WRITE, write=_WRITE)


@post("/v1/payments/mandates", opt=needs(_WRITE), tags=_TAGS, operation_id="create_mandate")
async def create_mandate(ctx: Ctx, data: JSONBody[NewMandate]) -> Response[Envelope[PaymentMethod]]:
    """Keep a SEPA mandate that a customer signed. It is a payment method like others."""
    return await ctx.once(lambda tx: mandates.add_mandate(ctx, tx, data))


@get("/v1/payments/mandates/online", opt=needs("payments:pay"), tags=_TAGS, operation_id="get_mandate_offer")
async def get_mandate_offer(
    ctx: Ctx, language: FromQuery[Language | None] = None, customer_id: FromQuery[UUID | None] = None
) -> Response[Envelope[MandateOffer]]:
    """The words of the mandate that the own seller asks for. 409 where it takes none in this way."""
    return ctx.answer(await online.offer(ctx, language, customer_id))


@post("/v1/payments/mandates/online", opt=needs("payments:pay"), tags=_TAGS, operation_id="give_mandate")
async def give_mandate(ctx: Ctx, data: JSONBody[OwnMandate]) -> Response[Envelope[PaymentMethod]]:
    """Give a mandate for the own account, by the words of `get_mandate_offer`. It is confirmed by mail."""
    return await ctx.once(lambda tx: online.give(ctx, tx, data))


@get("/v1/payments/methods/{method_id:uuid}/mandate", opt=needs("billing:read"), tags=_TAGS, operation_id="get_mandate_consent")
async def get_mandate_consent(ctx: Ctx, method_id: FromPath[UUID]) -> Response[Envelope[Consent]]:
    """What proves that a mandate was given online: the words, the moment, the address. 404 for others."""
    return ctx.answer(await online.consent(ctx, method_id))


@get(f"{batches.one}/file", opt=needs(_WRITE), tags=_TAGS, operation_id="get_sepa_file")
async def get_sepa_file(ctx: Ctx, batch_id: FromPath[UUID]) -> Response[bytes]:
    """The file for the bank: pain.008.001.08."""
    found, content = await service.document(ctx, batch_id)
    name = f"{found.message_id}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/xml", headers=headers)


ROUTES = [
    create_mandate,
    get_mandate_offer,
    give_mandate,
    get_mandate_consent,
    batches.page(
        "list_sepa_batches",
        service.page,
        "Files of direct debits.",
        sortable=service.SORTABLE,
        tie="b.id",
        filters={"organization_id": UUID, "status": str},
    ),
    batches.get("get_sepa_batch", service.get, "One file of direct debits."),
    batches.create(
        "create_sepa_batch",
        NewBatch,
        service.create,
        "Collect open invoices by direct debit. Their payments are pending until a bank statement says that they came in.",
        shown=MadeBatch,
    ),
    batches.action("submit_sepa_batch", "submit", Nothing, service.submit, "Note that the file went to the bank."),
    batches.action(
        "cancel_sepa_batch", "cancel", Nothing, service.cancel, "It will not be collected; its payments are cancelled."
    ),
    get_sepa_file,
]
