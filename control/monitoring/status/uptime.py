"""How much of a time something was up. Pure: spans and maintenance go in, seconds come out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from control.monitoring.status.models import Day, ShownUptime, Uptime

Interval = tuple[datetime, datetime]


class Span(msgspec.Struct, frozen=True):
    """A check as a whole was so from when to when; `ended` is None for the present one."""

    state: Literal["up", "down", "unknown"]
    began: datetime
    ended: datetime | None


def closed(spans: Sequence[Span], now: datetime, known_until: datetime) -> list[Span]:
    """The present span ends with what is known: when no results come any more, that is before now."""
    until = min(now, known_until)
    return [one if one.ended is not None else msgspec.structs.replace(one, ended=max(one.began, until)) for one in spans]


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """Without overlaps, in order."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > start:
            found.append((start, end))
    return found


def uptime(spans: Sequence[Span], maintenance: Sequence[Interval], start: datetime, end: datetime) -> Uptime:
    """Of the time from `start` to `end`. `spans` are closed, `maintenance` is united. All else is unknown."""
    planned = [(max(a, start), min(b, end)) for a, b in maintenance if a < end and b > start]
    seconds = {"up": 0.0, "down": 0.0, "unknown": 0.0}
    for span in spans:
        begins, ends = max(span.began, start), min(span.ended or end, end)
        if begins < ends:
            inside = sum((_overlap(begins, ends, a, b) for a, b in planned), timedelta())
            seconds[span.state] += (ends - begins - inside).total_seconds()
    planned_s = sum((b - a for a, b in planned), timedelta()).total_seconds()
    rest = (end - start).total_seconds() - planned_s - seconds["up"] - seconds["down"]
    return Uptime(up_s=seconds["up"], down_s=seconds["down"], unknown_s=max(0.0, rest), maintenance_s=planned_s)


def _overlap(a: datetime, b: datetime, c: datetime, d: datetime) -> timedelta:
    return max(timedelta(), min(b, d) - max(a, c))


def days(spans: Sequence[Span], maintenance: Sequence[Interval], now: datetime, many: int) -> list[Day]:
    """The last so many days, the present one as far as it is (UTC), oldest first. `spans` are in order."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found, first = [], 0
    for back in range(many - 1, -1, -1):
        start = midnight - timedelta(days=back)
        end = min(start + timedelta(days=1), now)
        # Spans come one after the other: those that ended before a day are of no later one either.
        while first < len(spans) and (spans[first].ended or now) <= start:
            first += 1
        last = first
        while last < len(spans) and spans[last].began < end:
            last += 1
        found.append(Day(day=start.date(), uptime=shown(uptime(spans[first:last], maintenance, start, end))))
    return found


def shown(of: Uptime) -> ShownUptime:
    """With its share, to six places."""
    share = of.share
    return ShownUptime(
        share=None if share is None else round(share, 6), up_s=of.up_s, down_s=of.down_s, unknown_s=of.unknown_s,
        maintenance_s=of.maintenance_s,
    )  # fmt: skip
