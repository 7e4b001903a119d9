"""Books, for each month that is over, what was earned of what was sold for a time.

All that was earned until the month's end, less what was booked before: a month can be booked late or twice, and a credit note
that takes back what was earned long ago is set right in the month in which it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.ledger.booking import Entry, Posting, book
from control.billing.money import rounded
from control.billing.recognition import queries as q
from control.billing.settings import service as settings
from control.core.db import Transaction

_ZERO = Decimal(0)


class Earned(msgspec.Struct, frozen=True):
    """An amount in one currency, and in the seller's."""

    currency: str
    amount: Decimal
    base_amount: Decimal


def months(first: date, today: date) -> Iterator[date]:
    """The first days of the months after each that is over, from the one of `first` on."""
    begin = first.replace(day=1)
    while True:
        begin = (begin + timedelta(days=32)).replace(day=1)
        if begin > today:
            return
        yield begin


async def recognise(tx: Transaction, organization_id: UUID, today: date) -> int:
    """Book every month that is over and not yet booked, in order; how many entries were made."""
    first = await tx.value(q.SQL.last_month, organization_id=organization_id)
    first = first + timedelta(days=1) if first else await tx.value(q.SQL.first_month, organization_id=organization_id)
    if first is None:
        return 0
    made = 0
    for before in months(first, today):
        made += await _month(tx, organization_id, before)
    return made


async def _month(tx: Transaction, organization_id: UUID, before: date) -> int:
    base = (await settings.find(tx, organization_id)).currency
    booked = {one.currency: one for one in await tx.all(Earned, q.SQL.booked, organization_id=organization_id)}
    made = 0
    last_day = before - timedelta(days=1)
    for one in await tx.all(Earned, q.SQL.earned, organization_id=organization_id, before=before, base=base):
        earlier = booked.get(one.currency, Earned(one.currency, _ZERO, _ZERO))
        amount = rounded(one.amount, one.currency) - earlier.amount
        base_amount = amount if base == one.currency else rounded(one.base_amount, base) - earlier.base_amount
        entry = Entry(
            organization_id=organization_id,
            booked_on=last_day,
            kind="recognition",
            source=organization_id,
            part=f"{last_day:%Y-%m} {one.currency}",
            text=f"Revenue earned in {last_day:%Y-%m}",
            currency=one.currency,
            base=base,
            postings=[
                Posting(account="deferred_revenue", amount=amount, base_amount=base_amount),
                Posting(account="revenue", amount=-amount, base_amount=-base_amount),
            ],
        )
        made += await book(tx, entry)
    return made
