"""Aggregation over groups of series. Source of the semantics: Prometheus 2.42, `promql/engine.go`, aggregation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from control.monitoring.query.errors import QueryError
from control.monitoring.query.labels import NAME, Labels, drop, is_label, keep, quoted, replaced
from control.monitoring.query.limits import Budget
from control.monitoring.query.syntax import Aggregate
from control.monitoring.query.values import plain
from control.monitoring.query.vector import Floats, Mask, Scalar, Value, Vector, empty


class Grouped:
    """A vector's rows, those of a group beside each other."""

    def __init__(self, node: Aggregate, vector: Vector) -> None:
        groups: dict[Labels, int] = {}
        names = set(node.grouping)
        outside = {*names, NAME}
        of = [
            groups.setdefault(drop(name, outside) if node.without else keep(name, names), len(groups)) for name in vector.labels
        ]
        group = np.array(of, dtype=np.int64)
        self.order = np.argsort(group, kind="stable")
        self.names = list(groups)
        self.starts = np.searchsorted(group[self.order], np.arange(len(groups)))
        self.vector = vector.where(self.order)
        self.group = group[self.order]

    def rows(self, n: int) -> slice:
        """The rows of one group."""
        return slice(self.starts[n], self.starts[n + 1] if n + 1 < self.starts.size else None)

    def folded(self, with_what: np.ufunc, values: NDArray[np.generic]) -> Floats:
        """Each group's rows folded into one."""
        return np.asarray(with_what.reduceat(values, self.starts, axis=0), dtype=np.float64)


def evaluate(node: Aggregate, vector: Vector, param: Value | None, budget: Budget) -> Vector:
    """The aggregation at every step. Raises QueryError for a parameter that does not do."""
    if node.op == "count_values" and not (isinstance(param, str) and is_label(param)):
        raise QueryError(f"invalid label name {quoted(str(param))}")
    vector = vector.filled()
    if not vector.labels:
        return empty(vector.steps)
    budget.check()
    grouped = Grouped(node, vector)
    with np.errstate(all="ignore"):
        match node.op:
            case "topk" | "bottomk":
                return _first(grouped, _number(param), largest=node.op == "topk")
            case "quantile":
                return _quantile(grouped, _number(param))
            case "count_values":
                return _count_values(grouped, str(param), budget)
            case _:
                return _folded(node.op, grouped)


def _number(param: Value | None) -> Floats:
    if not isinstance(param, Scalar):
        raise QueryError("the aggregation's parameter is no number")
    return param.values


def _folded(op: str, grouped: Grouped) -> Vector:
    values, found = grouped.vector.values, grouped.vector.found
    counts = grouped.folded(np.add, found.astype(np.int64))
    match op:
        case "count":
            made = counts
        case "group":
            made = np.ones_like(counts)
        case "sum":
            made = grouped.folded(np.add, np.where(found, values, 0.0))
        case "avg":
            made = _mean(grouped, values, found, counts)
        case "min":
            made = grouped.folded(np.fmin, np.where(found, values, np.nan))
        case "max":
            made = grouped.folded(np.fmax, np.where(found, values, np.nan))
        case _:
            made = _variance(grouped, values, found, counts)
            if op == "stddev":
                made = np.sqrt(made)
    return Vector(grouped.names, made, counts > 0)


def _mean(grouped: Grouped, values: Floats, found: Mask, counts: Floats) -> Floats:
    mean = grouped.folded(np.add, np.where(found, values, 0.0)) / counts
    if np.isinf(mean).any():
        # Large values may add up past what a float holds, while their mean is still one.
        parts = np.where(found, values / counts[grouped.group], 0.0)
        mean = np.where(np.isinf(mean), grouped.folded(np.add, parts), mean)
    return mean


def _variance(grouped: Grouped, values: Floats, found: Mask, counts: Floats) -> Floats:
    mean = _mean(grouped, values, found, counts)
    off = np.where(found, values - mean[grouped.group], 0.0)
    return np.where(counts == 1, 0.0, grouped.folded(np.add, off * off) / counts)


