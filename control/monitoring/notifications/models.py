"""Channels, routes and notifications as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.monitoring.labels import LabelMatcher, LabelName, Matchers

ChannelKind = Literal["mail", "webhook", "slack", "teams", "telegram", "ntfy"]
NotificationKind = Literal["alerts", "repeat", "escalation", "test"]
NotificationStatus = Literal["pending", "retrying", "succeeded", "failed"]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]


class NotificationChannel(msgspec.Struct, kw_only=True):
    """A way to tell somebody. Of an address with a secret in it only the host is shown."""

    id: UUID
    organization_id: UUID
    name: str
    kind: ChannelKind
    recipients: list[str]
    chat_id: str | None
    host: str | None
    send_resolved: bool
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class NotificationChannelWithSecret(NotificationChannel, kw_only=True):
    """`secret` signs what a webhook gets, and is shown this one time; other kinds have none."""

    secret: str | None


class NewNotificationChannel(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`mail` needs `recipients`; `webhook`, `slack`, `teams` and `ntfy` (server and topic) a `url`; `telegram`
    a `token` and `chat_id`.

    `token` is also what a protected ntfy topic takes. `url` of telegram is that of an own Bot API server. When a channel is
    changed, a `url` or `token` that is left out stays as it is.
    """

    name: Name
    kind: ChannelKind
    recipients: Annotated[list[Annotated[str, Meta(min_length=3, max_length=254)]], Meta(max_length=20)] = []
    url: Annotated[str, Meta(min_length=10, max_length=2048)] | None = None
    token: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    chat_id: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    send_resolved: bool = True
    is_active: bool = True


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Channels that are told when nobody acknowledged for `after_s` seconds since the first were."""

    channel_ids: Annotated[list[UUID], Meta(min_length=1, max_length=10)]
    after_s: Annotated[int, Meta(ge=0, le=604_800)] = 0


class NotificationRoute(msgspec.Struct, kw_only=True):
    """Which alerts go where. By `position`; the first that fits is taken, and the next too when it `continues`."""

    id: UUID
    organization_id: UUID
    name: str
    position: int
    matchers: list[LabelMatcher]
    steps: list[Step]
    group_by: list[str]
    group_wait_s: int
    group_interval_s: int
    repeat_interval_s: int
    continues: bool
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class NewNotificationRoute(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Alerts with equal labels `group_by` are told together: `group_wait_s` after the first, then at most every
    `group_interval_s` when something changes, and every `repeat_interval_s` while nothing does and nobody acknowledged.

    Times are seconds.
    """

    name: Name
    steps: Annotated[list[Step], Meta(min_length=1, max_length=5)]
    matchers: Matchers = []
    position: Annotated[int, Meta(ge=0, le=10_000)] = 100
    group_by: Annotated[list[LabelName], Meta(max_length=10)] = msgspec.field(default_factory=lambda: ["alertname"])
    group_wait_s: Seconds = 30
    group_interval_s: Seconds = 300
    repeat_interval_s: Annotated[int, Meta(ge=60, le=2_678_400)] = 14_400
    continues: bool = False
    is_active: bool = True


class Item(msgspec.Struct, kw_only=True):
    """One alert in a message."""

    id: UUID
    status: Literal["firing", "no_data", "resolved"]
    name: str
    severity: str
    labels: dict[str, str]
    annotations: dict[str, str]
    value: float | None = None
    fired_at: datetime | None = None
    resolved_at: datetime | None = None


class Message(msgspec.Struct, kw_only=True):
    """What is told: alerts that belong together."""

    kind: NotificationKind
    group: dict[str, str]
    items: list[Item]
    left_out: int = 0


class Notification(msgspec.Struct, kw_only=True):
    """One message on its way through one channel. Mail that succeeded is with the mail queue."""

    id: UUID
    organization_id: UUID
    channel_id: UUID
    kind: NotificationKind
    message: Message
    status: NotificationStatus
    attempts: int
    response_status: int | None
    response_ms: int | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    next_attempt_at: datetime | None
