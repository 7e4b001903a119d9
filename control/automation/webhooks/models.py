"""Webhooks as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Address = Annotated[str, Meta(min_length=10, max_length=2048)]
Topics = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(min_length=1, max_length=64)]
Description = Annotated[str, Meta(max_length=255)]
DeliveryStatus = Literal["pending", "succeeded", "retrying", "failed"]


class Webhook(msgspec.Struct, kw_only=True):
    """An endpoint without its secret. `disabled_reason` says why the platform switched it off, if it did."""

    id: UUID
    organization_id: UUID
    url: str
    description: str
    topics: list[str]
    is_active: bool
    disabled_reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class WebhookWithSecret(Webhook, kw_only=True):
    """The one time that the signing secret is shown: `whsec_` and base64 (Standard Webhooks)."""

    secret: str


class NewWebhook(msgspec.Struct, forbid_unknown_fields=True):
    """`topics` are names of /v1/webhook-topics, or `*` for all, those to come included."""

    url: Address
    topics: Topics
    description: Description = ""
    is_active: bool = True


class WebhookPut(msgspec.Struct, forbid_unknown_fields=True):
    url: Address
    topics: Topics
    description: Description
    is_active: bool


class WebhookPatch(msgspec.Struct, forbid_unknown_fields=True):
    url: Address | UnsetType = UNSET
    topics: Topics | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class Delivery(msgspec.Struct, kw_only=True):
    """One event on its way to one endpoint; `response_ms` is the time of the last attempt in milliseconds."""

    id: UUID
    organization_id: UUID
    endpoint_id: UUID
    event_id: UUID
    topic: str
    body: dict[str, Any]
    status: DeliveryStatus
    attempts: int
    response_status: int | None
    response_ms: int | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    next_attempt_at: datetime | None


class Retried(msgspec.Struct, kw_only=True):
    """How many failed deliveries are sent again, and how many are left for the next time."""

    deliveries: int
    left: int


class Topic(msgspec.Struct, frozen=True):
    """A kind of event."""

    name: str
    description: str
