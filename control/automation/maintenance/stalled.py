"""Jobs whose worker died: found by its silence, and queued again."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import structlog
from psycopg.errors import UniqueViolation

from control.automation.maintenance import queries as q
from control.core.db import NOBODY, Database, Transaction

log = structlog.get_logger("hcc.maintenance")

SILENT = timedelta(seconds=15)
"""A worker says every 3 seconds that it lives; five missed signs are a dead one."""
MOST_ATTEMPTS = 20
"""A job that took this many workers or attempts is given up, so that it cannot kill workers for ever."""


class Stalled(msgspec.Struct, frozen=True):
    """A job that nobody works on, though it says so."""

    id: int
    task_name: str
    attempts: int


async def rescue(database: Database, silent: timedelta = SILENT) -> int:
    """Queue the jobs of dead workers again; how many there were."""
    async with database.transaction(NOBODY) as tx:
        found = await tx.all(Stalled, q.SQL.stalled_jobs, silent=silent)
        for job in found:
            again = job.attempts < MOST_ATTEMPTS and await _again(tx, job.id)
            if not again:
                await tx.value(q.SQL.job_given_up, id=job.id)
            log.warning("job lost its worker", job_id=job.id, task=job.task_name, attempts=job.attempts, again=again)
    return len(found)


async def _again(tx: Transaction, job_id: int) -> bool:
    """Queue a job again; false when its like waits already (a queueing lock): then that one does the work, and the other dead
    worker's jobs must not be held up by it."""
    try:
        async with tx.connection.transaction():
            await tx.value(q.SQL.job_again, id=job_id)
    except UniqueViolation:
        return False
    return True
