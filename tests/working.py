"""The worker's queue inside a test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from procrastinate import PsycopgConnector

from control.core import jobs
from control.core.runtime import Runtime

T = TypeVar("T")


async def work_off(runtime: Runtime) -> None:
    """Run every job that is due, then come back. `runtime` is the worker's."""
    connector = PsycopgConnector()
    await connector.open_async(runtime.database.pool)
    with jobs.app.replace_connector(connector):
        await jobs.app.run_worker_async(
            wait=False, listen_notify=False, install_signal_handlers=False, concurrency=4, additional_context={"runtime": runtime}
        )


async def eventually(look: Callable[[], Awaitable[T | None]], limit: float = 30.0) -> T:
    """What `look` gives as soon as it gives something."""
    deadline = time.monotonic() + limit
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)
