"""What every gateway does alike."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from control.sites.bodies.common import Bytes, Count, PositiveMilliseconds


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits and timeouts of the listener; counts of 0 are without limit, clients count by address (IPv6 by /64)."""

    max_body: Bytes = 52_428_800
    header_timeout_ms: PositiveMilliseconds = 15_000
    body_timeout_ms: PositiveMilliseconds = 15_000
    idle_timeout_ms: PositiveMilliseconds = 60_000
    keep_alive_ms: PositiveMilliseconds = 75_000
    tunnel_idle_ms: Annotated[int, Meta(ge=1, le=86_400_000)] = 3_600_000
    handshake_timeout_ms: PositiveMilliseconds = 10_000
    max_connections: Annotated[int, Meta(ge=1, le=10_000_000)] = 20_000
    max_connections_per_client: Count = 0
    max_in_flight: Count = 0
    max_in_flight_per_client: Count = 0
    max_header_bytes: Annotated[int, Meta(ge=1024, le=1_048_576)] = 32_768
    access_log_sample: Annotated[float, Meta(ge=0, le=1)] = 1.0
