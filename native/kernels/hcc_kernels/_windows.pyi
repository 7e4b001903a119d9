from numpy import float64, uint8
from numpy.typing import ArrayLike, NDArray

def over_windows(
    name: str,
    times: ArrayLike,
    values: ArrayLike,
    bounds: ArrayLike,
    ends: ArrayLike,
    width: int,
    steps: ArrayLike | None = None,
    a: ArrayLike = 0.0,
    b: ArrayLike = 0.0,
) -> tuple[NDArray[float64], NDArray[uint8]]: ...
