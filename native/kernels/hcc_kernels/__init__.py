"""Numeric loops over NumPy arrays that are too slow in Python: downsampling of time series."""

from hcc_kernels._lttb import lttb, lttb_indices

__all__ = ["lttb", "lttb_indices"]
