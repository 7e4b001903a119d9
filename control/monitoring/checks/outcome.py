"""What a try gives, and what it makes of a check's state. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

State = Literal["new", "up", "down"]
Overall = Literal["new", "up", "down", "unknown"]
RETRY_S = 20
"""Seconds until a failure is looked at again, before it counts."""


class Outcome(msgspec.Struct, frozen=True):
    """`message` is for a person, and says why not when it is not ok. `figures` are seconds and days by name."""

    ok: bool
    message: str
    figures: dict[str, float] = {}


class Local(msgspec.Struct, frozen=True):
    """What a location knew."""

    location: str
    state: State
    since: datetime
    last_at: datetime | None
    failures: int


class After(msgspec.Struct, frozen=True):
    """What it knows now; `retry_at` is set when the failure must be seen again before it counts."""

    state: State
    since: datetime
    failures: int
    retry_at: datetime | None


def advance(before: Local, *, ok: bool, now: datetime, retries: int, interval_s: int) -> After:
    """One try later."""
    if ok:
        return After("up", before.since if before.state == "up" else now, 0, None)
    failures = before.failures + 1
    if before.state == "down":
        return After("down", before.since, failures, None)
    if failures > retries:
        return After("down", now, failures, None)
    return After(before.state, before.since, failures, now + timedelta(seconds=min(RETRY_S, interval_s)))


def combined(of: Sequence[Local], *, now: datetime, interval_s: int, quorum: int) -> Overall:
    """All locations together. One that has had no result for three intervals does not count."""
    fresh = now - timedelta(seconds=3 * interval_s)
    states = [one.state for one in of if one.last_at is not None and one.last_at >= fresh and one.state != "new"]
    if states.count("down") >= min(quorum, len(of)):
        return "down"
    if "up" in states:
        return "up"
    return "unknown" if any(one.state != "new" for one in of) else "new"
