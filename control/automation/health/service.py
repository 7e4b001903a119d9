"""What the control plane knows of the platform's processes. Staff of the platform alone see it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import msgspec

from control.automation.health import queries as q
from control.automation.queue import service as queue
from control.core import health, outbox
from control.core.context import Context
from control.core.errors import Forbidden, Unavailable
from control.monitoring.query import service as metrics
from control.monitoring.query.errors import QueryError

WORKER_SILENT_S = 15.0
"""A worker says every 3 seconds that it lives."""
GATEWAY_SILENT_S = 300.0
"""A gateway reports every 30 seconds at least."""
METRICS_SILENT_S = 60.0
"""Gateways push every ten seconds, and values are written within some more."""
_NEWEST = "max(timestamp(hcc_gateway_config_connected))"


class Workers(msgspec.Struct, frozen=True):
    """How many there are, and how long ago the liveliest gave a sign; null when there is none."""

    count: int
    age_s: float | None


class Gateway(msgspec.Struct, frozen=True):
    """One gateway, how long ago it reported, and how many sites or certificates it refused."""

    name: str
    age_s: float
    refused: int


class Disk(msgspec.Struct, frozen=True):
    """The file system that the control plane runs on, in bytes."""

    total: int
    free: int

    @property
    def used_share(self) -> float:
        return 1 - self.free / self.total if self.total else 0.0


class Platform(msgspec.Struct, kw_only=True):
    """How everything is. `metrics_age_s` is null where no gateway pushes figures, or they cannot be asked."""

    control: health.Health
    workers: Workers
    gateways: list[Gateway]
    metrics_age_s: float | None
    database_bytes: int
    outbox: outbox.State
    jobs: dict[str, int]
    disk: Disk


async def platform(ctx: Context) -> Platform:
    """How the platform is now. Raises Forbidden."""
    if ctx.principal.user_type != "admin":
        raise Forbidden("This is for the staff of the platform.")
    async with ctx.transaction("own") as tx:
        workers = await tx.one(Workers, q.SQL.workers)
        gateways = await tx.all(Gateway, q.SQL.gateways)
        size = int(await tx.value(q.SQL.database_size))
    used = shutil.disk_usage(Path.cwd())
    return Platform(
        control=await health.examine(ctx.runtime),
        workers=workers,
        gateways=gateways,
        metrics_age_s=await _metrics_age(ctx),
        database_bytes=size,
        outbox=await queue.state(ctx),
        jobs=await queue.tallies(ctx),
        disk=Disk(used.total, used.free),
    )


async def _metrics_age(ctx: Context) -> float | None:
    """Seconds since the newest figure that a gateway pushed and that was written."""
    at = time.time_ns() // 1000
    try:
        answer = await metrics.at(ctx, _NEWEST, at)
    except (QueryError, Unavailable):
        return None
    return max(0.0, at / 1e6 - float(answer.lines[0].values[0])) if answer.lines else None
