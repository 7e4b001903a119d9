"""Parts of a period's price, by day. Pure.

The part for some days is the difference of two rounded sums from the period's beginning: what is charged up to the last day less
what is charged up to the first. Whatever the cuts, the parts add up to the price, and the part of some days is the same when it
is charged and when it is credited.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from control.billing.money import Rounding, rounded
from control.billing.subscriptions.periods import Period


def part(full: Decimal, period: Period, start: date, end: date, currency: str, rounding: Rounding = "half_up") -> Decimal:
    """What the days from `start` up to, not including, `end` cost of a period's price. Raises ValueError for days outside."""
    if not period.start <= start <= end <= period.end:
        raise ValueError(f"{start} to {end} is not within {period.start} to {period.end}")

    def until(day: date) -> Decimal:
        return rounded(full * (day - period.start).days / period.days, currency, rounding)

    return until(end) - until(start)
