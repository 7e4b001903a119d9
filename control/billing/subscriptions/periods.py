"""Periods of subscriptions: days in the seller's time zone, from an anchor, without a gap or an overlap. Pure.

A period ends with the day before its end, which is the first day of the next one. Each boundary is computed from the anchor and
never from the boundary before it, so that 31 January, 28 February, 31 March is not worn down to the 28th.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Literal

import msgspec

Interval = Literal["month", "quarter", "half_year", "year", "two_years", "three_years"]
MONTHS: dict[Interval, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12, "two_years": 24, "three_years": 36}


class Anchor(msgspec.Struct, frozen=True):
    """A month, any day of it, and a day that every boundary has: the last one of the month where it is shorter."""

    month: date
    day: int


class Period(msgspec.Struct, frozen=True):
    """From the first day to the day after the last one."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def anchored(on: date, day: int | None = None) -> Anchor:
    """The anchor of what begins on a day: that day, or the next boundary with the wanted day of the month."""
    if day is None or day == on.day:
        return Anchor(on.replace(day=1), on.day)
    here = Anchor(on.replace(day=1), day)
    return here if boundary(here, "month", 0) >= on else Anchor(_shifted(on.replace(day=1), 1), day)


def boundary(anchor: Anchor, interval: Interval, number: int) -> date:
    """The first day of period `number`, which may be below zero."""
    first = _shifted(anchor.month, number * MONTHS[interval])
    return first.replace(day=min(anchor.day, monthrange(first.year, first.month)[1]))


def containing(anchor: Anchor, interval: Interval, day: date) -> Period:
    """The period that a day lies in."""
    months = (day.year - anchor.month.year) * 12 + day.month - anchor.month.month
    number = months // MONTHS[interval]
    while boundary(anchor, interval, number) > day:
        number -= 1
    while boundary(anchor, interval, number + 1) <= day:
        number += 1
    return Period(boundary(anchor, interval, number), boundary(anchor, interval, number + 1))


def _shifted(first: date, months: int) -> date:
    """The first of a month so many months later."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
