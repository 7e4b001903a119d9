"""What the platform forgets in time, every hour; the terms are explained in RATIONALE.md."""

from __future__ import annotations

from datetime import timedelta

import structlog

from control.automation.maintenance import queries as q
from control.core import jobs
from control.core.db import NOBODY
from control.core.jobs import Work

log = structlog.get_logger("hcc.maintenance")


TERMS = {
    "idempotency_keys": timedelta(hours=48),
    "relayed_events": timedelta(days=7),
    "webhook_deliveries": timedelta(days=30),
    "outgoing_mail": timedelta(days=90),
    "login_throttle": timedelta(days=1),
    "client_tallies": timedelta(hours=2),
    "finished_jobs": timedelta(days=1),
    "alerts": timedelta(days=90),
    "notifications": timedelta(days=30),
    "checks": timedelta(days=400),
}
FAILED_JOBS = timedelta(days=30)


@jobs.task("maintenance.forget", cron="17 * * * *", retry=False, lock="maintenance.forget")
async def forget(work: Work, *, timestamp: int) -> None:
    """Delete what is older than its term, each kind in its own transaction."""
    for what, term in TERMS.items():
        async with work.runtime.database.transaction(NOBODY) as tx:
            gone = await tx.value(getattr(q.SQL, what), older_than=term, failed_older_than=FAILED_JOBS)
        if gone:
            log.info("forgotten", what=what, rows=gone, scheduled_for=timestamp)
