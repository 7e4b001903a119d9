"""Dunning on time: every hour, and at once when something is paid."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import structlog

from control.billing.dunning import queries as q
from control.billing.dunning.working import dun
from control.core import jobs
from control.core.db import NOBODY, Transaction
from control.core.events import Event, on
from control.core.jobs import Work

log = structlog.get_logger("hcc.billing")


class _Seller(msgspec.Struct, frozen=True):
    organization_id: UUID


@jobs.task("billing.dun", cron="23 * * * *", retry=False, lock="billing.dun")
async def dun_all(work: Work, *, timestamp: int) -> None:
    """Find sellers with overdue invoices."""
    del timestamp
    async with work.runtime.database.transaction(NOBODY) as tx:
        for one in await tx.all(_Seller, q.SQL.sellers, at=datetime.now(UTC)):
            await _later(tx, one.organization_id)


@jobs.task("billing.dun_seller")
async def dun_one(work: Work, *, organization_id: str) -> None:
    """Take the steps that are due at a seller. Twice does no harm: each is taken once."""
    steps = await dun(work.runtime, UUID(organization_id))
    if steps:
        log.info("dunning", organization_id=organization_id, steps=steps)


@on("invoice.paid")
async def paid(tx: Transaction, event: Event) -> None:
    """What was switched off is switched on again when it is paid, not an hour later."""
    await _later(tx, event.organization_id)


async def _later(tx: Transaction, organization_id: UUID) -> None:
    await jobs.defer(tx, "billing.dun_seller", lock=f"billing.dun:{organization_id}", organization_id=str(organization_id))
