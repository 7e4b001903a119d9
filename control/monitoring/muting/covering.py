"""Which alerts are muted at a moment, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from control.monitoring.labels import matches
from control.monitoring.muting.models import Inhibition, MaintenanceWindow, Silence

_DAY = timedelta(days=1)


@lru_cache(maxsize=128)
def zone(name: str) -> ZoneInfo | None:
    """A time zone by its name, None when there is none such."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def occurrences(window: MaintenanceWindow, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The times of a window that touch the time from `start` to `end`, in order, whole."""
    length = timedelta(seconds=window.duration_s)
    if window.repeats == "never":
        if window.starts_at < end and window.starts_at + length > start:
            yield window.starts_at, window.starts_at + length
        return
    local = window.starts_at.astimezone(zone(window.timezone) or UTC)
    every = 1 if window.repeats == "daily" else 7
    # A day earlier than any that can matter: clocks change by less.
    earliest = max(local.date(), (start - length - _DAY).astimezone(local.tzinfo).date())
    passed = (earliest - local.date()).days
    day = local.date() + timedelta(days=-(-passed // every) * every)
    while True:
        begins = datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC)
        if begins >= end or (window.repeats_until is not None and begins > window.repeats_until):
            return
        if begins + length > start and begins >= window.starts_at:
            yield begins, begins + length
        day += timedelta(days=every)


def covers(window: MaintenanceWindow, labels: Mapping[str, str], at: datetime) -> bool:
    """Whether a window holds for these labels at that moment."""
    if not window.is_active or not matches(window.matchers, labels):
        return False
    return any(begins <= at < ends for begins, ends in occurrences(window, at, at + timedelta(microseconds=1)))


class Muting(msgspec.Struct, frozen=True, kw_only=True):
    """All that can mute an organisation's alerts."""

    silences: Sequence[Silence] = ()
    windows: Sequence[MaintenanceWindow] = ()
    inhibitions: Sequence[Inhibition] = ()

    def reason(
        self, alert: UUID, labels: Mapping[str, str], at: datetime, firing: Mapping[UUID, Mapping[str, str]]
    ) -> str | None:
        """Why an alert is muted, None when it is not. `firing` has the labels of all that fire."""
        for silence in self.silences:
            if silence.starts_at <= at < silence.ends_at and matches(silence.matchers, labels):
                return f"silence {silence.id}"
        for window in self.windows:
            if covers(window, labels, at):
                return f"maintenance {window.name}"
        for inhibition in self.inhibitions:
            if inhibition.is_active and matches(inhibition.target, labels) and _inhibited(inhibition, alert, labels, firing):
                return f"inhibited by {inhibition.name}"
        return None


def _inhibited(
    inhibition: Inhibition, alert: UUID, labels: Mapping[str, str], firing: Mapping[UUID, Mapping[str, str]]
) -> bool:  # fmt: skip
    # An alert that is both source and target never mutes itself, nor do two such mute each other.
    if matches(inhibition.source, labels):
        return False
    return any(
        other != alert
        and matches(inhibition.source, theirs)
        and all(theirs.get(n, "") == labels.get(n, "") for n in inhibition.equal)
        for other, theirs in firing.items()
    )
