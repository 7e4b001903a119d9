# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Quantiles of classic histograms: what Prometheus's `promql/quantile.go` computes from cumulative buckets."""

from libc.math cimport INFINITY, NAN, isinf, isnan
from libc.stdlib cimport free, malloc

import numpy as np


cdef double _from_buckets(double q, const double* bounds, double* counts, Py_ssize_t n) noexcept nogil:
    """`n` buckets, bounds strictly ascending, the last one infinite; makes the counts monotonic in place."""
    cdef Py_ssize_t i, b
    cdef double rank, low, count
    if isnan(q):
        return NAN
    if q < 0:
        return -INFINITY
    if q > 1:
        return INFINITY
    for i in range(1, n):
        if counts[i] < counts[i - 1]:
            counts[i] = counts[i - 1]
    if n < 2 or counts[n - 1] == 0:
        return NAN
    rank = q * counts[n - 1]
    b = 0
    while b < n - 1 and not counts[b] >= rank:
        b += 1
    if b == n - 1:
        return bounds[n - 2]
    if b == 0 and bounds[0] <= 0:
        return bounds[0]
    low = 0.0
    count = counts[b]
    if b > 0:
        low = bounds[b - 1]
        count -= counts[b - 1]
        rank -= counts[b - 1]
    return low + (bounds[b] - low) * (rank / count)


def histogram_quantile(quantiles, bounds, counts, found):
    """The quantile of one histogram at each step.

    `bounds` are the buckets' upper bounds (`le`), ascending, equal ones beside each other; `counts` and `found` are buckets by
    steps; `quantiles` has one number a step. NaN where the histogram has no observation or lacks the infinite bucket.
    Raises ValueError where shapes do not fit.
    """
    q = np.ascontiguousarray(quantiles, dtype=np.float64)
    le = np.ascontiguousarray(bounds, dtype=np.float64)
    c = np.ascontiguousarray(counts, dtype=np.float64)
    f = np.ascontiguousarray(found, dtype=np.uint8)
    if le.ndim != 1 or q.ndim != 1 or c.shape != (le.size, q.size) or f.shape != c.shape:
        raise ValueError(f"counts: {le.size} buckets by {q.size} steps expected, got {c.shape}")
    if np.any(np.isnan(le)) or np.any(le[1:] < le[: le.size - 1]):
        raise ValueError("bounds: must ascend")
    out = np.full(q.size, np.nan)
    cdef const double[::1] q_view = q
    cdef const double[::1] le_view = le
    cdef const double[:, ::1] c_view = c
    cdef const unsigned char[:, ::1] f_view = f
    cdef double[::1] out_view = out
    cdef Py_ssize_t size = le.size, steps = q.size, step, i, n
    cdef double* upper
    cdef double* held
    if size == 0:
        return out
    upper = <double*> malloc(size * sizeof(double))
    held = <double*> malloc(size * sizeof(double))
    if upper == NULL or held == NULL:
        free(upper)
        free(held)
        raise MemoryError
    with nogil:
        for step in range(steps):
            n = 0
            for i in range(size):
                if not f_view[i, step]:
                    continue
                if n and upper[n - 1] == le_view[i]:
                    held[n - 1] += c_view[i, step]
                else:
                    upper[n] = le_view[i]
                    held[n] = c_view[i, step]
                    n += 1
            if isnan(q_view[step]):
                out_view[step] = NAN
            elif q_view[step] < 0:
                out_view[step] = -INFINITY
            elif q_view[step] > 1:
                out_view[step] = INFINITY
            elif n and isinf(upper[n - 1]) and upper[n - 1] > 0:
                out_view[step] = _from_buckets(q_view[step], upper, held, n)
        free(upper)
        free(held)
    return out
