"""Quantiles of classic histograms, whose buckets are series with a label `le`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from hcc_kernels import histogram_quantile

from control.monitoring.query.labels import BUCKET, NAME, Labels, drop, get
from control.monitoring.query.steps import Steps
from control.monitoring.query.syntax import Call
from control.monitoring.query.values import parse_float
from control.monitoring.query.vector import Value, Vector, empty

if TYPE_CHECKING:
    from control.monitoring.query.evaluate import Evaluation


def _quantile(work: Evaluation, node: Call, steps: Steps) -> Value:
    quantiles = work.scalar(node.args[0], steps).values
    vector = work.vector(node.args[1], steps)
    groups: dict[Labels, list[tuple[float, int]]] = {}
    for row, name in enumerate(vector.labels):
        bound = parse_float(get(name, BUCKET))
        if bound is not None and bound == bound:  # noqa: PLR0124 - not NaN
            groups.setdefault(drop(name, (NAME, BUCKET)), []).append((bound, row))
    if not groups:
        return empty(steps.count)
    values, found = np.empty((len(groups), steps.count)), np.empty((len(groups), steps.count), dtype=np.bool_)
    for n, buckets in enumerate(groups.values()):
        work.budget.check()
        buckets.sort()
        rows = [row for _, row in buckets]
        has = vector.found[rows]
        values[n] = histogram_quantile(quantiles, [bound for bound, _ in buckets], vector.values[rows], has)
        found[n] = has.any(axis=0)
    return Vector(list(groups), values, found)


FUNCTIONS: dict[str, Callable[[Evaluation, Call, Steps], Value]] = {"histogram_quantile": _quantile}
