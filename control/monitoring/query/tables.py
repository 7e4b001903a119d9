"""Which table answers a question: the coarsest whose values are as good as the samples for it."""

from __future__ import annotations

import msgspec

from control.monitoring.query.store import Column, Resolution

MICRO = 1_000_000
DAY = 86_400 * MICRO
COARSE_TO_FINE = (Resolution.DAY, Resolution.HOUR, Resolution.FIVE_MINUTES, Resolution.MINUTE)
LAG = {
    Resolution.MINUTE: 5 * 60 * MICRO,
    Resolution.FIVE_MINUTES: 15 * 60 * MICRO,
    Resolution.HOUR: 2 * 3600 * MICRO,
    Resolution.DAY: 2 * DAY,
}
"""How long before now a table is not asked: its newest buckets may not be made yet, and finer tables have their values."""
_BUCKETS = 5
"""A window that does not begin and end with buckets has at least so many."""
_ONE_ANSWER = 200
"""The window of a single answer has at least so many."""


class Kept(msgspec.Struct, frozen=True):
    """For how many days each table keeps its values; `waiting` is from when on roll-ups lack some, in microseconds."""

    raw_days: int
    minute_days: int
    five_minute_days: int
    hour_days: int
    day_days: int
    waiting: int | None = None

    def micro(self, resolution: Resolution) -> int:
        """The same in microseconds."""
        days = {
            Resolution.RAW: self.raw_days,
            Resolution.MINUTE: self.minute_days,
            Resolution.FIVE_MINUTES: self.five_minute_days,
            Resolution.HOUR: self.hour_days,
            Resolution.DAY: self.day_days,
        }
        return days[resolution] * DAY


def resolution(first: int, end: int, *, step: int, window: int, column: Column, kept: Kept, now: int) -> Resolution:
    """The table for answers `step` apart (0 for one alone) over windows of `window` (0 for the newest value); microseconds."""
    for coarse in COARSE_TO_FINE:
        if _answers(coarse, first, end, step, window, column):
            return coarse
    if first >= now - kept.micro(Resolution.RAW):
        return Resolution.RAW
    # The samples are gone: the finest table that reaches back is the best there is.
    for fine in reversed(COARSE_TO_FINE):
        if first >= now - kept.micro(fine) and (not window or window >= 2 * fine.micro):
            return fine
    return Resolution.RAW


def _answers(coarse: Resolution, first: int, end: int, step: int, window: int, column: Column) -> bool:
    wide = coarse.micro
    if step == 0:
        return window >= _ONE_ANSWER * wide
    if step < wide:
        return False
    if window == 0:
        return True
    if window < (2 * wide if column == "increase" else wide):
        return False
    whole = first % wide == 0 and end % wide == 0 and step % wide == 0 and window % wide == 0
    return whole or window >= _BUCKETS * wide


def parts(coarse: Resolution, start: int, end: int, now: int, waiting: int | None = None) -> list[tuple[Resolution, int, int]]:
    """Which table answers which time: the coarse one as far as it is surely made, finer ones for what is newer.

    A bucket stands at its end: the time of a table begins after `start` and goes up to its second number, both in microseconds.
    """
    found: list[tuple[Resolution, int, int]] = []
    for table in COARSE_TO_FINE[COARSE_TO_FINE.index(coarse) :] if coarse else ():
        until = min(end, now - LAG[table], end if waiting is None else waiting) // table.micro * table.micro
        if until > start:
            found.append((table, start, until))
            start = until
    if end > start:
        found.append((Resolution.RAW, start, end))
    return found
