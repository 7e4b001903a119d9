"""Reading the books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from control.billing.ledger import queries as q
from control.billing.ledger.keeping import until_booked
from control.billing.ledger.models import AccountBalance, LedgerEntry, TrialBalance
from control.billing.settings import service as settings
from control.core.context import Context
from control.core.pagination import PageRequest

SORTABLE = {"booked_on": "e.booked_on", "created_at": "e.created_at"}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[LedgerEntry], int]:
    """The entries of the own organisation."""
    params = {"organization_id": ctx.principal.organization_id, **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(LedgerEntry, wanted.sorted(q.SQL.page), **params), total


async def trial_balance(ctx: Context, since: date | None, until: date | None) -> TrialBalance:
    """All accounts of the own organisation over a time."""
    return await until_booked(ctx, "trial_balance", TrialBalance, (since, until), lambda: _trial_balance(ctx, since, until))


async def _trial_balance(ctx: Context, since: date | None, until: date | None) -> TrialBalance:
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        currency = await settings.currency_of(tx, organization_id)
        accounts = await tx.all(AccountBalance, q.SQL.trial_balance, organization_id=organization_id, since=since, until=until)
    return TrialBalance(
        since=since,
        until=until,
        base_currency=currency,
        accounts=accounts,
        base_total=sum((one.base_balance for one in accounts), Decimal(0)),
    )
