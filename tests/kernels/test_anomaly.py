"""Anomaly scores against the same written with NumPy, and on values whose outliers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hcc_kernels import robust_scores, seasonal_scores
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

Values = list[float]
GAPPY = st.lists(st.one_of(st.integers(-20, 20).map(float), st.just(math.nan)), max_size=60)


def score(value: float, known: NDArray[np.float64]) -> float:
    known = known[~np.isnan(known)]
    if known.size < 3 or math.isnan(value):
        return math.nan
    middle = float(np.median(known))
    off = np.abs(known - middle)
    spread = float(np.median(off)) * 1.4826022185056018 or float(off.mean()) * 1.2533141373155001
    if spread == 0:
        return 0.0 if value == middle else math.copysign(math.inf, value - middle)
    return (value - middle) / spread


@settings(max_examples=200, deadline=None)
@given(values=GAPPY, history=st.integers(3, 30))
def test_robust_agrees_with_numpy(values: Values, history: int) -> None:
    column = np.array(values, dtype=np.float64)
    expected = [score(value, column[max(0, n - history) : n]) for n, value in enumerate(values)]
    assert robust_scores(values, history).tolist() == pytest.approx(expected, nan_ok=True)


@settings(max_examples=200, deadline=None)
@given(values=GAPPY, period=st.integers(1, 12), seasons=st.integers(1, 5), data=st.data())
def test_seasonal_agrees_with_numpy(values: Values, period: int, seasons: int, data: st.DataObject) -> None:
    spread = data.draw(st.integers(0, period - 1))
    column = np.array(values, dtype=np.float64)
    expected = []
    for n, value in enumerate(values):
        near = [n - k * period + d for k in range(1, seasons + 1) for d in range(-spread, spread + 1)]
        expected.append(score(value, np.array([column[i] for i in near if 0 <= i < n], dtype=np.float64)))
    assert seasonal_scores(values, period, seasons, spread).tolist() == pytest.approx(expected, nan_ok=True)


def test_an_outlier_stands_out_and_the_season_does_not() -> None:
    days = 10
    values = np.tile(np.sin(np.arange(24) / 24 * 2 * np.pi) * 50 + 100, days) + np.random.default_rng(1).normal(0, 1, 24 * days)
    values[24 * 8 + 5] += 30
    found = seasonal_scores(values, 24, 7)
    assert np.nanargmax(np.abs(found)) == 24 * 8 + 5
    assert found[24 * 8 + 5] > 10
    assert np.isnan(found[:24]).all()
    # The hour before knows nothing of the season: the sine's own slope looks as unusual as the outlier.
    assert np.nanmax(np.abs(robust_scores(values, 6))) > 5


CONSTANT = [
    ([5.0] * 4 + [5.0], 0.0),
    ([5.0] * 4 + [6.0], math.inf),
    ([5.0] * 4 + [4.0], -math.inf),
    ([5.0] * 2 + [9.0], math.nan),
]


@pytest.mark.parametrize(("values", "expected"), CONSTANT)
def test_values_that_never_change(values: Values, expected: float) -> None:
    assert robust_scores(values, 10)[-1] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("period", "seasons", "spread"), [(0, 1, 0), (1, 0, 0), (3, 1, 3), (3, 1, -1)])
def test_bad_seasons(period: int, seasons: int, spread: int) -> None:
    with pytest.raises(ValueError, match="period, seasons"):
        seasonal_scores([1.0], period, seasons, spread)


def test_bad_history() -> None:
    with pytest.raises(ValueError, match="history"):
        robust_scores([1.0], 2)
    with pytest.raises(ValueError, match="values"):
        robust_scores([[1.0]], 3)
