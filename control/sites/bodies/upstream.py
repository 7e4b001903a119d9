"""Where an upstream goes, how a target is chosen, what is thought of its health."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from control.sites.bodies.common import Count, FieldName, Milliseconds, Percent, PositiveMilliseconds

Status = Annotated[int, Meta(ge=200, le=599)]


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`host:port`, or `unix:/path` for the platform's staff; `weight` is its share of the requests."""

    address: Annotated[str, Meta(min_length=3, max_length=262)]
    weight: Annotated[int, Meta(ge=1, le=1000)] = 1


class HashKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a consistent hash is made of; `name` is that of the header or cookie, without which the client's address counts."""

    kind: Literal["client", "header", "cookie"]
    name: FieldName | None = None


class UpstreamTls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`server_name` is the target's host and `ca_pem` the system's authorities unless given."""

    verify: bool = True
    server_name: Annotated[str, Meta(min_length=1, max_length=253)] | None = None
    ca_pem: Annotated[str, Meta(min_length=1, max_length=65_536)] | None = None


class HealthCheck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Active checks. `status` is the lowest and the highest that is good; `contains` looks at the first 64 KiB."""

    kind: Literal["http", "tcp"] = "http"
    path: Annotated[str, Meta(min_length=1, max_length=1024)] = "/"
    host: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    status: tuple[Status, Status] = (200, 399)
    contains: Annotated[str, Meta(min_length=1, max_length=1024)] | None = None
    interval_ms: Annotated[int, Meta(ge=500, le=3_600_000)] = 5_000
    timeout_ms: Annotated[int, Meta(ge=10, le=60_000)] = 2_000
    unhealthy_after: Annotated[int, Meta(ge=1, le=100)] = 3
    healthy_after: Annotated[int, Meta(ge=1, le=100)] = 2


class Outlier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Passive ejection after `consecutive` failures, for `base_ms` that doubles up to `max_ms`; `consecutive` 0 is never."""

    consecutive: Annotated[int, Meta(ge=0, le=1000)] = 2
    gateway_errors: bool = False
    base_ms: PositiveMilliseconds = 500
    max_ms: PositiveMilliseconds = 10_000
    panic_percent: Percent = 50


class Retry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Second tries where they are safe, within a budget."""

    attempts: Annotated[int, Meta(ge=0, le=10)] = 1
    gateway_errors: bool = False
    budget_percent: Percent = 20
    min_per_s: Annotated[int, Meta(ge=0, le=1_000_000)] = 10


class Breaker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """More than this is answered 503 at once; 0 is without limit, and `open_ms` 0 stands for 5 seconds."""

    max_in_flight: Count = 0
    max_in_flight_per_target: Count = 0
    error_percent: Percent = 0
    open_ms: Annotated[int, Meta(ge=0, le=3_600_000)] = 0


class UpstreamBody(msgspec.Struct, kw_only=True):
    """An upstream with its targets; times in milliseconds, `total_ms` 0 is without end."""

    policy: Literal["round_robin", "least_request", "consistent_hash"] = "round_robin"
    hash_key: HashKey = msgspec.field(default_factory=lambda: HashKey("client"))
    targets: Annotated[list[Target], Meta(min_length=1, max_length=256)]
    protocol: Literal["h1", "h2"] = "h1"
    tls: UpstreamTls | None = None
    connect_ms: Annotated[int, Meta(ge=1, le=60_000)] = 2_000
    first_byte_ms: PositiveMilliseconds = 15_000
    between_bytes_ms: PositiveMilliseconds = 15_000
    total_ms: Milliseconds = 0
    health: HealthCheck | None = None
    outlier: Outlier = msgspec.field(default_factory=Outlier)
    retry: Retry = msgspec.field(default_factory=Retry)
    breaker: Breaker = msgspec.field(default_factory=Breaker)
