"""Looking at thresholds."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec

from control.billing.tax.reports import queries as q
from control.billing.tax.reports.thresholds import warn
from control.core import jobs
from control.core.db import NOBODY, Scope
from control.core.envelope import now
from control.core.jobs import Work


class _Seller(msgspec.Struct, frozen=True):
    organization_id: UUID


@jobs.task("tax.watch_thresholds", cron="7 * * * *", retry=False, lock="tax.watch_thresholds")
async def watch_thresholds(work: Work, *, timestamp: int) -> None:
    """Look at each seller with private sales across borders this year, each in a transaction of its own."""
    del timestamp
    # A day back: where the seller is it may still be last year.
    since = (now() - timedelta(days=1)).date().replace(month=1, day=1)
    async with work.runtime.database.transaction(NOBODY) as tx:
        sellers = await tx.all(_Seller, q.SQL.sellers, since=since)
    for one in sellers:
        async with work.runtime.database.transaction(Scope(one.organization_id)) as tx:
            await warn(tx, one.organization_id)
