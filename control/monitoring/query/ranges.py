"""Functions over ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from hcc_kernels import over_windows
from numpy.typing import NDArray

from control.monitoring.query.errors import QueryError
from control.monitoring.query.functions import OVER_RANGE
from control.monitoring.query.labels import NAME, Labels, nameless, replaced
from control.monitoring.query.steps import Steps
from control.monitoring.query.store import Resolution
from control.monitoring.query.syntax import Call, Node, Range, Selector, bare
from control.monitoring.query.vector import Floats, Mask, Samples, Value, Vector, empty, merged

if TYPE_CHECKING:
    from control.monitoring.query.evaluate import Evaluation, Window

Numbers = Floats | float
_CHUNK = 64
"""Series between two looks at the clock."""


def windowed(
    work: Evaluation, name: str, window: Window, steps: Steps, samples: Samples, a: Numbers = 0.0, b: Numbers = 0.0
) -> tuple[Floats, NDArray[np.uint8]]:
    """A kernel over all windows of all series. Raises TooMuch, TooSlow."""
    rows = len(samples.labels)
    work.budget.matrix(rows, steps.count)
    apart = max(1, steps.interval)
    overlap = (
        min(steps.count, window.width // apart + 1) if steps.count > 1 and window.ends[0] != window.ends[-1] else steps.count
    )
    work.budget.windows(samples.times.size * overlap)
    values, found = np.zeros((rows, steps.count)), np.zeros((rows, steps.count), dtype=np.uint8)
    times = steps.times
    for first in range(0, rows, _CHUNK):
        work.budget.check()
        last = min(rows, first + _CHUNK)
        bounds = samples.bounds[first : last + 1]
        part = slice(bounds[0], bounds[-1])
        values[first:last], found[first:last] = over_windows(
            name, samples.times[part], samples.values[part], bounds - bounds[0], window.ends, window.width, times, a, b
        )
    return values, found


def _over_range(work: Evaluation, node: Call, steps: Steps, arg: Node, a: Numbers = 0.0, b: Numbers = 0.0) -> Vector:
    window = work.window(arg, steps)
    samples, name = window.samples, node.name
    rolled_up = samples.resolution > Resolution.RAW
    if rolled_up and name in {"count_over_time", "avg_over_time"}:
        name = "sum_over_time"
    values, found = windowed(work, name, window, steps, samples, a, b)
    if rolled_up and node.name == "avg_over_time" and window.counts is not None:
        many, _ = windowed(work, "sum_over_time", window, steps, window.counts)
        with np.errstate(all="ignore"):
            values = values / many
    names = samples.labels if node.name == "last_over_time" else [nameless(one) for one in samples.labels]
    return merged(Vector(names, values, found.astype(np.bool_)), strict=True)


def _plain(work: Evaluation, node: Call, steps: Steps) -> Value:
    return _over_range(work, node, steps, node.args[0])


def _quantile(work: Evaluation, node: Call, steps: Steps) -> Value:
    return _over_range(work, node, steps, node.args[1], work.scalar(node.args[0], steps).values)


def _predict(work: Evaluation, node: Call, steps: Steps) -> Value:
    return _over_range(work, node, steps, node.args[0], work.scalar(node.args[1], steps).values)


def _smooth(work: Evaluation, node: Call, steps: Steps) -> Value:
    level, trend = (work.scalar(arg, steps).values for arg in node.args[1:])
    for words, factors in (("smoothing", level), ("trend", trend)):
        wrong = factors[~((factors > 0) & (factors < 1))]
        short = "sf" if words == "smoothing" else "tf"
        if wrong.size and work.window(node.args[0], steps).samples.labels:
            raise QueryError(f"invalid {words} factor. Expected: 0 < {short} < 1, got: {wrong[0]:f}")
    return _over_range(work, node, steps, node.args[0], level, trend)


def absent_labels(node: Node) -> Labels:
    """What is known of a series that is not there: the labels that equal something."""
    node = bare(node)
    if isinstance(node, Range):
        node = node.selector
    found: Labels = ()
    if isinstance(node, Selector):
        seen: set[str] = set()
        for matcher in node.matchers:
            if matcher.name == NAME:
                continue
            if matcher.op == "=" and matcher.name not in seen:
                found = replaced(found, matcher.name, matcher.value)
                seen.add(matcher.name)
            else:
                found = replaced(found, matcher.name, "")
    return found


def absence(node: Node, found: Mask, steps: Steps) -> Vector:
    """One where nothing was found at a step."""
    absent = np.atleast_2d(~found.any(axis=0))
    return Vector([absent_labels(node)], absent.astype(np.float64), absent) if absent.any() else empty(steps.count)


def _absent(work: Evaluation, node: Call, steps: Steps) -> Value:
    window = work.window(node.args[0], steps)
    _, found = windowed(work, "present_over_time", window, steps, window.samples)
    return absence(node.args[0], found.astype(np.bool_), steps)


FUNCTIONS: dict[str, Callable[[Evaluation, Call, Steps], Value]] = {
    **dict.fromkeys(OVER_RANGE, _plain),
    "quantile_over_time": _quantile,
    "predict_linear": _predict,
    "holt_winters": _smooth,
    "absent_over_time": _absent,
}
