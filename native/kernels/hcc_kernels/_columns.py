"""What the range functions take and give: checked, contiguous columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]
Answer = tuple[NDArray[np.float64], NDArray[np.uint8]]


def samples(times: Any, values: Any, bounds: Any) -> Samples:
    """Times in microseconds, values, and where each series begins and ends. Raises ValueError where they do not fit."""
    t = np.ascontiguousarray(times, dtype=np.int64)
    v = np.ascontiguousarray(values, dtype=np.float64)
    b = np.ascontiguousarray(bounds, dtype=np.int64)
    if t.ndim != 1 or t.shape != v.shape:
        raise ValueError(f"times, values: one dimension and one length expected, got {t.shape} and {v.shape}")
    if b.ndim != 1 or b.size == 0 or b[0] != 0 or b[-1] != t.size or np.any(np.diff(b) < 0):
        raise ValueError("bounds: must ascend from 0 to the number of samples")
    return t, v, b


def grid(ends: Any, steps: Any | None, rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Answer]:
    """The windows' ends, the steps they answer (the ends themselves unless given), and room for the answer."""
    e = np.ascontiguousarray(ends, dtype=np.int64)
    s = e if steps is None else np.ascontiguousarray(steps, dtype=np.int64)
    if e.ndim != 1 or e.shape != s.shape:
        raise ValueError(f"ends, steps: one dimension and one length expected, got {e.shape} and {s.shape}")
    if np.any(np.diff(e) < 0):
        raise ValueError("ends: must ascend")
    return e, s, (np.zeros((rows, e.size)), np.zeros((rows, e.size), dtype=np.uint8))
