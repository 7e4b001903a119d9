"""Checks are made by a part of each worker (running.py); what the queue does is look for those that are not made."""

from __future__ import annotations

from control.core import jobs
from control.core.envelope import now
from control.core.jobs import Work
from control.monitoring.checks.stuck import look


@jobs.task("monitoring.stuck_checks", cron="* * * * * */20", retry=False, lock="monitoring.stuck_checks")
async def stuck_checks(work: Work, *, timestamp: int) -> None:
    """Every twenty seconds, the shortest interval of a check."""
    del timestamp
    await look(work.runtime.database, now)
