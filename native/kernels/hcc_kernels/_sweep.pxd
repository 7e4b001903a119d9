# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Moving a window over the samples of many series: what the range functions share."""

from libc.math cimport isinf
from libc.stdint cimport int64_t

# What one window gives. `at` is the time of the step, `start` and `end` bound the window, both inclusive; times in microseconds.
# Returns 0 where the window has no answer.
ctypedef int (*Fold)(
    const int64_t* times, const double* values, Py_ssize_t n, int64_t start, int64_t end, int64_t at, double a, double b, double* out
) noexcept nogil


cdef inline void kahan(double value, double* total, double* rest) noexcept nogil:
    """Neumaier's compensated addition, which keeps what a plain sum would lose."""
    cdef double t = total[0] + value
    if isinf(t):
        rest[0] = 0.0
    elif (total[0] if total[0] >= 0 else -total[0]) >= (value if value >= 0 else -value):
        rest[0] += (total[0] - t) + value
    else:
        rest[0] += (value - t) + total[0]
    total[0] = t


cdef inline void sweep(
    Fold fold,
    const int64_t[::1] times,
    const double[::1] values,
    const int64_t[::1] bounds,
    const int64_t[::1] ends,
    const int64_t[::1] steps,
    int64_t width,
    const double[::1] a,
    const double[::1] b,
    double[:, ::1] out,
    unsigned char[:, ::1] found,
) noexcept nogil:
    """Every window of every series. `bounds[i]` to `bounds[i + 1]` are the samples of series i; `ends` ascend."""
    cdef Py_ssize_t row, column, low, high, last
    for row in range(bounds.shape[0] - 1):
        low = high = bounds[row]
        last = bounds[row + 1]
        for column in range(ends.shape[0]):
            while high < last and times[high] <= ends[column]:
                high += 1
            while low < high and times[low] < ends[column] - width:
                low += 1
            if high > low:
                found[row, column] = fold(
                    &times[low], &values[low], high - low, ends[column] - width, ends[column], steps[column], a[column], b[column], &out[row, column]
                )
