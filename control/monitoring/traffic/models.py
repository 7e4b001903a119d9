"""Traffic as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

Grouping = Literal["site", "route"]


class Latency(msgspec.Struct, kw_only=True):
    """Seconds within which so many percent of the requests were answered; null where there were none."""

    p50: float | None
    p95: float | None
    p99: float | None


class Traffic(msgspec.Struct, kw_only=True):
    """One site, or one of its routes. `route_id` is null for a whole site, and for requests that found no route.

    `errors` are those that ended with a 5xx. `by_class` has `2xx` to `5xx`, and `none` where nobody was there any more to
    answer; `decisions` what was done for security: `blocked`, `detected`, `banned`, `denied`, `challenged`, `limited`, `logged`.
    Counts are what the counters rose by between the first and the last time that they were pushed, every ten seconds.
    """

    site_id: UUID
    site_name: str | None
    route_id: str | None
    requests: float
    errors: float
    error_share: float
    by_class: dict[str, float]
    latency_s: Latency
    decisions: dict[str, float]
    received_bytes: float
    sent_bytes: float


class TrafficAnswer(msgspec.Struct, kw_only=True):
    """The traffic between two moments, the busiest first."""

    start: datetime
    end: datetime
    by: Grouping
    traffic: list[Traffic]
