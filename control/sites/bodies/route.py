"""What a route does with its requests."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from control.sites.bodies.auth import Auth
from control.sites.bodies.common import Bytes, Count, FieldName, FieldValue, Maintenance, Milliseconds

Path = Annotated[str, Meta(min_length=1, max_length=1024)]
UpstreamName = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="Name of an upstream of the same site")]
Method = Annotated[str, Meta(pattern="^[A-Z][A-Z-]{0,31}$")]
Methods = Annotated[list[Method], Meta(min_length=1, max_length=32)]
Priority = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
Positive = Annotated[int, Meta(ge=1, le=4_294_967_295)]


class Canary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A share of the clients goes to another upstream; `header` is a name and a value that lead there whatever the share."""

    upstream: UpstreamName
    percent: Annotated[float, Meta(ge=0, le=100)] = 0.0
    header: tuple[FieldName, FieldValue] | None = None


class Redirect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`to` may hold `{host}`, `{path}`, `{query}` (with its `?`) and the names of the route's pattern."""

    to: Annotated[str, Meta(min_length=1, max_length=2048)]
    status: Literal[301, 302, 303, 307, 308] = 302


class Respond(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fixed answer."""

    status: Annotated[int, Meta(ge=200, le=599)]
    content_type: Annotated[str, Meta(min_length=3, max_length=255)] | None = None
    body: Annotated[str, Meta(max_length=65_536)] = ""


class HeaderRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of fields: first removed, then set in place of what is there, then added besides."""

    remove: Annotated[list[FieldName], Meta(max_length=64)] = []
    set: Annotated[dict[FieldName, FieldValue], Meta(max_length=64)] = {}
    add: Annotated[dict[FieldName, FieldValue], Meta(max_length=64)] = {}


class Cors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cross-origin requests, answered by the gateway; empty `methods` and `headers` allow what is asked for."""

    origins: Annotated[list[Annotated[str, Meta(min_length=1, max_length=255)]], Meta(min_length=1, max_length=100)]
    methods: Annotated[list[Method], Meta(max_length=32)] = []
    headers: Annotated[list[FieldName], Meta(max_length=64)] = []
    expose: Annotated[list[FieldName], Meta(max_length=64)] = []
    credentials: bool = False
    max_age_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rate` requests in `per_s` seconds, `burst` at once. Limits of one site with the same name count together."""

    name: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    key: Literal["client", "user", "organization", "api_key", "header", "route"]
    rate: Positive
    per_s: Annotated[int, Meta(ge=1, le=86_400)]
    burst: Positive
    header: FieldName | None = None
    shared: bool = False


class Validation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a request body must be: 415 for its type, 400 for broken JSON, 422 for the schema; `max_bytes` absent is 1 MiB."""

    content_types: Annotated[list[Annotated[str, Meta(min_length=3, max_length=127)]], Meta(max_length=32)] = []
    json: bool = False
    schema: dict[str, Any] | None = None
    max_bytes: Annotated[int, Meta(ge=1, le=16_777_216)] | None = None


class RouteBody(msgspec.Struct, kw_only=True):
    """One of `path_prefix`, `path` and `path_pattern` says which paths; one of `upstream`, `redirect` and `respond` what
    becomes of them. `path_pattern` has `{name}` for one segment each, and a last `{*rest}` for all that is left."""

    path_prefix: Path | None = None
    path: Path | None = None
    path_pattern: Path | None = None
    methods: Methods | None = None
    priority: Priority = 0
    upstream: UpstreamName | None = None
    canary: Canary | None = None
    redirect: Redirect | None = None
    respond: Respond | None = None
    strip_prefix: bool = False
    rewrite: Path | None = None
    request_headers: HeaderRules = msgspec.field(default_factory=HeaderRules)
    response_headers: HeaderRules = msgspec.field(default_factory=HeaderRules)
    security_headers: bool = False
    cors: Cors | None = None
    compress: bool = False
    auth: Auth = msgspec.field(default_factory=Auth)
    rate_limits: Annotated[list[Limit], Meta(max_length=16)] = []
    max_body: Bytes | None = None
    max_in_flight: Count = 0
    validate: Validation | None = None
    maintenance: Maintenance | None = None
    total_ms: Milliseconds | None = None