def _first(grouped: Grouped, many: Floats, *, largest: bool) -> Vector:
    """The k largest or smallest of each group; NaN is taken last. At one moment they come in their order."""
    vector = grouped.vector
    outside = ~(np.abs(many) < 2**63)
    if outside.any():
        raise QueryError(f"Scalar value {plain(float(many[np.argmax(outside)]))} overflows int64")
    k = np.trunc(many)
    found = np.zeros_like(vector.found)
    order: list[int] = []
    for n in range(len(grouped.names)):
        rows = grouped.rows(n)
        has, values = vector.found[rows], vector.values[rows]
        # Three keys: what is there first, then what is a number, then by value; ties keep their order.
        places = np.lexsort((-values if largest else values, np.isnan(values), ~has), axis=0)
        ranks = np.empty_like(places)
        np.put_along_axis(ranks, places, np.arange(places.shape[0])[:, np.newaxis], axis=0)
        found[rows] = has & (ranks < k)
        order += (int(grouped.starts[n]) + places[:, 0]).tolist()
    chosen = Vector(vector.labels, vector.values, found)
    return chosen.where(order) if vector.steps == 1 else chosen


def _quantile(grouped: Grouped, quantile: Floats) -> Vector:
    vector = grouped.vector
    made = np.empty((len(grouped.names), vector.steps))
    counts = grouped.folded(np.add, vector.found.astype(np.int64))
    columns = np.arange(vector.steps)
    for n in range(len(grouped.names)):
        rows = grouped.rows(n)
        has, values = vector.found[rows], vector.values[rows]
        strange = (has & np.isnan(values)).sum(axis=0)
        ordered = np.sort(np.where(has, np.where(np.isnan(values), -np.inf, values), np.inf), axis=0)
        top = np.maximum(counts[n] - 1, 0)
        rank = np.where(np.isnan(quantile), 0, np.clip(quantile, 0, 1)) * top
        low = np.floor(rank)
        high = np.minimum(low + 1, top)
        weight = rank - low
        # NaN counts as smaller than everything, so the first places are theirs.
        below = np.where(low < strange, np.nan, ordered[low.astype(np.int64), columns])
        above = np.where(high < strange, np.nan, ordered[high.astype(np.int64), columns])
        made[n] = below * (1 - weight) + above * weight
    made = np.where(np.isnan(quantile), np.nan, np.where(quantile < 0, -np.inf, np.where(quantile > 1, np.inf, made)))
    return Vector(grouped.names, made, counts > 0)


def _count_values(grouped: Grouped, label: str, budget: Budget) -> Vector:
    vector = grouped.vector
    rows, steps = np.nonzero(vector.found)
    values, value = np.unique(vector.values[rows, steps].view(np.int64), return_inverse=True)
    pairs, pair = np.unique(grouped.group[rows] * values.size + value, return_inverse=True)
    budget.fetched(pairs.size, 0)
    budget.matrix(pairs.size, vector.steps)
    counts = np.zeros((pairs.size, vector.steps))
    np.add.at(counts, (pair, steps), 1.0)
    texts = [plain(v) for v in values.view(np.float64).tolist()]
    names = [replaced(grouped.names[p // values.size], label, texts[p % values.size]) for p in pairs.tolist()]
    made = Vector(names, counts, counts > 0)
    if len(set(names)) == len(names):
        return made
    return _added_up(made)


def _added_up(vector: Vector) -> Vector:
    """Rows of equal labels as one: the label of the values may be one of the grouping, and NaN has many forms."""
    first: dict[Labels, int] = {}
    into = np.array([first.setdefault(name, len(first)) for name in vector.labels])
    values = np.zeros((len(first), vector.steps))
    np.add.at(values, into, vector.values)
    return Vector(list(first), values, values > 0)
