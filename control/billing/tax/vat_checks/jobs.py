"""Asking for VAT ids: when a customer is added or changed, and again as time passes."""

from __future__ import annotations

from uuid import UUID

from control.billing.customers.models import Customer
from control.billing.customers.queries import SQL as CUSTOMERS
from control.billing.tax.vat_checks import queries as q
from control.billing.tax.vat_checks.checking import Watch, check, queue, watch
from control.core import jobs
from control.core.db import NOBODY, Transaction
from control.core.events import Event, on
from control.core.jobs import Work

_MOST = 500
"""Questions queued in one go; the next five minutes bring the next."""


async def _look(tx: Transaction, event: Event) -> None:
    # Read anew: events may come late, and what counts is the id of now.
    customer = await tx.maybe(Customer, CUSTOMERS.get, id=UUID(event.payload["id"]))
    if customer is not None:
        await watch(tx, customer)


@on("customer.created")
async def created(tx: Transaction, event: Event) -> None:
    """Ask for a new customer's id."""
    await _look(tx, event)


@on("customer.updated")
async def updated(tx: Transaction, event: Event) -> None:
    """Ask for an id that is another now."""
    await _look(tx, event)


@jobs.task("tax.check_vat_id")
async def check_vat_id(work: Work, *, organization_id: str, customer_id: str, tax_id: str) -> None:
    """Ask the register about one id. A register that is away is asked again by schedule, not by this job's retries."""
    await check(work.runtime, Watch(UUID(organization_id), UUID(customer_id), tax_id))


@jobs.task("tax.check_due_vat_ids", cron="*/5 * * * *", retry=False, lock="tax.check_due_vat_ids")
async def check_due_vat_ids(work: Work, *, timestamp: int) -> None:
    """Queue questions that are due: after a time without an answer, after 90 days, or because a job was lost."""
    del timestamp
    if not work.runtime.settings.vies_url:
        return
    async with work.runtime.database.transaction(NOBODY) as tx:
        for one in await tx.all(Watch, q.SQL.due, most=_MOST):
            await queue(tx, one)
