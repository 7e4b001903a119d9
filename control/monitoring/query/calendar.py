"""Parts of dates, in UTC, of values that are seconds since 1970."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from control.monitoring.query.elements import mapped
from control.monitoring.query.labels import NONE
from control.monitoring.query.steps import Steps
from control.monitoring.query.syntax import Call
from control.monitoring.query.vector import Floats, Value, Vector

if TYPE_CHECKING:
    from control.monitoring.query.evaluate import Evaluation

_LATEST = 1e11
"""Seconds: some three thousand years, past which the parts of a date mean nothing."""


def _part(name: str, seconds: Floats) -> Floats:
    known = np.isfinite(seconds) & (np.abs(seconds) < _LATEST)
    moment = np.trunc(np.where(known, seconds, 0.0)).astype("datetime64[s]")
    day, month, year = (moment.astype(f"datetime64[{unit}]") for unit in "DMY")

    def since(later: Any, earlier: Any, unit: Literal["M", "D", "h", "m"]) -> Any:
        return (later - earlier.astype(later.dtype)) // np.timedelta64(1, unit)

    match name:
        case "day_of_month":
            found = since(day, month, "D") + 1
        case "day_of_week":
            found = (day.astype(np.int64) + 4) % 7
        case "day_of_year":
            found = since(day, year, "D") + 1
        case "days_in_month":
            found = since((month + 1).astype("datetime64[D]"), month, "D")
        case "hour":
            found = since(moment, day, "h")
        case "minute":
            found = since(moment, moment.astype("datetime64[h]"), "m")
        case "month":
            found = since(month, year, "M") + 1
        case _:
            found = year.astype(np.int64) + 1970
    return np.where(known, np.asarray(found, dtype=np.float64), np.nan)


def _calendar(work: Evaluation, node: Call, steps: Steps) -> Value:
    if node.args:
        vector = work.vector(node.args[0], steps)
    else:
        vector = Vector([NONE], steps.times[np.newaxis, :] / 1e6, np.ones((1, steps.count), dtype=np.bool_))
    return mapped(vector, _part(node.name, vector.values))


FUNCTIONS: dict[str, Callable[[Evaluation, Call, Steps], Value]] = dict.fromkeys(
    ("day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year"), _calendar
)
