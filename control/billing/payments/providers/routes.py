"""/v1/payments/providers, /charges, /set-ups, /methods, /events, /webhooks"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from control.billing.payments.models import Payment
from control.billing.payments.providers import accounts, charging, hosting, inbox, methods
from control.billing.payments.providers.acting import for_seller
from control.billing.payments.providers.models import (
    Account,
    MethodChange,
    NewAccount,
    NewCharge,
    NewSetUp,
    PaymentMethod,
    ProviderEvent,
    StartedSetUp,
    Taken,
)
from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.ids import new_id
from control.core.permissions import needs, public

_TAGS, _READ, _PAY, _SET = ["billing"], "billing:read", "payments:pay", "payment-settings:write"
kept = collection(PaymentMethod, "/v1/payments/methods", "{method_id:uuid}", tags=_TAGS, read=_READ, write=_PAY)
events = collection(ProviderEvent, "/v1/payments/events", tags=_TAGS, read=_SET)


@get("/v1/payments/providers/stripe", opt=needs(_SET), tags=_TAGS, operation_id="get_payment_provider")
async def get_payment_provider(ctx: Ctx) -> Response[Envelope[Account]]:
    """The own organization's account at Stripe, without its keys; 404 before they are set."""
    found = await accounts.get(ctx)
    return ctx.answer(found, version=found.version)


@put("/v1/payments/providers/stripe", opt=needs(_SET), tags=_TAGS, operation_id="set_payment_provider")
async def set_payment_provider(ctx: Ctx, data: JSONBody[NewAccount]) -> Response[Envelope[Account]]:
    """Set the keys; they are sealed and never shown again. Let Stripe send its events to `webhook_path`."""
    found = await accounts.save(ctx, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/payments/providers/stripe", opt=needs(_SET), tags=_TAGS, operation_id="delete_payment_provider")
async def delete_payment_provider(ctx: Ctx) -> None:
    """Forget the keys; nothing is charged any more."""
    await accounts.delete(ctx)


@post("/v1/payments/charges", opt=needs(_PAY), tags=_TAGS, operation_id="charge_invoice")
async def charge_invoice(ctx: Ctx, data: JSONBody[NewCharge]) -> Response[Envelope[Payment]]:
    """Charge what is open of an invoice to a card. With `requires_action` the payer confirms in a browser, by `client_secret`."""
    begun = await ctx.once(lambda tx: charging.begin(ctx, tx, data))
    begun_payment = _payment(begun.content.data)
    after = await charging.try_to(ctx.runtime, begun_payment.organization_id, begun_payment.id)
    return ctx.answer(
        msgspec.structs.replace(after, fee=begun_payment.fee),
        status=201,
        version=after.version,
        headers={name: value for name, value in begun.headers.items() if name == "Idempotency-Replayed"},
    )


@post("/v1/payments/set-ups", opt=needs(_PAY), tags=_TAGS, operation_id="set_up_card")
async def set_up_card(ctx: Ctx, data: JSONBody[NewSetUp]) -> Response[Envelope[StartedSetUp]]:
    """Begin to set a card up for later charges. It is kept when the provider says that the payer confirmed it."""
    async with ctx.transaction() as tx:
        customer = await methods.customer_to_set_up(ctx, tx, data.customer_id)
        async with for_seller(tx, customer.organization_id):
            keys = await accounts.keys_of(ctx.runtime, tx, customer.organization_id)
    key = keys.publishable_key if keys else ""
    async with hosting.at(ctx.runtime, customer) as (provider, reference):
        if data.return_url:
            page = await provider.host_set_up(reference, new_id(), data.return_url, data.return_url)
            started = StartedSetUp(reference=page.reference, client_secret=None, publishable_key=key, url=page.url)
        else:
            made = await provider.set_up(reference, new_id())
            started = StartedSetUp(reference=made.reference, client_secret=made.client_secret, publishable_key=key)
    return ctx.answer(started, status=201)


@post(
    "/v1/payments/webhooks/stripe/{seller_id:uuid}",
    status_code=200,
    opt=public("400", "404"),
    tags=_TAGS,
    operation_id="take_stripe_event",
)
async def take_stripe_event(ctx: Ctx, seller_id: FromPath[UUID]) -> Response[Envelope[Taken]]:
    """Where Stripe sends a seller's events, signed. They are kept once and worked on afterwards."""
    body = await ctx.request.body()
    taken = await inbox.take(ctx.runtime, seller_id, body, ctx.request.headers.get("stripe-signature"))
    return ctx.answer(taken)


def _payment(data: Any) -> Payment:
    return data if isinstance(data, Payment) else msgspec.json.decode(data, type=Payment)


ROUTES = [
    get_payment_provider,
    set_payment_provider,
    delete_payment_provider,
    charge_invoice,
    set_up_card,
    take_stripe_event,
    kept.page(
        "list_payment_methods",
        methods.page,
        "Cards, by the provider's token, and SEPA mandates.",
        sortable=methods.SORTABLE,
        tie="m.id",
        filters={"organization_id": UUID, "customer_id": UUID, "kind": str, "status": str},
    ),
    kept.get("get_payment_method", methods.get, "One way to pay."),
    kept.action("prefer_payment_method", "default", MethodChange, methods.prefer, "Make it the one that is charged."),
    kept.delete("revoke_payment_method", methods.revoke, "Use it no more; a card is forgotten at the provider too."),
    events.page(
        "list_provider_events",
        inbox.page,
        "Events that the provider sent, and what came of each.",
        sortable=inbox.SORTABLE,
        by="received_at",
        tie="e.id",
        filters={"status": str},
    ),
]
