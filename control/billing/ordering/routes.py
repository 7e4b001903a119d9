"""/v1/offer, /v1/orders"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from control.billing.invoices.models import Nothing
from control.billing.ordering import service
from control.billing.ordering.models import ChangePreview, Leaving, Offer, Order, OrderedChange, OrderPreview
from control.billing.subscriptions.models import Preview, Subscription
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS: list[str] = ["billing"]
_READ, _ORDER = needs("subscriptions:read"), needs("subscriptions:order")
_ALL, _ONE = "/v1/orders", "/v1/orders/{subscription_id:uuid}"


def _of(opt: dict[str, Any], operation_id: str, status: int = 200) -> dict[str, Any]:
    return {"opt": opt, "tags": _TAGS, "status_code": status, "operation_id": operation_id}


@get("/v1/offer", **_of(_READ, "get_offer"))
async def get_offer(ctx: Ctx) -> Response[Envelope[Offer]]:
    """What the own seller offers today in one's own currency, and what customers do there themselves."""
    return ctx.answer(await service.offer(ctx))


@post(f"{_ALL}/preview", **_of(_READ, "preview_order"))
async def preview_order(ctx: Ctx, data: JSONBody[OrderPreview]) -> Response[Envelope[Preview]]:
    """What an order would be charged now and with the next period, tax included. Nothing is written."""
    return ctx.answer(await service.preview_order(ctx, data))


@post(_ALL, **_of(_ORDER, "create_order", 201))
async def create_order(ctx: Ctx, data: JSONBody[Order]) -> Response[Envelope[Subscription]]:
    """Order a subscription from one's own seller. `digest` is that of the preview: 409 with the new preview in
    `details.preview`, and nothing done, when it comes to something else."""
    return await ctx.once(lambda tx: service.order(ctx, tx, data))


@post(f"{_ONE}/preview", **_of(_READ, "preview_order_change"))
async def preview_order_change(
    ctx: Ctx, subscription_id: FromPath[UUID], data: JSONBody[ChangePreview]
) -> Response[Envelope[Preview]]:
    """What a change of one's own subscription would credit and charge. Nothing is written."""
    return ctx.answer(await service.preview_change(ctx, subscription_id, data))


@post(f"{_ONE}/change", **_of(_ORDER, "change_order"))
async def change_order(
    ctx: Ctx, subscription_id: FromPath[UUID], data: JSONBody[OrderedChange]
) -> Response[Envelope[Subscription]]:
    """Change one's own subscription. `digest` as for an order."""
    found = await service.change(ctx, subscription_id, data)
    return ctx.answer(found, version=found.version)


@post(f"{_ONE}/cancel", **_of(_ORDER, "cancel_order"))
async def cancel_order(ctx: Ctx, subscription_id: FromPath[UUID], data: JSONBody[Leaving]) -> Response[Envelope[Subscription]]:
    """Cancel one's own subscription for the end of its period."""
    found = await service.cancel(ctx, subscription_id, data)
    return ctx.answer(found, version=found.version)


@post(f"{_ONE}/reactivate", **_of(_ORDER, "reactivate_order"))
async def reactivate_order(
    ctx: Ctx, subscription_id: FromPath[UUID], data: JSONBody[Nothing]
) -> Response[Envelope[Subscription]]:
    """Take the cancellation back while the subscription runs."""
    del data
    found = await service.reactivate(ctx, subscription_id)
    return ctx.answer(found, version=found.version)


ROUTES = [get_offer, preview_order, create_order, preview_order_change, change_order, cancel_order, reactivate_order]
