"""Checks as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.monitoring.labels import LabelSet, Severity

CheckKind = Literal["http", "tcp", "icmp", "dns", "heartbeat", "database"]
CheckState = Literal["new", "up", "down", "unknown"]
Location = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[a-z0-9][a-z0-9-]*$")]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]


PORTS = {"postgresql": 5432, "postgres": 5432, "redis": 6379, "rediss": 6379}
"""Of the databases that can be checked, where an address has none."""


class Expects(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an answer must be like. Each kind of check takes its own fields.

    `http`: `method`, `headers`, `body`, `statuses` (such as `200` or `200-399`), `keyword` (with `keyword_absent`, must not be
    there), `json_path` (such as `status.parts[0].name`) with `json_value`, `redirects` to follow, `tls_days` that the certificate
    must still be good for, `verify_tls`. `tcp`: `send` and `receive`. `dns`: `record_type`, `values` that must be among the
    answers, `resolver`. `heartbeat`: `grace_s` that a sign may be late.
    """

    method: Literal["GET", "HEAD", "POST"] | None = None
    headers: dict[Annotated[str, Meta(max_length=100)], Annotated[str, Meta(max_length=1000)]] | None = None
    body: Annotated[str, Meta(max_length=10_000)] | None = None
    statuses: (
        Annotated[list[Annotated[str, Meta(pattern="^[1-5][0-9][0-9](-[1-5][0-9][0-9])?$")]], Meta(max_length=20)] | None
    ) = None
    keyword: Text | None = None
    keyword_absent: bool | None = None
    json_path: Text | None = None
    json_value: Annotated[str, Meta(max_length=1000)] | None = None
    redirects: Annotated[int, Meta(ge=0, le=10)] | None = None
    tls_days: Annotated[int, Meta(ge=1, le=365)] | None = None
    verify_tls: bool | None = None
    send: Text | None = None
    receive: Text | None = None
    record_type: Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA"] | None = None
    values: Annotated[list[Text], Meta(max_length=20)] | None = None
    resolver: Annotated[str, Meta(min_length=2, max_length=64)] | None = None
    grace_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None


FIELDS: dict[str, set[str]] = {
    "http": {
        "method", "headers", "body", "statuses", "keyword", "keyword_absent", "json_path", "json_value", "redirects", "tls_days",
        "verify_tls",
    },
    "tcp": {"send", "receive"},
    "icmp": set(),
    "dns": {"record_type", "values", "resolver"},
    "heartbeat": {"grace_s"},
    "database": set(),
}  # fmt: skip
"""Which fields each kind takes."""


class Check(msgspec.Struct, kw_only=True):
    """A check and how things are: `state` is that of all locations together, since `since`."""

    id: UUID
    organization_id: UUID
    name: str
    kind: CheckKind
    target: str
    expects: Expects
    has_secret: bool
    interval_s: int
    timeout_s: int
    retries: int
    locations: list[str]
    quorum: int
    severity: Severity
    labels: dict[str, str]
    is_active: bool
    state: CheckState
    since: datetime | None
    message: str
    last_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class CheckWithToken(Check, kw_only=True):
    """`push_url` is where a heartbeat goes, by GET, HEAD or POST; it is shown this one time. Other kinds have none."""

    push_url: str | None


class NewCheck(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`target`: a URL (http), `host:port` (tcp), a host (icmp), a name (dns), `postgresql://user@host:port/name` or
    `redis://host:port/0` (database), nothing (heartbeat). `secret` is an Authorization header or a password.

    It is down once `quorum` of its `locations` say so, each after `retries` further failures. Times are seconds.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: CheckKind
    target: Annotated[str, Meta(max_length=2048)] = ""
    expects: Expects = Expects()
    secret: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    interval_s: Annotated[int, Meta(ge=20, le=86_400)] = 60
    timeout_s: Annotated[int, Meta(ge=1, le=60)] = 10
    retries: Annotated[int, Meta(ge=0, le=10)] = 1
    locations: Annotated[list[Location], Meta(min_length=1, max_length=10)] = msgspec.field(default_factory=lambda: ["default"])
    quorum: Annotated[int, Meta(ge=1, le=10)] = 1
    severity: Severity = "critical"
    labels: LabelSet = {}
    is_active: bool = True


class CheckLocation(msgspec.Struct, kw_only=True):
    """What one location knows of a check. `ms` is how long the last try took."""

    location: str
    state: Literal["new", "up", "down"]
    since: datetime
    last_at: datetime | None
    beat_at: datetime | None
    failures: int
    message: str
    ms: float | None
    figures: dict[str, float]


class CheckResult(msgspec.Struct, kw_only=True):
    """One try. `figures` are seconds of its parts, and days that a certificate is still good for."""

    id: UUID
    location: str
    at: datetime
    ok: bool
    ms: float | None
    message: str
    figures: dict[str, float]
