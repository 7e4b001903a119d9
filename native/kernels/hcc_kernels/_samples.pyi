from numpy import float64, int64, uint8
from numpy.typing import ArrayLike, NDArray

def latest(
    times: ArrayLike, values: ArrayLike, bounds: ArrayLike, ends: ArrayLike, lookback: int
) -> tuple[NDArray[float64], NDArray[uint8], NDArray[int64]]: ...
