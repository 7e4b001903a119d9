"""Quantiles of histograms, worked out by hand and against linear interpolation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hcc_kernels import histogram_quantile
from hypothesis import given, settings
from hypothesis import strategies as st

NAN, INF = float("nan"), float("inf")
CASES = [
    ("the middle of a bucket", 0.5, [1.0, 2.0, INF], [0, 10, 10], 1.5),
    ("the first bucket begins at zero", 0.5, [1.0, 2.0, INF], [10, 10, 10], 0.5),
    ("the first bound below zero", 0.1, [-1.0, 2.0, INF], [5, 10, 10], -1.0),
    ("above the last finite bound", 0.99, [1.0, 2.0, INF], [1, 2, 10], 2.0),
    ("the smallest", 0.0, [1.0, 2.0, INF], [5, 10, 10], 0.0),
    ("the largest", 1.0, [1.0, 2.0, INF], [5, 10, 10], 2.0),
    ("below the range", -0.1, [1.0, INF], [1, 2], -INF),
    ("above the range", 1.1, [1.0, INF], [1, 2], INF),
    ("no number", NAN, [1.0, INF], [1, 2], NAN),
    ("no infinite bucket", 0.5, [1.0, 2.0], [1, 2], NAN),
    ("one bucket", 0.5, [INF], [1], NAN),
    ("no observation", 0.5, [1.0, INF], [0, 0], NAN),
    ("nothing", 0.5, [], [], NAN),
    ("counts that go down", 0.5, [1.0, 2.0, 3.0, INF], [4, 2, 8, 8], 1.0),
    ("equal bounds add up", 0.5, [1.0, 1.0, 2.0, INF, INF], [1, 1, 4, 2, 2], 1.0),
]


@pytest.mark.parametrize(("name", "quantile", "bounds", "counts", "expected"), CASES, ids=[case[0] for case in CASES])
def test_by_hand(name: str, quantile: float, bounds: list[float], counts: list[float], expected: float) -> None:
    del name
    column = np.array(counts, dtype=np.float64).reshape(len(bounds), 1)
    found = histogram_quantile([quantile], bounds, column, np.ones_like(column))
    assert found[0] == pytest.approx(expected, nan_ok=True)


@settings(max_examples=200, deadline=None)
@given(shares=st.lists(st.integers(0, 50), min_size=2, max_size=12), quantile=st.floats(0.01, 0.99))
def test_is_linear_between_bounds(shares: list[int], quantile: float) -> None:
    bounds = [float(n + 1) for n in range(len(shares))]
    counts = np.cumsum(shares, dtype=np.float64)
    if counts[-1] == 0:
        return
    found = histogram_quantile([quantile], [*bounds, INF], [*([c] for c in counts), [counts[-1]]], np.ones((len(bounds) + 1, 1)))
    rank = quantile * counts[-1]
    bucket = int(np.searchsorted(counts, rank))
    low = float(counts[bucket - 1]) if bucket else 0.0
    assert found[0] == pytest.approx(bucket + (rank - low) / (counts[bucket] - low))


def test_a_bucket_missing_at_some_steps() -> None:
    counts = np.array([[5.0, 5.0], [10.0, 0.0], [20.0, 20.0]])
    found = histogram_quantile([0.5, 0.5], [1.0, 2.0, INF], counts, [[1, 1], [1, 0], [1, 1]])
    assert found.tolist() == [2.0, 1.0]
    nothing = histogram_quantile([0.5, 0.5], [1.0, 2.0, INF], counts, np.zeros((3, 2)))
    assert all(math.isnan(value) for value in nothing)


@pytest.mark.parametrize(
    ("bounds", "counts", "names"),
    [([1.0, 2.0], [[1.0]], "counts:"), ([2.0, 1.0], [[1.0], [2.0]], "bounds:"), ([NAN, 1.0], [[1.0], [2.0]], "bounds:")],
)
def test_bad_input(bounds: list[float], counts: list[list[float]], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        histogram_quantile([0.5], bounds, counts, np.ones_like(np.array(counts)))
