"""Range functions against the same written plainly, on samples with gaps, resets, NaN and infinities."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hcc_kernels import latest, over_windows
from hypothesis import given, settings
from hypothesis import strategies as st

SECOND = 1_000_000
Times = list[int]
Values = list[float]


def _rate(t: Times, v: Values, start: int, end: int, *, counter: bool) -> float | None:
    if len(v) < 2:
        return None
    rise = v[-1] - v[0]
    if counter:
        rise += sum(a for a, b in itertools.pairwise(v) if b < a)
    sampled = (t[-1] - t[0]) / SECOND
    between = sampled / (len(v) - 1)
    before, after = (t[0] - start) / SECOND, (end - t[-1]) / SECOND
    if counter and rise > 0 and v[0] >= 0:
        before = min(before, sampled * v[0] / rise)
    covered = sampled + (before if before < 1.1 * between else between / 2) + (after if after < 1.1 * between else between / 2)
    return rise * covered / sampled


def _line(t: Times, v: Values, origin: int) -> tuple[float, float]:
    if len(set(v)) == 1:
        return 0.0, v[0]
    x = (np.array(t, dtype=np.float64) - origin) / SECOND
    slope, intercept = np.polyfit(x, np.array(v), 1)
    return float(slope), float(intercept)


def _smoothed(v: Values, level: float, trend: float) -> float:
    s, b = v[0], v[1] - v[0]
    previous = 0.0
    for n, x in enumerate(v[1:]):
        if n:
            b = trend * (s - previous) + (1 - trend) * b
        previous, s = s, level * x + (1 - level) * (s + b)
    return s


def _pairs(v: Values) -> list[tuple[float, float]]:
    return list(itertools.pairwise(v))


Plain = Callable[[Times, Values, int, int], float | None]
PLAIN: dict[str, Plain] = {
    "increase": lambda t, v, s, e: _rate(t, v, s, e, counter=True),
    "delta": lambda t, v, s, e: _rate(t, v, s, e, counter=False),
    "rate": lambda t, v, s, e: None if len(v) < 2 else (_rate(t, v, s, e, counter=True) or 0.0) / ((e - s) / SECOND),
    "irate": lambda t, v, s, e: None if len(v) < 2 else (v[-1] if v[-1] < v[-2] else v[-1] - v[-2]) / ((t[-1] - t[-2]) / SECOND),
    "idelta": lambda t, v, s, e: None if len(v) < 2 else v[-1] - v[-2],
    "changes": lambda t, v, s, e: float(sum(a != b for a, b in _pairs(v))),
    "resets": lambda t, v, s, e: float(sum(b < a for a, b in _pairs(v))),
    "sum_over_time": lambda t, v, s, e: math.fsum(v),
    "avg_over_time": lambda t, v, s, e: math.fsum(v) / len(v),
    "min_over_time": lambda t, v, s, e: min(v),
    "max_over_time": lambda t, v, s, e: max(v),
    "count_over_time": lambda t, v, s, e: float(len(v)),
    "last_over_time": lambda t, v, s, e: v[-1],
    "present_over_time": lambda t, v, s, e: 1.0,
    "stddev_over_time": lambda t, v, s, e: float(np.std(v)),
    "stdvar_over_time": lambda t, v, s, e: float(np.var(v)),
    "quantile_over_time": lambda t, v, s, e: float(np.quantile(v, 0.3)),
    "deriv": lambda t, v, s, e: None if len(v) < 2 else _line(t, v, t[0])[0],
    "predict_linear": lambda t, v, s, e: None if len(v) < 2 else sum(np.multiply(_line(t, v, e), (0.3, 1.0))),
    "holt_winters": lambda t, v, s, e: None if len(v) < 2 else _smoothed(v, 0.3, 0.6),
}

SERIES = st.lists(st.lists(st.tuples(st.integers(1, 90), st.integers(-50, 200)), max_size=40), min_size=1, max_size=4)


@pytest.mark.parametrize("name", PLAIN)
@settings(max_examples=60, deadline=None)
@given(series=SERIES, width=st.integers(1, 400), every=st.integers(1, 120))
def test_agrees_with_the_plain_form(name: str, series: list[list[tuple[int, int]]], width: int, every: int) -> None:
    times = [np.cumsum([gap for gap, _ in one], dtype=np.int64) * SECOND for one in series]
    values = [np.array([value for _, value in one], dtype=np.float64) for one in series]
    bounds = np.cumsum([0, *(len(one) for one in series)])
    ends = np.arange(0, 2000, every, dtype=np.int64) * SECOND
    found, has = over_windows(name, np.concatenate(times), np.concatenate(values), bounds, ends, width * SECOND, None, 0.3, 0.6)
    for row, (t, v) in enumerate(zip(times, values, strict=True)):
        for column, end in enumerate(ends):
            start = end - width * SECOND
            inside = (t >= start) & (t <= end)
            expected = PLAIN[name](t[inside].tolist(), v[inside].tolist(), int(start), int(end)) if inside.any() else None
            assert bool(has[row, column]) is (expected is not None)
            if expected is not None:
                assert found[row, column] == pytest.approx(expected, rel=1e-7, abs=1e-7)


NAN, INF = float("nan"), float("inf")
STRANGE: list[tuple[str, Values, float, float]] = [
    ("sum_over_time", [1e16, 1.0, -1e16], 0, 1.0),
    ("avg_over_time", [INF, 1.0, INF], 0, INF),
    ("avg_over_time", [INF, -INF], 0, NAN),
    ("avg_over_time", [1e308, 1e308], 0, 1e308),
    ("min_over_time", [NAN, 2.0, 1.0], 0, 1.0),
    ("max_over_time", [NAN, NAN], 0, NAN),
    ("changes", [NAN, NAN, 1.0], 0, 1.0),
    ("quantile_over_time", [1.0, NAN, 3.0], 0.0, NAN),
    ("quantile_over_time", [1.0, NAN, 3.0], 1.0, 3.0),
    ("quantile_over_time", [1.0], -0.1, -INF),
    ("quantile_over_time", [1.0], 1.1, INF),
    ("quantile_over_time", [1.0], NAN, NAN),
    ("deriv", [INF, INF], 0, NAN),
    ("stdvar_over_time", [1e9 + 1, 1e9 + 2, 1e9 + 3], 0, 2 / 3),
]


@pytest.mark.parametrize(("name", "values", "a", "expected"), STRANGE)
def test_strange_values(name: str, values: Values, a: float, expected: float) -> None:
    times = np.arange(len(values)) * SECOND
    found, has = over_windows(name, times, values, [0, len(values)], [times[-1]], 3600 * SECOND, None, a)
    assert has[0, 0]
    assert found[0, 0] == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_a_number_a_step() -> None:
    found, _ = over_windows("quantile_over_time", [0, 1], [1.0, 2.0], [0, 2], [1, 2, 3], 10, None, [0.0, 0.5, 1.0])
    assert found.tolist() == [[1.0, 1.5, 2.0]]


def test_predictions_are_made_from_the_step() -> None:
    times = np.array([0, 10]) * SECOND
    found, _ = over_windows("predict_linear", times, [0.0, 10.0], [0, 2], [10 * SECOND] * 2, 60 * SECOND, times, 5.0)
    assert found.tolist() == [[5.0, 15.0]]


def test_the_newest_sample() -> None:
    stale = np.array([0x7FF0000000000002], dtype=np.uint64).view(np.float64)[0]
    times, values = [10, 20, 30, 110], [1.0, NAN, stale, 4.0]
    found, has, taken = latest(times, values, [0, 4, 4], [9, 10, 15, 25, 30, 40, 110, 160, 161], 50)
    assert has.tolist() == [[0, 1, 1, 1, 0, 0, 1, 1, 0], [0] * 9]
    assert taken[0].tolist() == [0, 10, 10, 20, 0, 0, 110, 110, 0]
    assert found[0][1] == 1.0
    assert math.isnan(found[0][3])
    assert found[0][7] == 4.0


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": "nosuch"}, "name:"),
    ({"width": 0}, "width:"),
    ({"bounds": [0, 1]}, "bounds:"),
    ({"bounds": [1, 2]}, "bounds:"),
    ({"bounds": []}, "bounds:"),
    ({"bounds": [0, 3, 2]}, "bounds:"),
    ({"values": [1.0]}, "times, values:"),
    ({"ends": [5, 4]}, "ends:"),
    ({"steps": [1, 2, 3]}, "ends, steps:"),
    ({"a": [1.0, 2.0, 3.0]}, "a:"),
]


@pytest.mark.parametrize(("changed", "names"), BAD)
def test_bad_input_names_the_argument(changed: dict[str, Any], names: str) -> None:
    good: dict[str, Any] = {"name": "rate", "times": [0, 1], "values": [1.0, 2.0], "bounds": [0, 2], "ends": [1, 2], "width": 5}
    with pytest.raises(ValueError, match=names):
        over_windows(**{**good, **changed})
