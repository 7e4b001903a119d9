"""How much counters rose between two moments, by nothing but what was pushed.

`increase` of PromQL estimates what happened before the first and after the last value, which makes two requests of one that came
just now; whoever counts requests wants those that there were.
"""

from __future__ import annotations

import numpy as np

from control.monitoring.query.store import Resolution, Series


def rise(series: Series, start: int) -> float:
    """How much a counter rose after `start` (microseconds), over resets. A value before it is where it begins."""
    times, values = series.times, series.values
    living = np.isfinite(values)
    times, values = times[living], values[living]
    if not values.size:
        return 0.0
    before = int(np.searchsorted(times, start, "right")) - 1
    if series.resolution > Resolution.RAW:
        # It is never reset, and its first value is a rise already.
        return float(values[-1] - (values[before] if before >= 0 else 0.0))
    values = values[max(before, 0) :]
    steps = np.diff(values)
    return float(np.where(steps < 0, values[1:], steps).sum())
