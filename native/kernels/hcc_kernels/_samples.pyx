# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The sample that holds at each step: the newest one that is not older than the lookback, unless it says that the series ended."""

from hcc_kernels._columns import grid, samples
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy

import numpy as np

cdef uint64_t STALE = 0x7FF0000000000002


def latest(times, values, bounds, ends, lookback):
    """Values (series by steps), where there is one, and each one's own time; arguments as in `over_windows`.

    A sample with the bits 0x7ff0000000000002 marks the end of its series (Prometheus's staleness marker).
    """
    t, v, borders = samples(times, values, bounds)
    e, _steps, (out, found) = grid(ends, None, borders.size - 1)
    taken = np.zeros(out.shape, dtype=np.int64)
    cdef const int64_t[::1] t_view = t
    cdef const double[::1] v_view = v
    cdef const int64_t[::1] b_view = borders
    cdef const int64_t[::1] e_view = e
    cdef double[:, ::1] out_view = out
    cdef unsigned char[:, ::1] found_view = found
    cdef int64_t[:, ::1] taken_view = taken
    cdef int64_t back = lookback
    cdef Py_ssize_t row, column, next_one, last
    cdef uint64_t bits = 0
    with nogil:
        for row in range(b_view.shape[0] - 1):
            next_one = b_view[row]
            last = b_view[row + 1]
            for column in range(e_view.shape[0]):
                while next_one < last and t_view[next_one] <= e_view[column]:
                    next_one += 1
                if next_one > b_view[row] and t_view[next_one - 1] >= e_view[column] - back:
                    memcpy(&bits, &v_view[next_one - 1], sizeof(bits))
                    if bits != STALE:
                        out_view[row, column] = v_view[next_one - 1]
                        taken_view[row, column] = t_view[next_one - 1]
                        found_view[row, column] = 1
    return out, found, taken
