"""What comes next of a schedule, for those who write to customers."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import msgspec

from control.billing.dunning import queries as q
from control.billing.dunning.models import DunningStep
from control.core.db import Transaction


class _Ahead(msgspec.Struct, frozen=True):
    due_date: date
    steps: list[DunningStep]
    done: int


async def next_retry(tx: Transaction, invoice_id: UUID, on: date) -> date | None:
    """The day on which an invoice is charged again; None where its schedule has no such step left, or dunning is stopped."""
    found = await tx.maybe(_Ahead, q.SQL.ahead, invoice_id=invoice_id)
    if found is None:
        return None
    days = [found.due_date + timedelta(days=step.days) for step in found.steps[found.done :] if step.action == "retry_payment"]
    return max(days[0], on) if days else None
