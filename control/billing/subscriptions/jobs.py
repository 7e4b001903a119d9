"""Renewals on time: a look at all sellers every quarter of an hour, and a job for each that has something due."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import structlog

from control.billing.settings import service as settings
from control.billing.subscriptions import queries as q
from control.billing.subscriptions.renewing import renew_seller
from control.billing.subscriptions.usage import reader
from control.billing.today import today
from control.core import jobs
from control.core.db import NOBODY, Scope
from control.core.jobs import Work

log = structlog.get_logger("hcc.billing")


class _Seller(msgspec.Struct, frozen=True):
    organization_id: UUID
    today: date


@jobs.task("billing.renew", cron="*/15 * * * *", retry=False, lock="billing.renew")
async def renew(work: Work, *, timestamp: int) -> None:
    """Find sellers with something due where it is already that day."""
    del timestamp
    async with work.runtime.database.transaction(NOBODY) as tx:
        sellers = await tx.all(_Seller, q.SQL.sellers, at=datetime.now(UTC))
        for one in sellers:
            # One at a time for a seller: its numbers come one after the other anyway.
            await jobs.defer(
                tx,
                "billing.renew_seller",
                lock=f"billing.renew:{one.organization_id}",
                organization_id=str(one.organization_id),
            )


@jobs.task("billing.renew_seller")
async def renew_one(work: Work, *, organization_id: str) -> None:
    """Renew what is due of a seller. Twice does no harm: what was done is not due any more."""
    database, seller_id = work.runtime.database, UUID(organization_id)
    async with database.transaction(Scope(seller_id)) as tx:
        # The day on which it runs, not that on which it was queued: numbers and dates go up together.
        on = today((await settings.find(tx, seller_id)).timezone)
    run = await renew_seller(database, seller_id, on, reader(database))
    if run.steps or run.failed:
        log.info("renewed", organization_id=organization_id, steps=run.steps, invoices=run.invoices, failed=run.failed)
