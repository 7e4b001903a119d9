"""Keeping the counts of invoices short."""

from __future__ import annotations

from control.core import jobs
from control.core.db import NOBODY
from control.core.jobs import Work


@jobs.task("billing.add_up_tallies", cron="* * * * *", retry=False, lock="billing.add_up_tallies")
async def add_up_tallies(work: Work, *, timestamp: int) -> None:
    """Add up what changed in the last minute."""
    del timestamp
    async with work.runtime.database.transaction(NOBODY) as tx:
        await tx.value("SELECT hcc.add_up_invoice_tallies()")
