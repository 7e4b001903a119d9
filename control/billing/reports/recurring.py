"""Recurring revenue: what it is at each month's end, and what made it so. Of ledger lines alone.

Every line of revenue that recurs says for which days it was sold and what it is worth a month; what takes it back says the same
with the other sign. What recurs on a day is the sum over the lines whose days it is one of.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from control.billing.ledger.keeping import until_booked
from control.billing.reports import queries as q
from control.billing.reports.models import RecurringCurrency, RecurringMonth, RecurringRevenue, RecurringRow
from control.billing.settings import service as settings
from control.core.context import Context
from control.core.errors import FieldError, ValidationFailed

_MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")
_MOST = 120
"""Months of a report: ten years, which is how long books are kept."""
_ZERO, _HUNDRED, _CENT, _STEP = Decimal(0), Decimal(100), Decimal("0.01"), Decimal("0.001")


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A month of one currency as the books say it; without a currency, of all."""

    currency: str
    n: int
    opening: Decimal = _ZERO
    new: Decimal = _ZERO
    reactivated: Decimal = _ZERO
    expansion: Decimal = _ZERO
    contraction: Decimal = _ZERO
    churned: Decimal = _ZERO
    mrr: Decimal = _ZERO
    customers_at_start: int = 0
    customers_new: int = 0
    customers_back: int = 0
    customers_lost: int = 0
    customers: int = 0


async def recurring(ctx: Context, since: str, until: str, known_on: date | None) -> RecurringRevenue:
    """The months from one to another, both included. Raises ValidationFailed."""
    return await until_booked(
        ctx,
        "recurring",
        RecurringRevenue,
        (since, until, known_on, datetime.now(UTC).date()),
        lambda: _recurring(ctx, since, until, known_on),
    )


async def _recurring(ctx: Context, since: str, until: str, known_on: date | None) -> RecurringRevenue:
    first, last = _month("since", since), _month("until", until)
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        currency = await settings.currency_of(tx, organization_id)
        today = await settings.today_of(tx, organization_id)
        days = points(first, last, min(today, known_on or today))
        found = await tx.all(
            Moved,
            q.SQL.recurring,
            organization_id=organization_id,
            days=days,
            first=days[0],
            last=days[-1],
            known_on=known_on,
        )
    by_currency = {one.currency for one in found if one.currency}
    return RecurringRevenue(
        since=since,
        until=until,
        known_on=known_on,
        base_currency=currency,
        months=_months(found, "", days),
        currencies=[RecurringCurrency(currency=one, months=_months(found, one, days)) for one in sorted(by_currency)],
    )


def rows(report: RecurringRevenue) -> Iterator[RecurringRow]:
    """The report as a table: all in the seller's currency first."""
    for base, currency, months in (
        (True, report.base_currency, report.months),
        *((False, one.currency, one.months) for one in report.currencies),
    ):
        for month in months:
            yield RecurringRow(base=base, currency=currency, **msgspec.structs.asdict(month))


def points(first: date, last: date, today: date) -> list[date]:
    """The last day before the first month, then the last one of each month; of the one that is not over, today.

    What renews later this month is not charged yet, so that its end would look as if everybody had left. Raises ValidationFailed.
    """
    if last < first:
        raise ValidationFailed(FieldError("until", "must not be before since"))
    if last > today:
        raise ValidationFailed(FieldError("until", "has not begun yet"))
    if (last.year - first.year) * 12 + last.month - first.month >= _MOST:
        raise ValidationFailed(FieldError("until", "must be at most ten years after since"))
    found = [first - timedelta(days=1)]
    month = first
    while month <= last:
        end = month.replace(day=monthrange(month.year, month.month)[1])
        found.append(min(end, today))
        month = end + timedelta(days=1)
    return found


def _month(name: str, text: str) -> date:
    found = _MONTH.fullmatch(text)
    if not found:
        raise ValidationFailed(FieldError(name, "must be a month, such as 2026-01"))
    return date(int(found[1]), int(found[2]), 1)


def _months(found: Sequence[Moved], currency: str, days: Sequence[date]) -> list[RecurringMonth]:
    mine = {one.n: one for one in found if one.currency == currency}
    return [month_of(mine.get(n, Moved(currency=currency, n=n)), days[n]) for n in range(1, len(days))]


def month_of(moved: Moved, on: date) -> RecurringMonth:
    """A month with what follows from its figures."""
    lost = moved.churned + moved.contraction
    figures = msgspec.structs.asdict(moved)
    del figures["currency"], figures["n"]
    return RecurringMonth(
        month=f"{on:%Y-%m}",
        on=on,
        arr=moved.mrr * 12,
        arpa=(moved.mrr / moved.customers).quantize(_STEP) if moved.customers else None,
        logo_churn_percent=_percent(Decimal(moved.customers_lost), Decimal(moved.customers_at_start)),
        gross_churn_percent=_percent(lost, moved.opening),
        net_churn_percent=_percent(lost - moved.expansion, moved.opening),
        **figures,
    )


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part * _HUNDRED / whole).quantize(_CENT) if whole else None
