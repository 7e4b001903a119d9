"""Numeric kernels over NumPy buffers: downsampling, range functions, quantiles, anomaly scores."""

from hcc_kernels._anomaly import robust_scores, seasonal_scores
from hcc_kernels._lttb import lttb, lttb_indices
from hcc_kernels._quantiles import histogram_quantile
from hcc_kernels._samples import latest
from hcc_kernels._windows import over_windows

__all__ = ["histogram_quantile", "latest", "lttb", "lttb_indices", "over_windows", "robust_scores", "seasonal_scores"]
