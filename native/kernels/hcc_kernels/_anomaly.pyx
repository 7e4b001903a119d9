# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""How unusual a value is: robust z-scores against what went before, or against the same time of earlier seasons.

Median and median absolute deviation (times 1.4826, which makes it the standard deviation of normal values) are moved by outliers
far less than mean and standard deviation. Source: Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993): above 3.5 is
called unusual.
"""

from libc.math cimport INFINITY, NAN, fabs, isnan
from libc.stdlib cimport free, malloc, qsort

import numpy as np

cdef double TO_SIGMA = 1.4826022185056018
cdef double MEAN_TO_SIGMA = 1.2533141373155001
cdef Py_ssize_t FEWEST = 3


cdef int _ascending(const void* left, const void* right) noexcept nogil:
    cdef double x = (<const double*> left)[0], y = (<const double*> right)[0]
    return (x > y) - (x < y)


cdef double _median(double* values, Py_ssize_t n) noexcept nogil:
    qsort(values, n, sizeof(double), _ascending)
    return values[n // 2] if n % 2 else (values[n // 2 - 1] + values[n // 2]) / 2


cdef double _score(double value, double* known, Py_ssize_t n) noexcept nogil:
    """`known` is overwritten."""
    cdef double middle, spread, mean = 0.0
    cdef Py_ssize_t i
    if n < FEWEST or isnan(value):
        return NAN
    middle = _median(known, n)
    for i in range(n):
        known[i] = fabs(known[i] - middle)
        mean += known[i] / n
    spread = _median(known, n) * TO_SIGMA
    if spread == 0:
        # More than half of what is known is one and the same value.
        spread = mean * MEAN_TO_SIGMA
    if spread == 0:
        return 0.0 if value == middle else (INFINITY if value > middle else -INFINITY)
    return (value - middle) / spread


cdef _prepared(values):
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"values: expected one dimension, got {array.ndim}")
    return array


def robust_scores(values, history):
    """The score of each value against the `history` values before it; NaN (a gap) is left out of what is known.

    NaN where fewer than 3 values are known; infinite where all of them are alike and this one differs.
    """
    column = _prepared(values)
    cdef Py_ssize_t back = history, i, j, n, first, size = column.size
    if back < 3:
        raise ValueError(f"history: at least 3 values are needed, got {history}")
    out = np.full(size, np.nan)
    cdef const double[::1] v = column
    cdef double[::1] o = out
    cdef double* known = <double*> malloc((back if back < size else size + 1) * sizeof(double))
    if known == NULL:
        raise MemoryError
    with nogil:
        for i in range(size):
            n = 0
            first = i - back if i > back else 0
            for j in range(first, i):
                if not isnan(v[j]):
                    known[n] = v[j]
                    n += 1
            o[i] = _score(v[i], known, n)
        free(known)
    return out


def seasonal_scores(values, period, seasons, spread=0):
    """The score of each value against those one to `seasons` periods earlier, each with `spread` neighbours on both sides.

    `period` counts values: 1,440 for a day of minutes. NaN as in `robust_scores`.
    """
    column = _prepared(values)
    cdef Py_ssize_t every = period, many = seasons, near = spread, i, j, k, n, size = column.size
    if every < 1 or many < 1 or not 0 <= near < every:
        raise ValueError("period, seasons: at least 1 each; spread: from 0 to less than a period")
    out = np.full(size, np.nan)
    many = min(many, size // every + 1)
    cdef const double[::1] v = column
    cdef double[::1] o = out
    cdef double* known = <double*> malloc(many * (2 * near + 1) * sizeof(double))
    if known == NULL:
        raise MemoryError
    with nogil:
        for i in range(size):
            n = 0
            for k in range(1, many + 1):
                for j in range(i - k * every - near, i - k * every + near + 1):
                    if 0 <= j < i and not isnan(v[j]):
                        known[n] = v[j]
                        n += 1
            o[i] = _score(v[i], known, n)
        free(known)
    return out
