"""Days on which TARGET is open: not on week-ends, New Year's Day, Good Friday, Easter Monday, 1 May, 25 and 26 December (ECB
guideline on T2, calendar)."""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}


def is_open(day: date) -> bool:
    """Whether banks settle on a day."""
    easter = easter_sunday(day.year)
    movable = (easter - timedelta(days=2), easter + timedelta(days=1))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED and day not in movable


def next_open(day: date) -> date:
    """That day, or the first one after it on which banks settle."""
    while not is_open(day):
        day += timedelta(days=1)
    return day


def easter_sunday(year: int) -> date:
    """By the Gregorian computus, in the form of Meeus, Jones and Butcher."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
