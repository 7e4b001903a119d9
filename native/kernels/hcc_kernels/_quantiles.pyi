from numpy import float64
from numpy.typing import ArrayLike, NDArray

def histogram_quantile(quantiles: ArrayLike, bounds: ArrayLike, counts: ArrayLike, found: ArrayLike) -> NDArray[float64]: ...
