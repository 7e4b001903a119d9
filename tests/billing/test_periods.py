"""Periods and parts of them: month ends, leap days, anchors; nothing lost, nothing twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.billing.money import smallest
from control.billing.subscriptions.periods import MONTHS, Anchor, Interval, Period, anchored, boundary, containing
from control.billing.subscriptions.proration import part

day = date.fromisoformat
FIRST: list[tuple[str, str, int | None, Interval, list[str]]] = [
    ("the 15th", "2026-01-15", None, "month", ["2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15"]),
    ("the 31st", "2026-01-31", None, "month", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
    ("the 31st, leap", "2028-01-31", None, "month", ["2028-01-31", "2028-02-29", "2028-03-31"]),
    ("the 30th", "2026-01-30", None, "month", ["2026-01-30", "2026-02-28", "2026-03-30"]),
    ("the 29th", "2026-01-29", None, "month", ["2026-01-29", "2026-02-28", "2026-03-29"]),
    ("over new year", "2026-11-30", None, "month", ["2026-11-30", "2026-12-30", "2027-01-30", "2027-02-28", "2027-03-30"]),
    ("a quarter", "2026-11-30", None, "quarter", ["2026-11-30", "2027-02-28", "2027-05-30"]),
    ("a quarter's end", "2026-08-31", None, "quarter", ["2026-08-31", "2026-11-30", "2027-02-28", "2027-05-31"]),
    ("half a year", "2026-08-31", None, "half_year", ["2026-08-31", "2027-02-28", "2027-08-31"]),
    ("a year", "2026-03-01", None, "year", ["2026-03-01", "2027-03-01", "2028-03-01"]),
    ("a leap day", "2028-02-29", None, "year", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
    ("a leap day, two years", "2028-02-29", None, "two_years", ["2028-02-29", "2030-02-28", "2032-02-29"]),
    ("a leap day, three years", "2028-02-29", None, "three_years", ["2028-02-29", "2031-02-28", "2034-02-28"]),
    ("over 2100, no leap year", "2096-02-29", None, "year", ["2096-02-29", "2097-02-28"]),
    ("the first, from the 15th", "2026-01-15", 1, "month", ["2026-02-01", "2026-03-01"]),
    ("the 31st, from the 15th", "2026-02-15", 31, "month", ["2026-02-28", "2026-03-31"]),
    ("the 31st, on a short month's end", "2026-02-28", 31, "month", ["2026-02-28", "2026-03-31"]),
    ("the 10th, on the 10th", "2026-01-10", 10, "year", ["2026-01-10", "2027-01-10"]),
    ("the 5th, from the 6th of December", "2026-12-06", 5, "month", ["2027-01-05", "2027-02-05"]),
]


@pytest.mark.parametrize(("start", "wanted", "interval", "bounds"), [c[1:] for c in FIRST], ids=[c[0] for c in FIRST])
def test_boundaries(start: str, wanted: int | None, interval: Interval, bounds: list[str]) -> None:
    anchor = anchored(day(start), wanted)
    assert [boundary(anchor, interval, n) for n in range(len(bounds))] == [day(one) for one in bounds]


CONTAINING: list[tuple[str, Anchor, Interval, str, str, str]] = [
    ("the first day", Anchor(day("2026-01-01"), 31), "month", "2026-02-28", "2026-02-28", "2026-03-31"),
    ("the last day", Anchor(day("2026-01-01"), 31), "month", "2026-03-30", "2026-02-28", "2026-03-31"),
    ("before the anchor", Anchor(day("2026-03-01"), 1), "month", "2026-02-15", "2026-02-01", "2026-03-01"),
    ("long before", Anchor(day("2026-03-01"), 29), "year", "2020-02-29", "2019-03-29", "2020-03-29"),
    ("long after", Anchor(day("2026-03-01"), 29), "three_years", "2040-01-01", "2038-03-29", "2041-03-29"),
    ("quarter", Anchor(day("2026-01-01"), 15), "quarter", "2026-04-14", "2026-01-15", "2026-04-15"),
    ("quarter, next", Anchor(day("2026-01-01"), 15), "quarter", "2026-04-15", "2026-04-15", "2026-07-15"),
    ("half a year", Anchor(day("2026-01-01"), 31), "half_year", "2026-07-30", "2026-01-31", "2026-07-31"),
]


@pytest.mark.parametrize(
    ("anchor", "interval", "on", "start", "end"), [c[1:] for c in CONTAINING], ids=[c[0] for c in CONTAINING]
)
def test_containing(anchor: Anchor, interval: Interval, on: str, start: str, end: str) -> None:
    assert containing(anchor, interval, day(on)) == Period(day(start), day(end))


days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
intervals = st.sampled_from(list(MONTHS))


@given(days, st.none() | st.integers(1, 31), intervals)
def test_a_hundred_years_without_gap_or_overlap(start: date, wanted: int | None, interval: Interval) -> None:
    anchor = anchored(start, wanted)
    bounds = [boundary(anchor, interval, n) for n in range(1200 // MONTHS[interval] + 1)]
    assert all(a < b for a, b in pairwise(bounds))
    assert bounds[0] >= start
    for a, b in pairwise(bounds):
        for inside in (a, a + (b - a) // 2, b - timedelta(days=1)):
            assert containing(anchor, interval, inside) == Period(a, b)


PARTS: list[tuple[str, str, str, str, str, str, str]] = [
    # full, period, part, what it costs
    ("31.00", "2026-01-01", "2026-02-01", "2026-01-01", "2026-02-01", "EUR", "31.00"),
    ("31.00", "2026-01-01", "2026-02-01", "2026-01-11", "2026-02-01", "EUR", "21.00"),
    ("31.00", "2026-01-01", "2026-02-01", "2026-01-01", "2026-01-01", "EUR", "0.00"),
    ("31.00", "2026-01-01", "2026-02-01", "2026-01-31", "2026-02-01", "EUR", "1.00"),
    ("10.00", "2026-02-01", "2026-03-01", "2026-02-15", "2026-03-01", "EUR", "5.00"),
    ("10.00", "2028-02-01", "2028-03-01", "2028-02-15", "2028-03-01", "EUR", "5.17"),
    ("0.01", "2026-01-01", "2026-02-01", "2026-01-16", "2026-02-01", "EUR", "0.01"),
    ("0.01", "2026-01-01", "2026-02-01", "2026-01-17", "2026-02-01", "EUR", "0.00"),
    ("100", "2026-01-01", "2027-01-01", "2026-07-02", "2027-01-01", "JPY", "50"),
    ("100", "2026-01-01", "2027-01-01", "2026-01-02", "2027-01-01", "JPY", "100"),
    ("1.000", "2026-01-01", "2026-01-04", "2026-01-02", "2026-01-03", "KWD", "0.334"),
    ("365.00", "2026-01-01", "2027-01-01", "2026-12-31", "2027-01-01", "EUR", "1.00"),
    ("366.00", "2028-01-01", "2029-01-01", "2028-02-29", "2028-03-01", "EUR", "1.00"),
]


@pytest.mark.parametrize(("full", "first", "last", "start", "end", "currency", "cost"), PARTS)
def test_parts(full: str, first: str, last: str, start: str, end: str, currency: str, cost: str) -> None:
    assert part(Decimal(full), Period(day(first), day(last)), day(start), day(end), currency) == Decimal(cost)


@pytest.mark.parametrize(
    ("start", "end"), [("2025-12-31", "2026-01-02"), ("2026-01-01", "2026-02-02"), ("2026-01-03", "2026-01-02")]
)
def test_days_outside(start: str, end: str) -> None:
    with pytest.raises(ValueError, match="not within"):
        part(Decimal(1), Period(day("2026-01-01"), day("2026-02-01")), day(start), day(end), "EUR")


@given(
    st.decimals(0, 100_000, places=2),
    days,
    intervals,
    st.lists(st.integers(0, 1100), max_size=12),
    st.sampled_from(["half_up", "half_even"]),
)
def test_parts_add_up_to_the_price(full: Decimal, start: date, interval: Interval, cuts: list[int], rounding: str) -> None:
    period = containing(anchored(start), interval, start)
    bounds = [period.start, *sorted(period.start + timedelta(days=cut % period.days) for cut in cuts), period.end]
    parts = [part(full, period, a, b, "EUR", rounding) for a, b in pairwise(bounds)]  # type: ignore[arg-type]
    assert sum(parts) == full
    # Each is what its days are worth, to the cent.
    for (a, b), one in zip(pairwise(bounds), parts, strict=True):
        assert abs(one - full * (b - a).days / period.days) <= smallest("EUR")
