"""Answers of the query engine as the plots of pages take them: one row of times, and a row of values for each series."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from control.core.context import Context
from control.core.errors import FieldError, Unavailable, ValidationFailed
from control.monitoring.alerts import templates
from control.monitoring.query import service
from control.monitoring.query.engine import Answer
from control.monitoring.query.errors import QueryError, TooSlow
from control.monitoring.query.moments import MICRO
from control.web.language import N_
from control.web.tables import NOTHING

SPANS = {"3600": N_("1 hour"), "21600": N_("6 hours"), "86400": N_("1 day"), "604800": N_("7 days"), "2592000": N_("30 days")}
"""Seconds back from now, and their names."""
POINTS = 120
_MOST_SERIES = 20


class Plotted(msgspec.Struct, kw_only=True):
    """A plot: `data` is what the component takes, `left_out` is how many series it has no room for."""

    title: str
    unit: str
    data: dict[str, Any]
    left_out: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.data["series"]

    @property
    def latest(self) -> list[tuple[str, str, str]]:
        """Label, full name and last value of each series, for those who do not see the picture."""
        found = []
        for one in self.data["series"]:
            values = [value for value in one["values"] if value is not None]
            found.append((one["label"], one["name"], said(values[-1], self.unit) if values else NOTHING))
        return found


def said(value: float, unit: str) -> str:
    """A value in its unit, short."""
    match unit:
        case "percent":
            return templates.FILTERS["percent"](value)
        case "bytes":
            return templates.FILTERS["bytes"](value)
        case "bytes/s":
            return templates.FILTERS["bytes"](value) + "/s"
        case "seconds":
            return f"{value * 1000:.4g} ms" if abs(value) < 1 else f"{value:.4g} s"
        case "per_second":
            return f"{value:.4g}/s"
    return f"{value:.6g}"


def span_of(text: str | None) -> int:
    """How many seconds back a page looks; an hour unless it says one of those there are."""
    return int(text) if text in SPANS else 3600


async def plot(ctx: Context, title: str, expression: str, *, back: int, unit: str = "", legend: str = "") -> Plotted:
    """An expression over the last `back` seconds. Raises ValidationFailed for one that has no answer, Unavailable."""
    step = max(back // POINTS, 15) * MICRO
    end = time.time_ns() // 1000 // step * step
    start = end - back * MICRO // step * step
    try:
        answer = await service.over(ctx, expression, start, end, step)
    except TooSlow as error:
        raise Unavailable(error.message) from error
    except QueryError as error:
        raise ValidationFailed(FieldError("/query", error.message), N_("The query has no answer.")) from error
    return plotted(title, answer, start, end, step, unit=unit, legend=legend)


def plotted(title: str, answer: Answer, start: int, end: int, step: int, *, unit: str = "", legend: str = "") -> Plotted:
    """An answer over a time (microseconds), each series on the same grid; a gap is null."""
    grid = list(range(start, end + 1, step))
    place = {moment: number for number, moment in enumerate(grid)}
    series = []
    shown = answer.lines[:_MOST_SERIES]
    every = [dict(line.labels) for line in shown]
    short = [templates.fill(legend, labels, None) for labels in every] if legend else differences(every)
    for line, labels, label in zip(shown, every, short, strict=True):
        values: list[float | None] = [None] * len(grid)
        for moment, value in zip(line.times.tolist(), line.values.tolist(), strict=True):
            if moment in place and math.isfinite(value):
                values[place[moment]] = value
        series.append({"label": label or title, "name": _name(labels), "values": values})
    data = {"times": [moment // MICRO for moment in grid], "series": series, "unit": unit}
    return Plotted(title=title, unit=unit, data=data, left_out=max(0, len(answer.lines) - _MOST_SERIES))


def differences(every: Sequence[Mapping[str, str]]) -> list[str]:
    """What tells each series from the others: the values of the labels in which they differ, the metric first where that does.
    Empty for one that has nothing of its own."""
    keys = sorted({key for labels in every for key in labels}, key=lambda key: (key != "__name__", key))
    telling = [key for key in keys if len({labels.get(key, "") for labels in every}) > 1]
    found = [" · ".join(labels[key] for key in telling if labels.get(key)) for labels in every]
    if len(set(found)) == len(found):
        return found
    # Equal values of different labels: they are told apart by the labels' names.
    return [
        " · ".join(labels[key] if key == "__name__" else f"{key}={labels[key]}" for key in telling if labels.get(key))
        for labels in every
    ]


def _name(labels: dict[str, str]) -> str:
    inside = ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items()) if name != "__name__")
    return f"{labels.get('__name__', '')}{{{inside}}}" if inside else labels.get("__name__", "")
