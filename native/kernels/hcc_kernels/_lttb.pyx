# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Largest-Triangle-Three-Buckets: the few points of a series that keep its look.

Source: Sveinn Steinarsson, "Downsampling Time Series for Visual Representation" (University of Iceland, 2013), section 4.2.
"""

import numpy as np

from libc.math cimport fabs, isfinite
from libc.stdint cimport int64_t


def _column(name, values):
    try:
        array = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: not convertible to float64: {error}") from None
    if array.ndim != 1:
        raise ValueError(f"{name}: expected one dimension, got {array.ndim}")
    return array


cdef void _check(const double[::1] x, const double[::1] y) except *:
    cdef Py_ssize_t i
    for i in range(x.shape[0]):
        if not isfinite(x[i]):
            raise ValueError(f"x[{i}] is not finite")
        if not isfinite(y[i]):
            raise ValueError(f"y[{i}] is not finite")
        if i and x[i] < x[i - 1]:
            raise ValueError(f"x[{i}] is smaller than x[{i - 1}]; sort by x first")


cdef void _choose(const double[::1] x, const double[::1] y, int64_t[::1] chosen) noexcept nogil:
    cdef Py_ssize_t size = x.shape[0], n = chosen.shape[0]
    cdef Py_ssize_t bucket, i, best, last = 0, start, end, after
    cdef double width = <double>(size - 2) / <double>(n - 2)
    cdef double mean_x, mean_y, area, largest
    chosen[0] = 0
    end = 1
    for bucket in range(n - 2):
        start = end
        end = <Py_ssize_t>((bucket + 1) * width) + 1
        after = <Py_ssize_t>((bucket + 2) * width) + 1
        if after > size:
            after = size
        mean_x = 0.0
        mean_y = 0.0
        for i in range(end, after):
            mean_x += x[i]
            mean_y += y[i]
        mean_x /= after - end
        mean_y /= after - end
        largest = -1.0
        best = start
        for i in range(start, end):
            area = fabs((x[last] - mean_x) * (y[i] - y[last]) - (x[last] - x[i]) * (mean_y - y[last]))
            if area > largest:
                largest = area
                best = i
        chosen[bucket + 1] = best
        last = best
    chosen[n - 1] = size - 1


def lttb_indices(x, y, n):
    """Indices, ascending, of at most `n` points; the first and the last point are always among them.

    `x` and `y` are one-dimensional and of one length, `x` ascending, all finite. A series of `n` points or fewer is kept whole.
    Raises ValueError naming the argument that does not do, TypeError when `n` is not an integer.
    """
    xs = _column("x", x)
    ys = _column("y", y)
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool):
        raise TypeError(f"n: expected an integer, got {type(n).__name__}")
    if n < 3:
        raise ValueError(f"n: at least 3 points are needed, got {n}")
    if xs.shape[0] != ys.shape[0]:
        raise ValueError(f"y: {ys.shape[0]} values for {xs.shape[0]} of x")
    _check(xs, ys)
    if xs.shape[0] <= n:
        return np.arange(xs.shape[0], dtype=np.int64)
    chosen = np.empty(n, dtype=np.int64)
    cdef const double[::1] x_view = xs
    cdef const double[::1] y_view = ys
    cdef int64_t[::1] chosen_view = chosen
    with nogil:
        _choose(x_view, y_view, chosen_view)
    return chosen


def lttb(x, y, n):
    """The chosen points themselves, as two float64 arrays; see `lttb_indices`."""
    xs = _column("x", x)
    ys = _column("y", y)
    chosen = lttb_indices(xs, ys, n)
    return xs[chosen], ys[chosen]
