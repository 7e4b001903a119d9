"""Routes as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from control.sites.bodies.auth import Auth
from control.sites.bodies.common import Bytes, Count, Maintenance, Milliseconds
from control.sites.bodies.route import (
    Canary,
    Cors,
    HeaderRules,
    Limit,
    Methods,
    Path,
    Priority,
    Redirect,
    Respond,
    RouteBody,
    UpstreamName,
    Validation,
)


class Route(RouteBody, kw_only=True):
    """A route of a site."""

    id: UUID
    organization_id: UUID
    site_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class NewRoute(RouteBody, kw_only=True, forbid_unknown_fields=True):
    """One of `path_prefix`, `path` and `path_pattern`, and one of `upstream`, `redirect` and `respond`; the rest as needed.

    With PUT, what is left out gets its default.
    """


class RoutePatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed; lists and objects are set as a whole, and null takes away what may be absent."""

    path_prefix: Path | UnsetType | None = UNSET
    path: Path | UnsetType | None = UNSET
    path_pattern: Path | UnsetType | None = UNSET
    methods: Methods | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    upstream: UpstreamName | UnsetType | None = UNSET
    canary: Canary | UnsetType | None = UNSET
    redirect: Redirect | UnsetType | None = UNSET
    respond: Respond | UnsetType | None = UNSET
    strip_prefix: bool | UnsetType = UNSET
    rewrite: Path | UnsetType | None = UNSET
    request_headers: HeaderRules | UnsetType = UNSET
    response_headers: HeaderRules | UnsetType = UNSET
    security_headers: bool | UnsetType = UNSET
    cors: Cors | UnsetType | None = UNSET
    compress: bool | UnsetType = UNSET
    auth: Auth | UnsetType = UNSET
    rate_limits: Annotated[list[Limit], Meta(max_length=16)] | UnsetType = UNSET
    max_body: Bytes | UnsetType | None = UNSET
    max_in_flight: Count | UnsetType = UNSET
    validate: Validation | UnsetType | None = UNSET
    maintenance: Maintenance | UnsetType | None = UNSET
    total_ms: Milliseconds | UnsetType | None = UNSET
