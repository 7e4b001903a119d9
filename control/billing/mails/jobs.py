"""Sending in the worker: one mail, or many invoices in one operation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from control.billing.invoices import many
from control.billing.invoices import service as invoices
from control.billing.mails import delivering, service
from control.core import audit, jobs, mailer, operations
from control.core.db import Scope
from control.core.errors import DomainError, NotFound
from control.core.jobs import Work

_EVERY = 10
"""Invoices between two notes of progress."""


@jobs.task("billing.mail_invoice", retry=mailer.RETRY)
async def mail_invoice(work: Work, *, mail_id: str, organization_id: str) -> None:
    """Send one mail."""
    await delivering.deliver(work, UUID(mail_id), UUID(organization_id))


@jobs.task("billing.send_invoices")
async def send_invoices(
    work: Work,
    *,
    operation_id: str,
    organization_id: str,
    wanted: list[tuple[str, str | None]],
    message: str,
    actor: dict[str, str],
) -> None:
    """Queue the mails of many invoices, each in a transaction of its own; what was queued by an earlier run is not again."""
    by = audit.actor_of(actor)
    async with operations.running(work, operation_id, organization_id) as operation:
        # What cannot be finalised says why below.
        for known in dict.fromkeys(seller for _, seller in wanted if seller is not None):
            drafts = [UUID(one) for one, seller in wanted if seller == known]
            await many.finalise(work.runtime.database, UUID(known), drafts, by)
        results: list[dict[str, Any]] = []
        for n, (invoice_id, seller_id) in enumerate(wanted):
            if n and n % _EVERY == 0:
                await operation.progress(100 * n // len(wanted))
            results.append(await _one(work, operation.id, invoice_id, seller_id, message, by))
        queued = sum(one["status"] == "queued" for one in results)
        operation.result = {"queued": queued, "failed": len(results) - queued, "results": results}


async def _one(
    work: Work, request_id: UUID, invoice_id: str, seller_id: str | None, message: str, actor: audit.Actor
) -> dict[str, Any]:
    try:
        if seller_id is None:
            raise NotFound("invoice of yours to send")
        async with work.runtime.database.transaction(Scope(UUID(seller_id))) as tx:
            invoice = await invoices.find(tx, UUID(invoice_id), lock=True)
            mail_id = await service.queue(tx, actor, invoice, message=message, request_id=request_id)
    except DomainError as error:
        return {"invoice_id": invoice_id, "status": "failed", "error": {"code": error.code, "message": str(error.message)}}
    return {"invoice_id": invoice_id, "status": "queued", "mail_id": str(mail_id)}
