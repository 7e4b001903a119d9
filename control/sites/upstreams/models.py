"""Upstreams as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from control.sites.bodies.common import Milliseconds, PositiveMilliseconds
from control.sites.bodies.route import UpstreamName
from control.sites.bodies.upstream import Breaker, HashKey, HealthCheck, Outlier, Retry, Target, UpstreamBody, UpstreamTls


class Upstream(UpstreamBody, kw_only=True):
    """An upstream of a site, with its targets."""

    id: UUID
    organization_id: UUID
    site_id: UUID
    name: str
    version: int
    created_at: datetime
    updated_at: datetime


class NewUpstream(UpstreamBody, kw_only=True, forbid_unknown_fields=True):
    """`name` is what routes call it. With PUT, what is left out gets its default."""

    name: UpstreamName


class UpstreamPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed; `targets` and objects are set as a whole."""

    name: UpstreamName | UnsetType = UNSET
    policy: Literal["round_robin", "least_request", "consistent_hash"] | UnsetType = UNSET
    hash_key: HashKey | UnsetType = UNSET
    targets: Annotated[list[Target], Meta(min_length=1, max_length=256)] | UnsetType = UNSET
    protocol: Literal["h1", "h2"] | UnsetType = UNSET
    tls: UpstreamTls | UnsetType | None = UNSET
    connect_ms: Annotated[int, Meta(ge=1, le=60_000)] | UnsetType = UNSET
    first_byte_ms: PositiveMilliseconds | UnsetType = UNSET
    between_bytes_ms: PositiveMilliseconds | UnsetType = UNSET
    total_ms: Milliseconds | UnsetType = UNSET
    health: HealthCheck | UnsetType | None = UNSET
    outlier: Outlier | UnsetType = UNSET
    retry: Retry | UnsetType = UNSET
    breaker: Breaker | UnsetType = UNSET
