"""Every night, for every seller."""

from __future__ import annotations

from uuid import UUID

import msgspec
import structlog
from psycopg import Error

from control.billing.recognition import queries as q
from control.billing.recognition.service import recognise
from control.billing.today import today
from control.core import jobs
from control.core.db import NOBODY, Scope
from control.core.jobs import Work

log = structlog.get_logger("hcc.billing")


class Seller(msgspec.Struct, frozen=True):
    """Who sells, and where it is for them."""

    organization_id: UUID
    timezone: str


@jobs.task("billing.recognise", cron="20 1 * * *", lock="billing.recognise")
async def recognise_revenue(work: Work, *, timestamp: int) -> None:
    """Book the months that are over. One seller's trouble is not the others'."""
    del timestamp
    async with work.runtime.database.transaction(NOBODY) as tx:
        sellers = await tx.all(Seller, q.SQL.sellers)
    failed = 0
    for seller in sellers:
        try:
            async with work.runtime.database.transaction(Scope(organization_id=seller.organization_id)) as tx:
                made = await recognise(tx, seller.organization_id, today(seller.timezone))
        except Error as error:
            failed += 1
            log.warning("revenue not recognised", organization=str(seller.organization_id), error=str(error))
        else:
            if made:
                log.info("revenue recognised", organization=str(seller.organization_id), entries=made)
    if failed:
        raise RuntimeError(f"revenue of {failed} sellers was not recognised")
