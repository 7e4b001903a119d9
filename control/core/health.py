"""Whether this process can do its work: /health for people and dashboards, /livez and /readyz for supervisors."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import msgspec

from control import __version__
from control.core.db import NOBODY
from control.core.runtime import Runtime

State = Literal["healthy", "degraded", "unhealthy"]
_LIMIT = 2.0
_PAGE = resource.getpagesize()


class Check(msgspec.Struct, kw_only=True):
    """One part. `needed` parts decide whether the whole can work."""

    status: State
    response_time_ms: float
    needed: bool
    message: str | None = None


class Health(msgspec.Struct, kw_only=True):
    """All parts, and what follows from them."""

    status: State
    version: str
    uptime_seconds: int
    checks: dict[str, Check]


def resident_mib() -> float:
    """Resident memory of this process in MiB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 2**20


async def examine(runtime: Runtime) -> Health:
    """Try every part, all at once, each at most two seconds."""

    async def database() -> str | None:
        async with runtime.database.transaction(NOBODY, timeout=_LIMIT) as tx:
            await tx.value("SELECT 1")
        return None

    async def redis() -> str | None:
        if runtime.redis is None:
            return "not configured; caches are off"
        await runtime.redis.ping()
        return None

    async def memory() -> str | None:
        used = resident_mib()
        if used > runtime.settings.memory_limit_mib:
            raise MemoryError(f"{used:.0f} MiB resident, above {runtime.settings.memory_limit_mib}")
        return f"{used:.0f} MiB resident"

    checks = dict(
        zip(
            ("database", "redis", "memory"),
            await asyncio.gather(_try(database, needed=True), _try(redis, needed=False), _try(memory, needed=False)),
            strict=True,
        )
    )
    status: State = "healthy"
    if any(c.status != "healthy" for c in checks.values()):
        status = "unhealthy" if any(c.needed and c.status == "unhealthy" for c in checks.values()) else "degraded"
    return Health(status=status, version=__version__, uptime_seconds=int(time.monotonic() - runtime.started_at), checks=checks)


async def _try(part: Callable[[], Awaitable[str | None]], *, needed: bool) -> Check:
    start = time.perf_counter()
    status: State = "healthy"
    try:
        message = await asyncio.wait_for(part(), _LIMIT)
    except TimeoutError:
        status, message = "unhealthy", f"no answer within {_LIMIT:.0f} s"
    except Exception as error:  # noqa: BLE001 - any failure of a part is its state, not ours
        status, message = "unhealthy", str(error) if isinstance(error, MemoryError) else type(error).__name__
    if status == "unhealthy" and not needed:
        status = "degraded"
    return Check(status=status, response_time_ms=round((time.perf_counter() - start) * 1000, 2), needed=needed, message=message)
