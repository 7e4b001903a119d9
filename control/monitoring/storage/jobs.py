"""Values by minute, five minutes, hour and day, every minute; every hour partitions, the end of old ones, and compaction."""

from __future__ import annotations

import psycopg
import structlog

from control.core import jobs
from control.core.db import NOBODY
from control.core.jobs import Work
from control.monitoring.storage import queries as q

log = structlog.get_logger("hcc.monitoring")


@jobs.task("monitoring.roll_up", cron="* * * * * 25", retry=False, lock="monitoring.roll_up")
async def roll_up(work: Work, *, timestamp: int) -> None:
    """At second 25, when the minute before has been over long enough; again until nothing is left."""
    del timestamp
    while True:
        async with work.runtime.database.transaction(NOBODY) as tx:
            if not await tx.value(q.SQL.roll_up):
                return


@jobs.task("monitoring.maintain", cron="7 * * * *", retry=False, lock="monitoring.maintain")
async def maintain(work: Work, *, timestamp: int) -> None:
    """Every hour. When readers are in the way it is tried again the next hour."""
    try:
        async with work.runtime.database.transaction(NOBODY) as tx:
            gone = await tx.value(q.SQL.maintain)
        # A transaction each: one of them may take minutes where a lot comes in.
        compacted: list[str] = []
        while (part := await _compact(work)) is not None and part not in compacted:
            compacted.append(part)
    except psycopg.errors.LockNotAvailable:
        log.info("metric partitions are in use", scheduled_for=timestamp)
        return
    if gone or compacted:
        log.info("metric partitions maintained", dropped=gone, compacted=len(compacted), scheduled_for=timestamp)


async def _compact(work: Work) -> str | None:
    """The next partition or chunk, and its name. One that a late value opens again at once has its turn the next hour."""
    async with work.runtime.database.transaction(NOBODY) as tx:
        name: str | None = await tx.value(q.SQL.compact)
    return name
