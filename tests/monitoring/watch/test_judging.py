"""From answers to verdicts; expressions looked through; words with values in them."""

from __future__ import annotations

import pytest

from control.monitoring.alerts import templates
from control.monitoring.alerts.judging import Found, judge
from control.monitoring.alerts.reading import looks, read
from control.monitoring.query.errors import QueryError
from control.monitoring.query.labels import NONE, Labels

A: Labels = (("host", "a"),)
B: Labels = (("host", "b"),)

JUDGED = [
    ("holds", Found(holds={A: 1.0}), [], [(A, "true", 1.0)]),
    ("no longer holds", Found(holds={}, data={A: 0.5}), [A], [(A, "false", 0.5)]),
    ("one of two went away", Found(holds={B: 2.0}, data={B: 2.0}), [A, B], [(B, "true", 2.0), (A, "no_data", None)]),
    ("cannot be told who went away", Found(holds={B: 2.0}), [A, B], [(B, "true", 2.0), (A, "false", None)]),
    ("nothing at all, and one was known", Found(holds={}, data={}, any_data=False), [A], [(A, "no_data", None)]),
    ("nothing at all, and none was known", Found(holds={}, data={}, any_data=False), [], [(NONE, "no_data", None)]),
    ("the rule itself has data again", Found(holds={}, data={A: 1.0}), [NONE], [(NONE, "recovered", None)]),
    ("recovered", Found(holds={}, data={A: 1.0}, over={A: 1.0}), [A], [(A, "recovered", 1.0)]),
    ("holds and recovered at once: holds", Found(holds={A: 3.0}, over={A: 3.0}), [A], [(A, "true", 3.0)]),
    ("absent() holds without data", Found(holds={A: 1.0}, any_data=False), [], [(A, "true", 1.0)]),
]


@pytest.mark.parametrize(("name", "found", "known", "expected"), JUDGED, ids=[case[0] for case in JUDGED])
def test_verdicts(name: str, found: Found, known: list[Labels], expected: object) -> None:
    assert [(s.series, s.verdict, s.value) for s in judge(found, known, alert_on_no_data=True)] == expected


def test_no_data_is_nothing_unless_asked_for() -> None:
    assert judge(Found(holds={}, any_data=False), [], alert_on_no_data=False) == []


DATA = [
    ("load > 5", "load"),
    ("5 < load", "load"),
    ("(rate(errors_total[5m]) / 2) >= 0.1", "(rate(errors_total[5m]) / 2)"),
    ("((load > 5))", "load"),
    ("sum by (host) (load) > 1 + 1", "sum by (host) (load)"),
    ("load > limit", None),
    ("load", None),
    ("absent(load)", None),
    ("absent(load) > 0", None),
    ("count(up == 0) > 2", None),
    ("count(up == bool 0) > 2", "count(up == bool 0)"),
    ("(a and b) > 2", None),
    ("max_over_time((up == 0)[5m:1m]) > 2", None),
]


@pytest.mark.parametrize(("text", "data"), DATA, ids=[text for text, _ in DATA])
def test_the_side_that_shows_data(text: str, data: str | None) -> None:
    assert read(text).data == data


@pytest.mark.parametrize("text", ["1", "time() > bool 0", "load[5m]", '"a"', "load >"])
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(QueryError):
        read(text)


LOOKED = [
    ("load > 1", [(0, 0, True)]),
    ("rate(x[5m]) > 1", [(-300, 0, False)]),
    ("rate(x[5m] offset 1h) > 1", [(-3900, -3600, False)]),
    ("a / b offset 10m > 1", [(0, 0, True), (-600, -600, True)]),
    ("max_over_time(rate(x[1m])[10m:1m]) > 1", [(-660, 0, False)]),
]


@pytest.mark.parametrize(("text", "expected"), LOOKED, ids=[text for text, _ in LOOKED])
def test_how_far_back(text: str, expected: list[tuple[int, int, bool]]) -> None:
    at = 1_767_571_200_000_000
    found = [((look.start - at) // 1_000_000, (look.end - at) // 1_000_000, look.instant) for look in looks(text, at)]
    assert found == expected


FILLED = [
    ("{{ labels.host }} is down", None, "web1 is down"),
    ("{{ $labels.host }}: {{ $value }}", 0.123456789, "web1: 0.123457"),
    ("{{ labels.nosuch }}.", 1.0, "."),
    ("{{value|percent}}", 0.934, "93.4%"),
    ("{{ value | bytes }}", 1536.0, "1.5KiB"),
    ("{{ value | humanize }}", 1_234_567.0, "1.235M"),
    ("{{ value | duration }}", 93_784.0, "1d 2h"),
    ("{{ value | duration }}", 0.25, "0.25s"),
    ("{{ value | round }}", 3.10, "3.1"),
    ("{{ value }}", None, "no value"),
    ("{{ value | percent }}", float("inf"), "inf"),
    ("100 % {sure}", 1.0, "100 % {sure}"),
]


@pytest.mark.parametrize(("text", "value", "expected"), FILLED)
def test_templates(text: str, value: float | None, expected: str) -> None:
    assert templates.check(text) is None
    assert templates.fill(text, {"host": "web1"}, value) == expected


@pytest.mark.parametrize(
    "text", ["{{ x }}", "{{ labels }}", "{{ value | nosuch }}", "{{ labels.a | percent }}", "{{ value", "{{ 1+1 }}"]
)
def test_templates_that_are_none(text: str) -> None:
    assert templates.check(text) is not None
