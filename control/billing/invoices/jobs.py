"""Work on many invoices, and keeping their counts short."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from control.billing.invoices import many
from control.core import audit, jobs, operations
from control.core.db import NOBODY
from control.core.errors import NotFound
from control.core.jobs import Work


@jobs.task("billing.add_up_tallies", cron="* * * * *", retry=False, lock="billing.add_up_tallies")
async def add_up_tallies(work: Work, *, timestamp: int) -> None:
    """Add up what changed in the last minute."""
    del timestamp
    async with work.runtime.database.transaction(NOBODY) as tx:
        await tx.value("SELECT hcc.add_up_invoice_tallies()")


@jobs.task("billing.finalise_invoices")
async def finalise_invoices(
    work: Work, *, operation_id: str, organization_id: str, wanted: list[tuple[str, str | None]], actor: dict[str, str]
) -> None:
    """Finalise many drafts. What an earlier run has finalised is not touched again."""
    by = audit.actor_of(actor)
    async with operations.running(work, operation_id, organization_id) as operation:
        results: list[dict[str, Any]] = []
        for start in range(0, len(wanted), many.AT_ONCE):
            await operation.progress(100 * start // len(wanted))
            some = wanted[start : start + many.AT_ONCE]
            done: many.Results = {}
            for seller_id in dict.fromkeys(seller for _, seller in some if seller is not None):
                theirs = [UUID(one) for one, seller in some if seller == seller_id]
                done |= await many.finalise(work.runtime.database, UUID(seller_id), theirs, by)
            results += [many.told(one, done.get(UUID(one)) or NotFound("invoice of yours to finalise")) for one, _ in some]
        finalised = sum(one["status"] == "finalised" for one in results)
        operation.result = {"finalised": finalised, "failed": len(results) - finalised, "results": results}
