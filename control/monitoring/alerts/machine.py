"""The life of one alert, as a pure function of what is known and what the clock says.

    inactive → pending → firing → recovering → resolved
                     ↘ no_data ↗

Time that nobody watched counts neither for nor against an alert: an evaluation that could not be made, or was not, leaves the
phase as it is, and the phase's clock is moved by as much.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

Phase = Literal["inactive", "pending", "firing", "recovering", "no_data", "resolved"]
Verdict = Literal["true", "false", "recovered", "no_data", "unknown"]
"""What one evaluation says of a series: the condition holds; it does not; its recovery condition holds; the series has no values;
nothing can be said."""
NoData = Literal["ok", "alert", "keep"]
ALIGHT: tuple[Phase, ...] = ("firing", "recovering", "no_data")
"""The phases of which people are told."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How patient a rule is, in seconds. `waits` says that it has a recovery condition of its own."""

    interval_s: int = 60
    for_s: int = 0
    keep_firing_for_s: int = 0
    no_data: NoData = "ok"
    waits: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Where an alert stands. `since` is from when on its phase counts; `known_at` is when its condition was last known."""

    phase: Phase = "inactive"
    since: datetime
    known_at: datetime
    fired_at: datetime | None = None
    resolved_at: datetime | None = None


def begin(now: datetime) -> State:
    """An alert of which nothing was known before."""
    return State(since=now, known_at=now)


def step(state: State, verdict: Verdict, now: datetime, timing: Timing) -> State:
    """The state after an evaluation at `now`. An evaluation older than what is known changes nothing."""
    if verdict == "no_data":
        match timing.no_data:
            case "ok":
                verdict = "recovered"
            case "keep":
                verdict = "unknown"
            case "alert":
                pass
    if verdict == "unknown" or now < state.known_at:
        return state
    state = msgspec.structs.replace(state, since=state.since + _unwatched(state, now, timing), known_at=now)
    match verdict:
        case "true":
            return _holds(state, now, timing)
        case "no_data":
            return _empty(state, now, timing)
        case _:
            return _over(state, now, timing, over=verdict == "recovered" or not timing.waits)


def _unwatched(state: State, now: datetime, timing: Timing) -> timedelta:
    """How much of the time since the last known evaluation nobody watched. One late evaluation is none of it."""
    every = timedelta(seconds=timing.interval_s)
    gap = now - state.known_at
    return gap - every if gap > 2 * every else timedelta()


def _holds(state: State, now: datetime, timing: Timing) -> State:
    match state.phase:
        case "firing":
            return state
        case "recovering" | "no_data":
            return _to(state, "firing", now)
        case "pending":
            return _fire(state, "firing", now) if _passed(state, now, timing.for_s) else state
        case _:
            return _begun(state, "firing", now, timing)


def _empty(state: State, now: datetime, timing: Timing) -> State:
    match state.phase:
        case "no_data":
            return state
        case "firing" | "recovering":
            return _to(state, "no_data", now)
        case "pending":
            return _fire(state, "no_data", now) if _passed(state, now, timing.for_s) else state
        case _:
            return _begun(state, "no_data", now, timing)


def _over(state: State, now: datetime, timing: Timing, *, over: bool) -> State:
    match state.phase:
        case "pending":
            return _to(state, "inactive", now)
        case "no_data":
            return _resolved(state, now)
        case "firing" if over:
            return _resolved(state, now) if not timing.keep_firing_for_s else _to(state, "recovering", now)
        case "recovering" if not over:
            # Between the two conditions: the trouble is not over after all.
            return _to(state, "firing", now)
        case "recovering" if _passed(state, now, timing.keep_firing_for_s):
            return _resolved(state, now)
        case _:
            return state


def _passed(state: State, now: datetime, seconds: int) -> bool:
    return now - state.since >= timedelta(seconds=seconds)


def _begun(state: State, phase: Phase, now: datetime, timing: Timing) -> State:
    fresh = msgspec.structs.replace(state, fired_at=None, resolved_at=None)
    return _fire(fresh, phase, now) if not timing.for_s else _to(fresh, "pending", now)


def _fire(state: State, phase: Phase, now: datetime) -> State:
    return msgspec.structs.replace(state, phase=phase, since=now, fired_at=now)


def _resolved(state: State, now: datetime) -> State:
    return msgspec.structs.replace(state, phase="resolved", since=now, resolved_at=now)


def _to(state: State, phase: Phase, now: datetime) -> State:
    return msgspec.structs.replace(state, phase=phase, since=now)
