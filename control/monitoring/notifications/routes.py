"""/v1/monitoring/channels, /v1/monitoring/notification-routes and /v1/monitoring/notifications"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
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

_TAGS, _READ, _WRITE = ["notifications"], "monitoring:read", "monitoring:write"

channels = collection(NotificationChannel, "/v1/monitoring/channels", "{channel_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
routes = collection(
    NotificationRoute, "/v1/monitoring/notification-routes", "{route_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE
)
notifications = collection(Notification, "/v1/monitoring/notifications", "{notification_id:uuid}", tags=_TAGS, read=_READ)


@post(f"{channels.one}/test", opt=channels.writes, tags=_TAGS, operation_id="test_channel", status_code=202)
async def test_channel(ctx: Ctx, channel_id: FromPath[UUID]) -> Response[Envelope[Notification]]:
    """Send a test; its notification says what became of it."""
    return await ctx.once(lambda tx: service.test(ctx, tx, channel_id), status=202)


ROUTES = [
    channels.page(
        "list_notification_channels",
        service.CHANNELS.page,
        "The channels in reach, without what is secret of them.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID},
    ),
    channels.get("get_notification_channel", service.CHANNELS.get, "One channel, without what is secret of it."),
    channels.create(
        "create_notification_channel",
        NewNotificationChannel,
        service.create_notification_channel,
        "Add a way to tell somebody. The `secret` of a webhook signs what it gets, and is shown this one time.",
        shown=NotificationChannelWithSecret,
    ),
    channels.replace(
        "replace_notification_channel",
        NewNotificationChannel,
        service.replace_notification_channel,
        "Set all fields of a channel; an address or token that is left out stays.",
    ),
    channels.delete("delete_notification_channel", service.CHANNELS.delete, "Delete a channel and what was told through it."),
    routes.page(
        "list_notification_routes",
        service.ROUTES.page,
        "The routes in reach.",
        sortable=service.ROUTES_SORTABLE,
        filters={"organization_id": UUID},
    ),
    routes.get("get_notification_route", service.ROUTES.get, "One route."),
    routes.create(
        "create_notification_route", NewNotificationRoute, service.create_notification_route, "Say which alerts go where."
    ),
    routes.replace(
        "replace_notification_route",
        NewNotificationRoute,
        service.replace_notification_route,
        "Set all fields of a route; what is left out gets its default.",
    ),
    routes.delete("delete_notification_route", service.ROUTES.delete, "Delete a route and the memory of what it told."),
    test_channel,
    notifications.page(
        "list_notifications",
        service.notifications,
        "What was told in the last 30 days, or is to be, with what came of the last attempt.",
        sortable=service.NOTIFICATIONS_SORTABLE,
        filters={"organization_id": UUID, "channel_id": UUID, "status": NotificationStatus},
    ),
    notifications.get("get_notification", service.notification, "One notification."),
]
