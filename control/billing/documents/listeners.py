"""What is finalised gets its document."""

from __future__ import annotations

from control.core import jobs
from control.core.db import Transaction
from control.core.events import Event, on


@on("invoice.finalised")
@on("credit_note.finalised")
async def make(tx: Transaction, event: Event) -> None:
    """Queue the document; a second run of the job finds it made."""
    await jobs.defer(tx, "billing.keep_document", organization_id=str(event.organization_id), invoice_id=str(event.payload["id"]))
