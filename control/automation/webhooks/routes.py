"""/v1/webhooks and /v1/webhook-topics"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.automation.webhooks import service
from control.automation.webhooks.models import (
    Delivery,
    DeliveryStatus,
    NewWebhook,
    Retried,
    Topic,
    Webhook,
    WebhookPatch,
    WebhookPut,
    WebhookWithSecret,
)
from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.events import TOPICS
from control.core.fields import given
from control.core.pagination import page_request
from control.core.permissions import needs

_TAGS = ["webhooks"]
_READ, _WRITE = needs("webhooks:read"), needs("webhooks:write")


@get("/v1/webhook-topics", opt=_READ, tags=_TAGS, operation_id="list_webhook_topics")
async def list_webhook_topics(ctx: Ctx) -> Response[Envelope[list[Topic]]]:
    """Every kind of event that a webhook can ask for."""
    return ctx.answer([Topic(name, words) for name, words in sorted(TOPICS.items())])


@get("/v1/webhooks", opt=_READ, tags=_TAGS, operation_id="list_webhooks")
async def list_webhooks(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[Webhook]]:
    """The webhooks in reach, without their secrets."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/webhooks/{webhook_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_webhook")
async def get_webhook(ctx: Ctx, webhook_id: FromPath[UUID]) -> Response[Envelope[Webhook]]:
    """One webhook, without its secret."""
    found = await service.get(ctx, webhook_id)
    return ctx.answer(found, version=found.version)


@post("/v1/webhooks", opt=_WRITE, tags=_TAGS, operation_id="create_webhook")
async def create_webhook(ctx: Ctx, data: JSONBody[NewWebhook]) -> Response[Envelope[WebhookWithSecret]]:
    """Add an address that is told of events. `secret` signs them and is shown this one time."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put("/v1/webhooks/{webhook_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_webhook")
async def replace_webhook(ctx: Ctx, webhook_id: FromPath[UUID], data: JSONBody[WebhookPut]) -> Response[Envelope[Webhook]]:
    """Set address, topics, description and whether it is on."""
    found = await service.update(ctx, webhook_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch("/v1/webhooks/{webhook_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="update_webhook")
async def update_webhook(ctx: Ctx, webhook_id: FromPath[UUID], data: JSONBody[WebhookPatch]) -> Response[Envelope[Webhook]]:
    """Set some of address, topics, description and whether it is on."""
    found = await service.update(ctx, webhook_id, given(data))
    return ctx.answer(found, version=found.version)


@delete("/v1/webhooks/{webhook_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_webhook")
async def delete_webhook(ctx: Ctx, webhook_id: FromPath[UUID]) -> None:
    """Delete a webhook; what was on its way to it is dropped."""
    await service.delete(ctx, webhook_id)


@post(
    "/v1/webhooks/{webhook_id:uuid}/rotate-secret",
    opt=_WRITE,
    tags=_TAGS,
    operation_id="rotate_webhook_secret",
    status_code=200,
)
async def rotate_webhook_secret(ctx: Ctx, webhook_id: FromPath[UUID]) -> Response[Envelope[WebhookWithSecret]]:
    """Replace the signing secret at once; the new one is shown this one time."""
    return await ctx.once(lambda tx: service.rotate_secret(ctx, tx, webhook_id), status=200)


@post("/v1/webhooks/{webhook_id:uuid}/test", opt=_WRITE, tags=_TAGS, operation_id="test_webhook", status_code=202)
async def test_webhook(ctx: Ctx, webhook_id: FromPath[UUID]) -> Response[Envelope[Delivery]]:
    """Send a `webhook.test` event to this webhook alone; the delivery shows what came of it."""
    return await ctx.once(lambda tx: service.test(ctx, tx, webhook_id), status=202)


@get("/v1/webhooks/{webhook_id:uuid}/deliveries", opt=_READ, tags=_TAGS, operation_id="list_webhook_deliveries")
async def list_webhook_deliveries(
    ctx: Ctx,
    request: Request[Any, Any, State],
    webhook_id: FromPath[UUID],
    status: FromQuery[DeliveryStatus | None] = None,
    topic: FromQuery[str | None] = None,
) -> Response[Page[Delivery]]:
    """What was sent to a webhook in the last 30 days, newest first."""
    wanted = page_request(request, service.DELIVERIES_SORTABLE, "created_at")
    rows, total = await service.deliveries(ctx, webhook_id, wanted, {"status": status, "topic": topic})
    return ctx.page(rows, total, wanted)


@get("/v1/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_webhook_delivery")
async def get_webhook_delivery(ctx: Ctx, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]) -> Response[Envelope[Delivery]]:
    """One delivery."""
    return ctx.answer(await service.delivery(ctx, webhook_id, delivery_id))


@post(
    "/v1/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/retry",
    opt=_WRITE,
    tags=_TAGS,
    operation_id="retry_webhook_delivery",
    status_code=202,
)
async def retry_webhook_delivery(
    ctx: Ctx, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> Response[Envelope[Delivery]]:
    """Send an event once more, at once, with the same webhook-id."""
    return await ctx.once(lambda tx: service.retry(ctx, tx, webhook_id, delivery_id), status=202)


@post(
    "/v1/webhooks/{webhook_id:uuid}/retry-failed",
    opt=_WRITE,
    tags=_TAGS,
    operation_id="retry_failed_webhook_deliveries",
    status_code=202,
)
async def retry_failed_webhook_deliveries(ctx: Ctx, webhook_id: FromPath[UUID]) -> Response[Envelope[Retried]]:
    """Send what has failed once more, at once, each with the same webhook-id: the oldest 500. `left` says how many are left."""
    return await ctx.once(lambda tx: service.retry_failed(ctx, tx, webhook_id), status=202)


ROUTES = [
    list_webhook_topics,
    list_webhooks,
    get_webhook,
    create_webhook,
    replace_webhook,
    update_webhook,
    delete_webhook,
    rotate_webhook_secret,
    test_webhook,
    list_webhook_deliveries,
    get_webhook_delivery,
    retry_webhook_delivery,
    retry_failed_webhook_deliveries,
]
