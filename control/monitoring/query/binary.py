"""Operators between two expressions. Source of the semantics: Prometheus 2.42, `promql/engine.go`."""

from __future__ import annotations

import numpy as np

from control.monitoring.query.errors import QueryError
from control.monitoring.query.labels import nameless
from control.monitoring.query.lexer import COMPARISONS, SETS
from control.monitoring.query.limits import Budget
from control.monitoring.query.matching import joined, set_operation
from control.monitoring.query.operators import ARITHMETIC, CHANGING, COMPARE
from control.monitoring.query.syntax import Binary
from control.monitoring.query.vector import Floats, Scalar, Value, Vector, merged


def evaluate(node: Binary, left: Value, right: Value, budget: Budget) -> Value:
    """The value at every step. Raises QueryError where elements do not pair up."""
    with np.errstate(all="ignore"):
        match left, right:
            case Scalar(), Scalar():
                return Scalar(_numbers(node.op, left.values, right.values))
            case Vector(), Scalar():
                return _mixed(node, left, left.values, right.values[np.newaxis, :])
            case Scalar(), Vector():
                return _mixed(node, right, left.values[np.newaxis, :], right.values)
            case Vector(), Vector():
                if node.op in SETS:
                    return set_operation(node, left, right)
                return joined(node, left, right, budget)
            case _:
                raise QueryError("binary expression must contain only scalar and instant vector types")


def _numbers(op: str, left: Floats, right: Floats) -> Floats:
    if op in ARITHMETIC:
        return np.asarray(ARITHMETIC[op](left, right), dtype=np.float64)
    return np.asarray(COMPARE[op](left, right), dtype=np.float64)


def _mixed(node: Binary, vector: Vector, left: Floats, right: Floats) -> Vector:
    """A vector with a number; a comparison keeps the vector's elements, whichever side it stands on."""
    if node.op not in COMPARISONS:
        names = [nameless(name) for name in vector.labels] if node.op in CHANGING else vector.labels
        return merged(Vector(names, ARITHMETIC[node.op](left, right), vector.found))
    holds = COMPARE[node.op](left, right)
    if node.returns_bool:
        return merged(Vector([nameless(name) for name in vector.labels], holds.astype(np.float64), vector.found))
    return Vector(vector.labels, vector.values, vector.found & holds)
