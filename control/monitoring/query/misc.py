"""The other functions: between scalars and vectors, times, absence, order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from control.monitoring.query.elements import mapped
from control.monitoring.query.labels import NONE
from control.monitoring.query.ranges import absence
from control.monitoring.query.steps import Steps
from control.monitoring.query.syntax import Call, Selector, bare
from control.monitoring.query.vector import Scalar, Value, Vector

if TYPE_CHECKING:
    from control.monitoring.query.evaluate import Evaluation


def _absent(work: Evaluation, node: Call, steps: Steps) -> Value:
    return absence(node.args[0], work.vector(node.args[0], steps).found, steps)


def _pi(work: Evaluation, node: Call, steps: Steps) -> Value:
    del work, node
    return Scalar(np.full(steps.count, np.pi))


def _time(work: Evaluation, node: Call, steps: Steps) -> Value:
    del work, node
    return Scalar(steps.times / 1e6)


def _vector(work: Evaluation, node: Call, steps: Steps) -> Value:
    values = work.scalar(node.args[0], steps).values
    return Vector([NONE], values[np.newaxis, :], np.ones((1, steps.count), dtype=np.bool_))


def _scalar(work: Evaluation, node: Call, steps: Steps) -> Value:
    vector = work.vector(node.args[0], steps)
    alone = np.count_nonzero(vector.found, axis=0) == 1
    return Scalar(np.where(alone, np.where(vector.found, vector.values, 0.0).sum(axis=0), np.nan))


def _timestamp(work: Evaluation, node: Call, steps: Steps) -> Value:
    inner = bare(node.args[0])
    if isinstance(inner, Selector):
        vector, taken = work.selector(inner, steps)
        return mapped(vector, taken / 1e6)
    vector = work.vector(inner, steps)
    return mapped(vector, np.broadcast_to(steps.times / 1e6, vector.values.shape))


def _sort(work: Evaluation, node: Call, steps: Steps) -> Value:
    """Of one moment only: over a range the order is that of the labels. NaN comes last either way."""
    vector = work.vector(node.args[0], steps)
    if steps.count != 1:
        return vector
    vector = vector.filled()
    values = vector.values[:, 0]
    return vector.where(np.lexsort((values if node.name == "sort" else -values, np.isnan(values))))


FUNCTIONS: dict[str, Callable[[Evaluation, Call, Steps], Value]] = {
    "absent": _absent,
    "pi": _pi,
    "time": _time,
    "vector": _vector,
    "scalar": _scalar,
    "timestamp": _timestamp,
    "sort": _sort,
    "sort_desc": _sort,
}
