"""The worker's part in tests of billing."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from control.core import outbox
from control.core.runtime import Runtime
from control.worker import import_jobs
from tests.conftest import Urls
from tests.working import work_off


async def settle(runtime: Runtime) -> None:
    """Hand on the events and do the work that comes of them, until nothing is due."""
    import_jobs()
    while await outbox.relay(runtime.database):
        pass
    await work_off(runtime)
    while await outbox.relay(runtime.database):
        pass


def hurry(urls: Urls) -> None:
    """Make every waiting job due."""
    with psycopg.connect(urls["hcc_worker"]) as connection:
        connection.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = %s", (datetime(2020, 1, 1, tzinfo=UTC),))
