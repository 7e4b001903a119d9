"""Forgetting security events, by whole days; how many are kept is a setting of the platform."""

from __future__ import annotations

import structlog

from control.core import jobs
from control.core.db import NOBODY
from control.core.jobs import Work
from control.security.events import queries as q

log = structlog.get_logger("hcc.security")


@jobs.task("security.forget_events", cron="23 * * * *", retry=False, lock="security.forget_events")
async def forget_events(work: Work, *, timestamp: int) -> None:
    """Drop the days that are over."""
    async with work.runtime.database.transaction(NOBODY) as tx:
        gone = await tx.value(q.SQL.forget)
    if gone:
        log.info("security events forgotten", days=gone, scheduled_for=timestamp)
