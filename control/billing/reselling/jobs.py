"""Settling on time."""

from __future__ import annotations

from uuid import UUID

import msgspec
import structlog
from psycopg import Error

from control.billing.reselling import queries as q
from control.billing.reselling.service import book_costs, settle_up
from control.core import jobs
from control.core.db import NOBODY, Scope
from control.core.errors import DomainError
from control.core.jobs import Work

log = structlog.get_logger("hcc.billing")


class _Supplier(msgspec.Struct, frozen=True):
    organization_id: UUID


class _Unbooked(msgspec.Struct, frozen=True):
    organization_id: UUID
    statement_id: UUID


@jobs.task("billing.settle_resellers", cron="50 2 * * *", lock="billing.settle_resellers")
async def settle_resellers(work: Work, *, timestamp: int) -> None:
    """Make the statements of months that are over, then book them for the resellers. One's trouble is not the others'; what
    failed is tried again the next night."""
    del timestamp
    database = work.runtime.database
    async with database.transaction(NOBODY) as tx:
        suppliers = await tx.all(_Supplier, q.SQL.suppliers)
    for one in suppliers:
        try:
            # Shares are the resellers' rows, below the supplier.
            async with database.transaction(Scope(one.organization_id, access="tree")) as tx:
                made = await settle_up(tx, one.organization_id)
        except (DomainError, Error) as error:
            log.warning("resellers not settled", organization=str(one.organization_id), error=str(error))
        else:
            if made:
                log.info("resellers settled", organization=str(one.organization_id), statements=len(made))
    async with database.transaction(NOBODY) as tx:
        unbooked = await tx.all(_Unbooked, q.SQL.unbooked)
    for each in unbooked:
        try:
            async with database.transaction(Scope(each.organization_id)) as tx:
                await book_costs(tx, each.organization_id, each.statement_id)
        except (DomainError, Error) as error:
            log.warning("statement not booked", organization=str(each.organization_id), error=str(error))
