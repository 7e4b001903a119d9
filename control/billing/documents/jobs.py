"""Making documents in the worker."""

from __future__ import annotations

from uuid import UUID

from control.billing.documents import service
from control.billing.documents.models import Kept
from control.core import jobs, operations
from control.core.jobs import Work


@jobs.task("billing.keep_document", priority=-10)
async def keep_document(work: Work, *, organization_id: str, invoice_id: str) -> None:
    """The PDF of what was just finalised, so that it is there before anybody asks. A run of renewals leaves thousands of them:
    everything else comes first."""
    await service.keep(work.runtime, UUID(organization_id), UUID(invoice_id), "pdf")


@jobs.task("billing.make_document")
async def make_document(
    work: Work, *, operation_id: str, organization_id: str, seller_id: str, invoice_id: str, kept: Kept
) -> None:
    """A document that somebody asked for before it was there."""
    async with operations.running(work, operation_id, organization_id) as operation:
        await service.keep(work.runtime, UUID(seller_id), UUID(invoice_id), kept)
        operation.result = {"download": f"/v1/invoices/{invoice_id}/download?format={kept}"}
