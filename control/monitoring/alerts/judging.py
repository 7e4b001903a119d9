"""From the answers of a rule's queries to a verdict on each series. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from control.monitoring.alerts.machine import Verdict
from control.monitoring.query.labels import NONE, Labels, nameless

Values = Mapping[Labels, float]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the queries gave, by labels without the metric's name.

    `holds` is where the condition holds; `data` is every series that has values, None where that cannot be told; `over` is where
    the recovery condition holds, None without one; `any_data` says whether any selector found a sample.
    """

    holds: Values
    data: Values | None = None
    over: Values | None = None
    any_data: bool = True


class Sighting(msgspec.Struct, frozen=True):
    """What one evaluation says of one series."""

    series: Labels
    verdict: Verdict
    value: float | None = None


UNKNOWN = "unknown"


def judge(found: Found, known: Iterable[Labels], *, alert_on_no_data: bool) -> list[Sighting]:
    """A verdict on each series where the condition holds, and on each of which something was known before."""
    seen = [Sighting(series, "true", value) for series, value in found.holds.items()]
    rest = [series for series in known if series not in found.holds]
    if not found.any_data and not seen:
        seen = [Sighting(series, "no_data") for series in rest]
        # Nothing is left that could be named, so the rule as a whole has no data.
        return seen or ([Sighting(NONE, "no_data")] if alert_on_no_data else [])
    return seen + [_other(series, found) for series in rest]


def _other(series: Labels, found: Found) -> Sighting:
    if found.over is not None and series in found.over:
        return Sighting(series, "recovered", found.over[series])
    if found.data is None:
        return Sighting(series, "false")
    if series in found.data:
        return Sighting(series, "false", found.data[series])
    # What stood for the rule as a whole is over as soon as there is any data.
    return Sighting(series, "no_data" if series else "recovered")


def by_series(pairs: Iterable[tuple[Labels, float]]) -> dict[Labels, float]:
    """Values by labels without the metric's name; of several with the same labels the last one."""
    return {nameless(labels): value for labels, value in pairs}
