"""/v1/monitoring/channels, /v1/monitoring/notification-routes and /v1/monitoring/notifications"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.monitoring import kept
from control.monitoring.notifications import service
from control.monitoring.notifications.models import (
    NewNotificationChannel,
    NewNotificationRoute,
    Notification,
    NotificationChannel,
    NotificationChannelWithSecret,
    NotificationRoute,
    NotificationStatus,
)

_TAGS = ["notifications"]
_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")


@get("/v1/monitoring/channels", opt=_READ, tags=_TAGS, operation_id="list_notification_channels")
async def list_notification_channels(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[NotificationChannel]]:
    """The channels in reach, without what is secret of them."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await kept.page(ctx, service.CHANNEL, NotificationChannel, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/channels/{channel_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_notification_channel")
async def get_notification_channel(ctx: Ctx, channel_id: FromPath[UUID]) -> Response[Envelope[NotificationChannel]]:
    """One channel, without what is secret of it."""
    found = await kept.get(ctx, service.CHANNEL, NotificationChannel, channel_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/channels", opt=_WRITE, tags=_TAGS, operation_id="create_notification_channel")
async def create_notification_channel(
    ctx: Ctx, data: JSONBody[NewNotificationChannel]
) -> Response[Envelope[NotificationChannelWithSecret]]:
    """Add a way to tell somebody. The `secret` of a webhook signs what it gets, and is shown this one time."""
    return await ctx.once(lambda tx: service.create_notification_channel(ctx, tx, data))


@put("/v1/monitoring/channels/{channel_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_notification_channel")
async def replace_notification_channel(
    ctx: Ctx, channel_id: FromPath[UUID], data: JSONBody[NewNotificationChannel]
) -> Response[Envelope[NotificationChannel]]:
    """Set all fields of a channel; an address or token that is left out stays."""
    found = await service.replace_notification_channel(ctx, channel_id, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/channels/{channel_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_notification_channel")
async def delete_notification_channel(ctx: Ctx, channel_id: FromPath[UUID]) -> None:
    """Delete a channel and what was told through it."""
    await kept.delete(ctx, service.CHANNEL, NotificationChannel, channel_id)


@get("/v1/monitoring/notification-routes", opt=_READ, tags=_TAGS, operation_id="list_notification_routes")
async def list_notification_routes(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[NotificationRoute]]:
    """The routes in reach."""
    wanted = page_request(request, service.ROUTES_SORTABLE, "created_at")
    rows, total = await kept.page(ctx, service.ROUTE, NotificationRoute, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/notification-routes/{route_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_notification_route")
async def get_notification_route(ctx: Ctx, route_id: FromPath[UUID]) -> Response[Envelope[NotificationRoute]]:
    """One route."""
    found = await kept.get(ctx, service.ROUTE, NotificationRoute, route_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/notification-routes", opt=_WRITE, tags=_TAGS, operation_id="create_notification_route")
async def create_notification_route(ctx: Ctx, data: JSONBody[NewNotificationRoute]) -> Response[Envelope[NotificationRoute]]:
    """Say which alerts go where."""
    return await ctx.once(lambda tx: service.create_notification_route(ctx, tx, data))


@put("/v1/monitoring/notification-routes/{route_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_notification_route")
async def replace_notification_route(
    ctx: Ctx, route_id: FromPath[UUID], data: JSONBody[NewNotificationRoute]
) -> Response[Envelope[NotificationRoute]]:
    """Set all fields of a route; what is left out gets its default."""
    found = await service.replace_notification_route(ctx, route_id, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/notification-routes/{route_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_notification_route")
async def delete_notification_route(ctx: Ctx, route_id: FromPath[UUID]) -> None:
    """Delete a route and the memory of what it told."""
    await kept.delete(ctx, service.ROUTE, NotificationRoute, route_id)


@post("/v1/monitoring/channels/{channel_id:uuid}/test", opt=_WRITE, tags=_TAGS, operation_id="test_channel", status_code=202)
async def test_channel(ctx: Ctx, channel_id: FromPath[UUID]) -> Response[Envelope[Notification]]:
    """Send a test; its notification says what became of it."""
    return await ctx.once(lambda tx: service.test(ctx, tx, channel_id), status=202)


@get("/v1/monitoring/notifications", opt=_READ, tags=_TAGS, operation_id="list_notifications")
async def list_notifications(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    channel_id: FromQuery[UUID | None] = None,
    status: FromQuery[NotificationStatus | None] = None,
) -> Response[Page[Notification]]:
    """What was told in the last 30 days, or is to be, with what came of the last attempt."""
    wanted = page_request(request, service.NOTIFICATIONS_SORTABLE, "created_at")
    filters = {"organization_id": organization_id, "channel_id": channel_id, "status": status}
    rows, total = await service.notifications(ctx, wanted, filters)
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/notifications/{notification_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_notification")
async def get_notification(ctx: Ctx, notification_id: FromPath[UUID]) -> Response[Envelope[Notification]]:
    """One notification."""
    return ctx.answer(await service.notification(ctx, notification_id))


ROUTES = [
    list_notification_channels,
    get_notification_channel,
    create_notification_channel,
    replace_notification_channel,
    delete_notification_channel,
    list_notification_routes,
    get_notification_route,
    create_notification_route,
    replace_notification_route,
    delete_notification_route,
    test_channel,
    list_notifications,
    get_notification,
]
