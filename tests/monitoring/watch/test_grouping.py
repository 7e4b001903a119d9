"""When what is told to whom, as a table: moments, alerts, and the messages at each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from control.monitoring.labels import LabelMatcher
from control.monitoring.notifications.grouping import Group, Living, key_of, plan, routed
from control.monitoring.notifications.models import Item, NotificationRoute, Step

START = datetime(2026, 1, 5, tzinfo=UTC)
FIRST, SECOND, THIRD = (UUID(int=n) for n in (1, 2, 3))


def route(**fields: object) -> NotificationRoute:
    base = NotificationRoute(
        id=UUID(int=9), organization_id=UUID(int=8), name="all", position=1, matchers=[], steps=[Step([FIRST])],
        group_by=["alertname"], group_wait_s=30, group_interval_s=300, repeat_interval_s=3600, continues=False, is_active=True,
        version=1, created_at=START, updated_at=START,
    )  # fmt: skip
    return msgspec.structs.replace(base, **fields)


def living(text: str) -> list[Living]:
    """`a` fires, `A` is over, `a!` is muted, `a+` is acknowledged, `a2` fired a second time, `a0` has no data."""
    found = []
    for word in text.split():
        name, marks = word[0].lower(), word[1:]
        alight = word[0].islower()
        item = Item(
            id=UUID(int=ord(name)), status="resolved" if not alight else "no_data" if "0" in marks else "firing", name=name,
            severity="warning", labels={}, annotations={}, fired_at=START + timedelta(seconds=2 if "2" in marks else 1),
        )  # fmt: skip
        found.append(Living(item=item, alight=alight, muted="!" in marks, acknowledged="+" in marks))
    return found


STEPS = [Step([FIRST]), Step([SECOND], 600), Step([SECOND, THIRD], 1200)]
# name, route, seconds: alerts → messages as `kind channels: alerts`
STORIES: list[tuple[str, NotificationRoute, list[tuple[int, str, str]]]] = [
    ("waits for others", route(), [(0, "a", ""), (10, "a b", ""), (30, "a b", "alerts 1: a b")]),
    ("over before it was told", route(), [(0, "a", ""), (30, "A", "")]),
    ("no wait", route(group_wait_s=0), [(0, "a", "alerts 1: a")]),
    ("news after the interval", route(), [(30, "a", ""), (60, "a", "alerts 1: a"), (90, "a b", ""), (359, "a b", ""),
                                          (360, "a b", "alerts 1: a b")]),
    ("one of two is over", route(group_wait_s=0), [(0, "a b", "alerts 1: a b"), (300, "a B", "alerts 1: a B"), (600, "a", "")]),
    ("all is over", route(group_wait_s=0), [(0, "a", "alerts 1: a"), (100, "A", ""), (300, "A", "alerts 1: A"), (400, "A", "")]),
    ("over and back within the interval is no news", route(group_wait_s=0), [(0, "a", "alerts 1: a"), (100, "A", ""),
                                                                             (300, "a", "")]),
    ("a second time is news", route(group_wait_s=0), [(0, "a", "alerts 1: a"), (300, "a2", "alerts 1: a")]),
    ("no data is news", route(group_wait_s=0), [(0, "a", "alerts 1: a"), (300, "a0", "alerts 1: a")]),
    ("repeated", route(group_wait_s=0), [(0, "a", "alerts 1: a"), (3599, "a", ""), (3600, "a", "repeat 1: a"),
                                         (7200, "a", "repeat 1: a")]),
    ("not repeated once acknowledged", route(group_wait_s=0), [(0, "a", "alerts 1: a"), (3600, "a+", ""),
                                                               (3700, "a+ b", "alerts 1: a b")]),
    ("muted from the start", route(group_wait_s=0), [(0, "a!", ""), (100, "a", "alerts 1: a")]),
    ("muted later, over while muted", route(group_wait_s=0), [(0, "a", "alerts 1: a"), (400, "a!", ""), (4000, "a!", ""),
                                                              (4100, "A!", "")]),
    ("muted later, and back", route(group_wait_s=0), [(0, "a", "alerts 1: a"), (400, "a!", ""), (500, "a", ""),
                                                      (3600, "a", "repeat 1: a")]),
    ("escalates", route(group_wait_s=0, steps=STEPS), [(0, "a", "alerts 1: a"), (599, "a", ""), (600, "a", "escalation 2: a"),
                                                       (1200, "a", "escalation 3: a"), (1300, "A", "alerts 1 2 3: A")]),
    ("acknowledged in time", route(group_wait_s=0, steps=STEPS), [(0, "a", "alerts 1: a"), (600, "a+", ""), (9000, "a+", "")]),
    ("one of two acknowledged", route(group_wait_s=0, steps=STEPS), [(0, "a b", "alerts 1: a b"),
                                                                     (600, "a+ b", "escalation 2: b")]),
    ("nobody looked for long", route(group_wait_s=0, steps=STEPS), [(0, "a", "alerts 1: a"), (1300, "a", "escalation 2 3: a")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "on", "moments"), STORIES, ids=[story[0] for story in STORIES])
def test_a_story(name: str, on: NotificationRoute, moments: list[tuple[int, str, str]]) -> None:
    group: Group | None = None
    for seconds, alerts, expected in moments:
        now = START + timedelta(seconds=seconds)
        group, sendings = plan(on, group or Group(key={}, began_at=now), living(alerts), now)
        told = [
            f"{s.kind} {' '.join(str(c.int) for c in s.channels)}: "
            + " ".join(item.name.upper() if item.status == "resolved" else item.name for item in s.items)
            for s in sendings
        ]
        assert "; ".join(told) == expected, f"after {seconds} s"


def test_a_group_ends() -> None:
    on = route(group_wait_s=0)
    group, _ = plan(on, Group(key={}, began_at=START), living("a"), START)
    assert group is not None
    group, _ = plan(on, group, living("A"), START + timedelta(seconds=300))
    assert group is None


WARNING = LabelMatcher("severity", "warning")
ROUTED = [
    ({"severity": "warning"}, ["a"]),
    ({"severity": "critical"}, ["b"]),
    ({"severity": "info", "team": "x"}, ["c", "d"]),
    ({"severity": "info"}, ["d"]),
]


@pytest.mark.parametrize(("labels", "names"), ROUTED)
def test_routes(labels: dict[str, str], names: list[str]) -> None:
    routes = [
        route(name="d", position=4),
        route(name="a", position=1, matchers=[WARNING]),
        route(name="b", position=2, matchers=[LabelMatcher("severity", "crit.*", "=~")]),
        route(name="c", position=3, matchers=[LabelMatcher("team", "", "!=")], continues=True),
        route(name="off", position=0, is_active=False),
    ]
    assert [one.name for one in routed(routes, labels)] == names


def test_keys() -> None:
    assert key_of(route(group_by=["host", "alertname"]), {"alertname": "x", "other": "y"}) == {"alertname": "x", "host": ""}
