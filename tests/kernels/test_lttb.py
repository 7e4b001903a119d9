"""The kernel against the algorithm written down plainly, and its answers to bad input."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hcc_kernels import lttb, lttb_indices
from hypothesis import given, settings
from hypothesis import strategies as st


def reference(x: list[float], y: list[float], n: int) -> list[int]:
    size = len(x)
    if size <= n:
        return list(range(size))
    width = (size - 2) / (n - 2)
    edges = [int(k * width) + 1 for k in range(n - 1)] + [size]
    chosen = [0]
    for (start, end), after in zip(itertools.pairwise(edges[:-1]), edges[2:], strict=True):
        mean_x = sum(x[end:after]) / (after - end)
        mean_y = sum(y[end:after]) / (after - end)
        a = chosen[-1]

        def area(i: int, a: int = a, mx: float = mean_x, my: float = mean_y) -> float:
            return abs((x[a] - mx) * (y[i] - y[a]) - (x[a] - x[i]) * (my - y[a]))

        chosen.append(max(range(start, end), key=area))
    return [*chosen, size - 1]


@settings(max_examples=200, deadline=None)
@given(y=st.lists(st.integers(-1000, 1000), max_size=300), n=st.integers(3, 60))
def test_agrees_with_the_reference(y: list[int], n: int) -> None:
    x = [float(i) for i in range(len(y))]
    values = [float(v) for v in y]
    assert lttb_indices(x, values, n).tolist() == reference(x, values, n)


def test_keeps_ends_and_a_lone_peak() -> None:
    x = np.arange(10_000.0)
    y = np.zeros(10_000)
    y[4321] = 7.0
    xs, ys = lttb(x, y, 100)
    assert len(xs) == 100
    assert (xs[0], xs[-1], ys.max()) == (0.0, 9999.0, 7.0)
    assert np.all(np.diff(xs) > 0)


@pytest.mark.parametrize(
    ("x", "y", "n", "error", "names"),
    [
        ([1.0], [1.0], 2, ValueError, "n:"),
        ([1.0], [1.0], 3.0, TypeError, "n:"),
        ([1.0], [1.0], True, TypeError, "n:"),
        ([1.0, 2.0], [1.0], 3, ValueError, "y:"),
        ([[1.0]], [1.0], 3, ValueError, "x:"),
        (["a"], [1.0], 3, ValueError, "x:"),
        ([1.0], [None, {}], 3, ValueError, "y:"),
        ([0.0, float("nan")], [1.0, 1.0], 3, ValueError, r"x\[1\]"),
        ([0.0, 1.0], [float("inf"), 1.0], 3, ValueError, r"y\[0\]"),
        ([1.0, 0.0], [1.0, 1.0], 3, ValueError, r"x\[1\]"),
    ],
)
def test_bad_input_names_the_argument(x: Any, y: Any, n: Any, error: type[Exception], names: str) -> None:
    with pytest.raises(error, match=names):
        lttb_indices(x, y, n)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_short_series_are_kept_whole(size: int) -> None:
    assert lttb_indices(np.arange(float(size)), np.zeros(size), 3).tolist() == list(range(size))
