"""The threshold below which a small seller's private sales across borders are taxed at home (directive 2006/112/EC, article 59c).

It is 10,000 EUR a calendar year, without tax, for all member states together, and must not have been passed in the year before.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Final
from uuid import UUID

from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.tax.places import place_of
from control.billing.tax.reports import queries as q
from control.billing.tax.reports.models import Threshold
from control.billing.tax.reports.service import euros
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.core.words import said

IN_EUROS: Final = Decimal(10_000)
_EQUIVALENTS: Final = {
    "EUR": IN_EUROS,
    "CZK": Decimal(256_530),
    "DKK": Decimal(74_415),
    "HUF": Decimal(3_100_000),
    "PLN": Decimal(42_000),
    "RON": Decimal(46_337),
    "SEK": Decimal(99_680),
}
"""What member states outside the euro wrote into their laws, at the rate of 5 December 2017 (article 59c, paragraph 1)."""
_FIRST, _LAST = 2000, 9998
WARNINGS: Final = ((80, "oss_threshold.warned"), (100, "oss_threshold.reached"))


async def get(ctx: Context, year: int | None) -> Threshold:
    """Where the caller's organisation stands, this year or another. Raises ValidationFailed, Conflict when it does not sell."""
    if year is not None and not _FIRST <= year <= _LAST:
        raise ValidationFailed(FieldError("year", said("must be from %(first)s to %(last)s", first=_FIRST, last=_LAST)))
    async with ctx.transaction() as tx:
        seller = await settings.find(tx, ctx.principal.organization_id)
        return await standing(tx, seller, year or today(seller.timezone).year)


async def standing(tx: Transaction, seller: BillingSettings, year: int) -> Threshold:
    """Where a seller stands in a year, by the books."""
    amount, before = [
        await tx.value(q.SQL.cross_border, organization_id=seller.organization_id, since=date(one, 1, 1), until=date(one, 12, 31))
        for one in (year, year - 1)
    ]
    most = _EQUIVALENTS.get(seller.currency)
    if most is None:
        rate = await euros(tx, seller.organization_id, seller.currency, date(year, 12, 31))
        most = None if rate is None else (IN_EUROS * rate).quantize(Decimal(1))
    place = place_of(seller.address.country, seller.address.postal_code, seller.address.region, seller.address.city)
    return Threshold(
        year=year,
        currency=seller.currency,
        threshold=most,
        amount=amount,
        amount_of_year_before=before,
        percent=None if most is None else (amount * 100 / most).quantize(Decimal("0.01"), ROUND_DOWN),
        exceeded=most is not None and (amount > most or before > most),
        applies=place.eu and not seller.oss_registered,
    )


async def warn(tx: Transaction, organization_id: UUID) -> list[str]:
    """Tell a seller at 80 and at 100 percent, once a year each; the topics told now."""
    seller = await settings.find(tx, organization_id)
    found = await standing(tx, seller, today(seller.timezone).year)
    if not found.applies or found.percent is None:
        return []
    told = []
    for percent, topic in WARNINGS:
        if found.percent >= percent and await tx.run(
            q.SQL.warn, organization_id=organization_id, year=found.year, percent=percent
        ):
            await events.emit(tx, topic, organization_id, found)
            told.append(topic)
    return told
