# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Range functions of PromQL over sorted samples: what Prometheus's `promql/functions.go` computes for one window.

A window is closed on both sides, as in Prometheus before version 3. Times are microseconds, rates are a second.
"""

from hcc_kernels._columns import grid, samples
from hcc_kernels._sweep cimport Fold, kahan, sweep
from libc.math cimport INFINITY, NAN, floor, isinf, isnan, sqrt
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc, qsort

import numpy as np

cdef double MICRO = 1e6


cdef int _extrapolated(
    const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, double* out, bint counter
) noexcept nogil:
    cdef Py_ssize_t i
    cdef double result, to_start, to_end, sampled, between, to_zero, covered, threshold
    if n < 2 or t[n - 1] == t[0]:
        return 0
    result = v[n - 1] - v[0]
    if counter:
        for i in range(1, n):
            if v[i] < v[i - 1]:
                result += v[i - 1]
    to_start = (t[0] - start) / MICRO
    to_end = (end - t[n - 1]) / MICRO
    sampled = (t[n - 1] - t[0]) / MICRO
    between = sampled / (n - 1)
    if counter and result > 0 and v[0] >= 0:
        # A counter is not thought to have been below zero before its first sample.
        to_zero = sampled * (v[0] / result)
        if to_zero < to_start:
            to_start = to_zero
    threshold = between * 1.1
    covered = sampled
    covered += to_start if to_start < threshold else between / 2
    covered += to_end if to_end < threshold else between / 2
    out[0] = result * (covered / sampled)
    return 1


cdef int _increase(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    return _extrapolated(t, v, n, start, end, out, True)


cdef int _delta(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    return _extrapolated(t, v, n, start, end, out, False)


cdef int _rate(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    if not _extrapolated(t, v, n, start, end, out, True):
        return 0
    out[0] /= (end - start) / MICRO
    return 1


cdef int _irate(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    if n < 2 or t[n - 1] == t[n - 2]:
        return 0
    out[0] = v[n - 1] if v[n - 1] < v[n - 2] else v[n - 1] - v[n - 2]
    out[0] /= (t[n - 1] - t[n - 2]) / MICRO
    return 1


cdef int _idelta(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    if n < 2 or t[n - 1] == t[n - 2]:
        return 0
    out[0] = v[n - 1] - v[n - 2]
    return 1


cdef int _changes(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef Py_ssize_t i, count = 0
    for i in range(1, n):
        if v[i] != v[i - 1] and not (isnan(v[i]) and isnan(v[i - 1])):
            count += 1
    out[0] = count
    return 1


cdef int _resets(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef Py_ssize_t i, count = 0
    for i in range(1, n):
        if v[i] < v[i - 1]:
            count += 1
    out[0] = count
    return 1


cdef int _sum(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef Py_ssize_t i
    cdef double total = 0.0, rest = 0.0
    for i in range(n):
        kahan(v[i], &total, &rest)
    out[0] = total if isinf(total) else total + rest
    return 1


cdef int _avg(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef Py_ssize_t i
    cdef double mean = 0.0, rest = 0.0
    for i in range(n):
        if isinf(mean):
            if isinf(v[i]) and (mean > 0) == (v[i] > 0):
                continue
            if not isinf(v[i]) and not isnan(v[i]):
                continue
        kahan(v[i] / (i + 1) - mean / (i + 1), &mean, &rest)
    out[0] = mean if isinf(mean) else mean + rest
    return 1


cdef int _min(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef Py_ssize_t i
    cdef double best = v[0]
    for i in range(1, n):
        if v[i] < best or isnan(best):
            best = v[i]
    out[0] = best
    return 1


cdef int _max(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef Py_ssize_t i
    cdef double best = v[0]
    for i in range(1, n):
        if v[i] > best or isnan(best):
            best = v[i]
    out[0] = best
    return 1


cdef int _count(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    out[0] = n
    return 1


cdef int _last(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    out[0] = v[n - 1]
    return 1


cdef int _present(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    out[0] = 1.0
    return 1


cdef int _stdvar(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef Py_ssize_t i
    cdef double mean = 0.0, mean_rest = 0.0, total = 0.0, rest = 0.0, off
    for i in range(n):
        off = v[i] - (mean + mean_rest)
        kahan(off / (i + 1), &mean, &mean_rest)
        kahan(off * (v[i] - (mean + mean_rest)), &total, &rest)
    out[0] = (total + rest) / n
    return 1


cdef int _stddev(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    _stdvar(t, v, n, start, end, at, a, b, out)
    out[0] = sqrt(out[0])
    return 1


cdef int _ascending(const void* left, const void* right) noexcept nogil:
    """NaN comes first."""
    cdef double x = (<const double*> left)[0], y = (<const double*> right)[0]
    if isnan(x):
        return 0 if isnan(y) else -1
    if isnan(y):
        return 1
    return (x > y) - (x < y)


cdef int _quantile(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef Py_ssize_t i, low, high
    cdef double rank, weight
    cdef double* ordered
    if isnan(a):
        out[0] = NAN
    elif a < 0:
        out[0] = -INFINITY
    elif a > 1:
        out[0] = INFINITY
    else:
        ordered = <double*> malloc(n * sizeof(double))
        if ordered == NULL:
            return 0
        for i in range(n):
            ordered[i] = v[i]
        qsort(ordered, n, sizeof(double), _ascending)
        rank = a * (n - 1)
        low = <Py_ssize_t> floor(rank)
        high = low + 1 if low + 1 < n else n - 1
        weight = rank - floor(rank)
        out[0] = ordered[low] * (1 - weight) + ordered[high] * weight
        free(ordered)
    return 1


cdef int _line(const int64_t* t, const double* v, Py_ssize_t n, int64_t origin, double* slope, double* intercept) noexcept nogil:
    """The line of least squares; `intercept` is its value at `origin`."""
    cdef Py_ssize_t i
    cdef double x, sx = 0, cx = 0, sy = 0, cy = 0, sxy = 0, cxy = 0, sxx = 0, cxx = 0, covariance, variance
    cdef bint constant = True
    for i in range(n):
        if v[i] != v[0]:
            constant = False
        x = (t[i] - origin) / MICRO
        kahan(x, &sx, &cx)
        kahan(v[i], &sy, &cy)
        kahan(x * v[i], &sxy, &cxy)
        kahan(x * x, &sxx, &cxx)
    if constant:
        slope[0] = NAN if isinf(v[0]) else 0.0
        intercept[0] = NAN if isinf(v[0]) else v[0]
        return 1
    sx += cx
    sy += cy
    covariance = sxy + cxy - sx * sy / n
    variance = sxx + cxx - sx * sx / n
    slope[0] = covariance / variance
    intercept[0] = sy / n - slope[0] * sx / n
    return 1


cdef int _deriv(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef double intercept = 0.0
    return 0 if n < 2 else _line(t, v, n, t[0], out, &intercept)


cdef int _predict(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    cdef double slope = 0.0, intercept = 0.0
    if n < 2:
        return 0
    _line(t, v, n, at, &slope, &intercept)
    out[0] = slope * a + intercept
    return 1


cdef int _smooth(const int64_t* t, const double* v, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out) noexcept nogil:
    """Double exponential smoothing: `a` for the level, `b` for the trend."""
    cdef Py_ssize_t i
    cdef double before = 0.0, level, trend, level_before
    if n < 2:
        return 0
    level = v[0]
    trend = v[1] - v[0]
    for i in range(1, n):
        if i > 1:
            trend = b * (level - before) + (1 - b) * trend
        level_before = level
        level = a * v[i] + (1 - a) * (level + trend)
        before = level_before
    out[0] = level
    return 1


cdef Fold _fold(str name) except NULL:
    if name == "rate": return _rate
    if name == "increase": return _increase
    if name == "delta": return _delta
    if name == "irate": return _irate
    if name == "idelta": return _idelta
    if name == "changes": return _changes
    if name == "resets": return _resets
    if name == "sum_over_time": return _sum
    if name == "avg_over_time": return _avg
    if name == "min_over_time": return _min
    if name == "max_over_time": return _max
    if name == "count_over_time": return _count
    if name == "last_over_time": return _last
    if name == "present_over_time": return _present
    if name == "stddev_over_time": return _stddev
    if name == "stdvar_over_time": return _stdvar
    if name == "quantile_over_time": return _quantile
    if name == "deriv": return _deriv
    if name == "predict_linear": return _predict
    if name == "holt_winters": return _smooth
    raise ValueError(f"name: there is no range function {name!r}")


def _numbers(str name, given, size):
    array = np.asarray(given, dtype=np.float64)
    if array.ndim > 1 or (array.ndim == 1 and array.size != size):
        raise ValueError(f"{name}: one number, or one a step, expected, got {array.shape}")
    return np.ascontiguousarray(np.broadcast_to(array, (size,)))


def over_windows(str name, times, values, bounds, ends, width, steps=None, a=0.0, b=0.0):
    """A range function over the windows `[end - width, end]` of many series: values (series by steps) and where there is one.

    `bounds[i]` to `bounds[i + 1]` are the samples of series i, ascending in time. `steps` are the times that the windows answer,
    the ends themselves unless given; only `predict_linear` looks at them. `a` and `b` are the function's own numbers, one or one a
    step: the quantile, the seconds ahead, the two factors. Raises ValueError naming the argument that does not do.
    """
    cdef Fold fold = _fold(name)
    t, v, borders = samples(times, values, bounds)
    e, s, (out, found) = grid(ends, steps, borders.size - 1)
    cdef const int64_t[::1] t_view = t
    cdef const double[::1] v_view = v
    cdef const int64_t[::1] border_view = borders
    cdef const int64_t[::1] e_view = e
    cdef const int64_t[::1] s_view = s
    cdef double[:, ::1] out_view = out
    cdef unsigned char[:, ::1] found_view = found
    cdef const double[::1] first = _numbers("a", a, e.size)
    cdef const double[::1] second = _numbers("b", b, e.size)
    cdef int64_t wide = width
    if wide <= 0:
        raise ValueError(f"width: must be more than zero, got {wide}")
    with nogil:
        sweep(fold, t_view, v_view, border_view, e_view, s_view, wide, first, second, out_view, found_view)
    return out, found
