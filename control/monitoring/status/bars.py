"""Days of a service as bars: how each is coloured, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from control.monitoring.status.models import Day, ShownUptime
from control.web.language import N_

BarKind = Literal["up", "degraded", "down", "maintenance", "unknown"]
LEGEND: dict[BarKind, str] = {
    "up": N_("Up all the time"),
    "degraded": N_("Down for a short time"),
    "down": N_("Down for more than 1 %"),
    "maintenance": N_("Maintenance"),
    "unknown": N_("Not known"),
}
_ENOUGH = 0.99
"""Below this share of the day, about a quarter of an hour, a day is called a bad one."""


class Bar(msgspec.Struct, frozen=True):
    """One day. `share` is null where nothing was seen."""

    day: date
    kind: BarKind
    share: float | None
    down_s: float


def kind_of(uptime: ShownUptime) -> BarKind:
    """What a day was, all in all."""
    if uptime.share is None:
        return "maintenance" if uptime.maintenance_s > uptime.unknown_s else "unknown"
    if uptime.down_s <= 0:
        return "up"
    return "degraded" if uptime.share >= _ENOUGH else "down"


def bars(days: Sequence[Day]) -> list[Bar]:
    """One bar a day, oldest first."""
    return [Bar(one.day, kind_of(one.uptime), one.uptime.share, one.uptime.down_s) for one in days]
