"""Silences, windows and inhibition, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from control.monitoring.labels import LabelMatcher
from control.monitoring.muting.covering import Muting, covers, occurrences
from control.monitoring.muting.models import Inhibition, MaintenanceWindow, Silence

START = datetime(2026, 1, 5, 22, 0, tzinfo=UTC)
"""A Monday."""
ME, OTHER = UUID(int=1), UUID(int=2)


def window(**fields: object) -> MaintenanceWindow:
    base = MaintenanceWindow(
        id=ME, organization_id=ME, name="night", matchers=[], starts_at=START, duration_s=7200, repeats="never",
        repeats_until=None, timezone="UTC", is_active=True, version=1, created_at=START, updated_at=START,
    )  # fmt: skip
    return msgspec.structs.replace(base, **fields)


BERLIN = {"repeats": "daily", "timezone": "Europe/Berlin"}
COVERED = [
    (window(), "2026-01-05T21:59", False),
    (window(), "2026-01-05T22:00", True),
    (window(), "2026-01-05T23:59", True),
    (window(), "2026-01-06T00:00", False),
    (window(), "2026-01-06T22:30", False),
    (window(repeats="daily"), "2026-01-06T22:30", True),
    (window(repeats="daily"), "2026-03-01T23:30", True),
    (window(repeats="daily"), "2026-03-01T21:30", False),
    (window(repeats="daily"), "2026-01-04T22:30", False),
    (window(repeats="daily", repeats_until=START + timedelta(days=2)), "2026-01-07T22:30", True),
    (window(repeats="daily", repeats_until=START + timedelta(days=2)), "2026-01-08T22:30", False),
    (window(repeats="weekly"), "2026-01-12T23:30", True),
    (window(repeats="weekly"), "2026-01-13T22:30", False),
    (window(repeats="weekly", duration_s=604_800), "2026-01-18T10:00", True),
    (window(repeats="weekly", duration_s=86_400 * 3), "2026-02-05T10:00", True),
    (window(repeats="weekly", duration_s=86_400 * 3), "2026-02-06T10:00", False),
    # 23:00 in Berlin is 22:00 UTC in winter and 21:00 UTC in summer.
    (window(**BERLIN), "2026-02-01T22:30", True),
    (window(**BERLIN), "2026-07-01T21:30", True),
    (window(**BERLIN), "2026-07-01T23:30", False),
    (window(is_active=False), "2026-01-05T22:30", False),
]


@pytest.mark.parametrize(("of", "at", "expected"), COVERED, ids=[f"{w.repeats} {w.timezone} {at}" for w, at, _ in COVERED])
def test_windows(of: MaintenanceWindow, at: str, expected: bool) -> None:
    assert covers(of, {}, datetime.fromisoformat(at).replace(tzinfo=UTC)) is expected


def test_occurrences() -> None:
    found = list(occurrences(window(repeats="daily"), START + timedelta(hours=1), START + timedelta(days=2, hours=1)))
    assert [(begins - START).days for begins, _ in found] == [0, 1, 2]
    assert {ends - begins for begins, ends in found} == {timedelta(hours=2)}


def silence(*matchers: LabelMatcher) -> Silence:
    return Silence(
        id=ME, organization_id=ME, matchers=list(matchers), reason="why", starts_at=START, ends_at=START + timedelta(hours=1),
        created_by=None, version=1, created_at=START, updated_at=START,
    )  # fmt: skip


def inhibition(equal: list[str]) -> Inhibition:
    return Inhibition(
        id=ME, organization_id=ME, name="host", source=[LabelMatcher("alertname", "HostDown")],
        target=[LabelMatcher("severity", "warning|info", "=~")], equal=equal, is_active=True, version=1, created_at=START,
        updated_at=START,
    )  # fmt: skip


DOWN = {"alertname": "HostDown", "severity": "critical", "host": "a"}
SLOW = {"alertname": "Slow", "severity": "warning", "host": "a"}
MUTED = [
    ("nothing", Muting(), SLOW, {}, 0, None),
    ("silenced", Muting(silences=[silence(LabelMatcher("host", "a"))]), SLOW, {}, 0, "silence"),
    ("silence is over", Muting(silences=[silence(LabelMatcher("host", "a"))]), SLOW, {}, 3600, None),
    ("silence of another", Muting(silences=[silence(LabelMatcher("host", "b"))]), SLOW, {}, 0, None),
    ("two conditions", Muting(silences=[silence(LabelMatcher("host", "a"), LabelMatcher("x", "y"))]), SLOW, {}, 0, None),
    ("maintenance", Muting(windows=[window(matchers=[LabelMatcher("host", "a|b", "=~")])]), SLOW, {}, 0, "maintenance"),
    ("maintenance of another", Muting(windows=[window(matchers=[LabelMatcher("host", "c")])]), SLOW, {}, 0, None),
    ("inhibited", Muting(inhibitions=[inhibition(["host"])]), SLOW, {OTHER: DOWN}, 0, "inhibited"),
    ("another host is down", Muting(inhibitions=[inhibition(["host"])]), SLOW, {OTHER: {**DOWN, "host": "b"}}, 0, None),
    ("whatever the host", Muting(inhibitions=[inhibition([])]), SLOW, {OTHER: {**DOWN, "host": "b"}}, 0, "inhibited"),
    ("nobody inhibits", Muting(inhibitions=[inhibition(["host"])]), SLOW, {OTHER: SLOW}, 0, None),
    ("not the source itself", Muting(inhibitions=[inhibition(["host"])]), {**DOWN, "severity": "info"}, {OTHER: DOWN}, 0, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "muting", "labels", "firing", "after", "expected"), MUTED, ids=[case[0] for case in MUTED])
def test_reasons(
    name: str, muting: Muting, labels: dict[str, str], firing: dict[UUID, dict[str, str]], after: int, expected: str | None
) -> None:
    found = muting.reason(ME, labels, START + timedelta(seconds=after), firing)
    assert (found or "").split(" ")[0] == (expected or "")
