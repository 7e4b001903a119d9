"""The life of an alert, as tables: verdicts at moments, and the phase after each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from control.monitoring.alerts.machine import Timing, Verdict, begin, step

START = datetime(2026, 1, 5, tzinfo=UTC)
LETTERS: dict[str, Verdict] = {"T": "true", "f": "false", "R": "recovered", "n": "no_data", "?": "unknown"}

# name, timing, verdicts with the minute of each, phases after each
LIVES = [
    ("fires at once without a wait", Timing(), "0T 1T 2f", "firing firing resolved"),
    ("nothing was ever wrong", Timing(), "0f 1f", "inactive inactive"),
    ("waits for `for`", Timing(for_s=120), "0T 1T 2T 3T", "pending pending firing firing"),
    ("a short trouble is never told", Timing(for_s=120), "0T 1f 2T 3T 4T", "pending inactive pending pending firing"),
    ("keeps firing for a while", Timing(keep_firing_for_s=120), "0T 1f 2f 3f", "firing recovering recovering resolved"),
    ("back before the while is over", Timing(keep_firing_for_s=120), "0T 1f 2T 3f 4f 5f",
     "firing recovering firing recovering recovering resolved"),
    ("a second time", Timing(), "0T 1f 2T 3f", "firing resolved firing resolved"),
    ("a second time waits again", Timing(for_s=60), "0T 1T 2f 3T 4T", "pending firing resolved pending firing"),
    ("recovery condition", Timing(waits=True), "0T 1f 2f 3R", "firing firing firing resolved"),
    ("recovery condition, and then a while", Timing(waits=True, keep_firing_for_s=60), "0T 1R 2R",
     "firing recovering resolved"),
    ("between the conditions it is not over", Timing(waits=True, keep_firing_for_s=120), "0T 1R 2f 3R 4R 5R",
     "firing recovering firing recovering recovering resolved"),
    ("a pending one needs no recovery", Timing(waits=True, for_s=60), "0T 1f", "pending inactive"),
    ("no data is ok", Timing(no_data="ok"), "0T 1n", "firing resolved"),
    ("no data is ok, whatever the recovery", Timing(no_data="ok", waits=True), "0T 1n", "firing resolved"),
    ("no data keeps", Timing(no_data="keep"), "0T 1n 2n 3f", "firing firing firing resolved"),
    ("no data keeps nothing", Timing(no_data="keep"), "0n 1n", "inactive inactive"),
    ("no data alerts", Timing(no_data="alert"), "0n 1n 2f", "no_data no_data resolved"),
    ("no data alerts after the wait", Timing(no_data="alert", for_s=120), "0n 1n 2n", "pending pending no_data"),
    ("no data while firing", Timing(no_data="alert"), "0T 1n 2T 3f", "firing no_data firing resolved"),
    ("no data while recovering", Timing(no_data="alert", keep_firing_for_s=300), "0T 1f 2n", "firing recovering no_data"),
    ("unknown changes nothing", Timing(), "0T 1? 2? 3f", "firing firing firing resolved"),
    ("unknown begins nothing", Timing(), "0? 1?", "inactive inactive"),
    ("unknown time does not count for `for`", Timing(for_s=180), "0T 1T 2? 3? 4? 60T 61T 62T",
     "pending pending pending pending pending pending firing firing"),
    ("nobody watched for an hour", Timing(for_s=180), "0T 60T 61T 62T 63T", "pending pending pending firing firing"),
    ("one late evaluation counts", Timing(for_s=120), "0T 2T", "pending firing"),
    ("unwatched time does not recover", Timing(keep_firing_for_s=180), "0T 1f 60f 61f 62f",
     "firing recovering recovering recovering resolved"),
    ("an older evaluation changes nothing", Timing(), "5T 4f 6f", "firing firing resolved"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "timing", "verdicts", "phases"), LIVES, ids=[life[0] for life in LIVES])
def test_a_life(name: str, timing: Timing, verdicts: str, phases: str) -> None:
    seen = []
    state = None
    for moment in verdicts.split():
        now = START + timedelta(minutes=int(moment[:-1]))
        state = step(state or begin(now), LETTERS[moment[-1]], now, timing)
        seen.append(state.phase)
    assert " ".join(seen) == phases


def test_when_it_fired_and_ended() -> None:
    timing = Timing(for_s=60, keep_firing_for_s=60)
    state = begin(START)
    moments = []
    for minute, verdict in enumerate("TTfffTT"):
        state = step(state, LETTERS[verdict], START + timedelta(minutes=minute), timing)
        moments.append(tuple(None if at is None else (at - START).seconds // 60 for at in (state.fired_at, state.resolved_at)))
    assert moments == [(None, None), (1, None), (1, None), (1, 3), (1, 3), (None, None), (6, None)]
