"""Customers who pay: they may not write what their seller keeps, so what they ask for is done for the seller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from control.billing.payments.providers import queries as q
from control.core.db import Scope, Transaction


@asynccontextmanager
async def for_seller(tx: Transaction, organization_id: UUID) -> AsyncIterator[None]:
    """Work for a seller inside this block. Whoever enters it has checked, as themselves, that the thing is theirs to pay."""
    before = tx.scope
    await tx.switch(Scope(organization_id))
    yield
    # Not after an error: the transaction is over then.
    # What is checked at the end of a transaction is checked now: the books' lines are not the customer's to see.
    await tx.run(q.SQL.check_now)
    await tx.switch(before)
