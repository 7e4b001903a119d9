"""How the lines of a plot are called."""

from __future__ import annotations

import numpy as np
import pytest

from control.monitoring.plotting import plotted
from control.monitoring.query.engine import Answer, Line
from control.monitoring.query.labels import labels
from control.monitoring.query.moments import MICRO

CPU, LOAD = {"__name__": "cpu_usage"}, {"__name__": "load"}

NAMES: list[tuple[str, list[dict[str, str]], str, list[tuple[str, str]]]] = [
    ("one series has the plot's title", [{**CPU, "host": "a"}], "", [("Title", 'cpu_usage{host="a"}')]),
    (
        "what all have in common is left out",
        [{**CPU, "host": "a", "dc": "x"}, {**CPU, "host": "b", "dc": "x"}],
        "",
        [("a", 'cpu_usage{dc="x", host="a"}'), ("b", 'cpu_usage{dc="x", host="b"}')],
    ),
    (
        "the metric comes first where there are several, before labels in capitals too",
        [{**CPU, "HOST": "a"}, {**LOAD, "HOST": "b"}],
        "",
        [("cpu_usage · a", 'cpu_usage{HOST="a"}'), ("load · b", 'load{HOST="b"}')],
    ),
    (
        "metrics alone differ",
        [{**CPU, "h": "a"}, {**LOAD, "h": "a"}],
        "",
        [("cpu_usage", 'cpu_usage{h="a"}'), ("load", 'load{h="a"}')],
    ),
    (
        "two labels differ",
        [{"a": "1", "b": "2"}, {"a": "2", "b": "1"}],
        "",
        [("1 · 2", '{a="1", b="2"}'), ("2 · 1", '{a="2", b="1"}')],
    ),
    ("a label that one lacks", [{"a": "1"}, {"a": "1", "b": "2"}], "", [("Title", '{a="1"}'), ("2", '{a="1", b="2"}')]),
    ("equal values of different labels", [{"a": "1"}, {"b": "1"}], "", [("a=1", '{a="1"}'), ("b=1", '{b="1"}')]),
    ("no labels at all", [{}], "", [("Title", "")]),
    ("a legend of the plot's own", [{**CPU, "host": "a"}], "on {{ labels.host }}", [("on a", 'cpu_usage{host="a"}')]),
    ("a legend that gives nothing", [{**CPU, "host": "a"}], "{{ labels.mount }}", [("Title", 'cpu_usage{host="a"}')]),
]


@pytest.mark.parametrize(("every", "legend", "expected"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES])
def test_names(every: list[dict[str, str]], legend: str, expected: list[tuple[str, str]]) -> None:
    """The label says what differs, the name says all."""
    lines = [Line(labels(one), np.array([0], dtype=np.int64), np.array([1.5])) for one in every]
    made = plotted("Title", Answer("matrix", lines), 0, 0, MICRO, legend=legend)
    assert [(one["label"], one["name"]) for one in made.data["series"]] == expected
    assert made.latest == [(label, name, "1.5") for label, name in expected]
