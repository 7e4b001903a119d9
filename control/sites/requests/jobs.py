"""Forgetting requests that were shown."""

from __future__ import annotations

from control.core import jobs
from control.core.db import NOBODY
from control.core.jobs import Work
from control.sites.requests import queries as q


@jobs.task("sites.forget_requests", cron="* * * * *", retry=False, lock="sites.forget_requests")
async def forget_requests(work: Work, *, timestamp: int) -> None:
    """Delete what was seen more than five minutes ago, also of sites that nobody watches any more."""
    del timestamp
    async with work.runtime.database.transaction(NOBODY) as tx:
        await tx.value(q.SQL.forget)
