"""Functions of one value each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from control.monitoring.query.labels import nameless
from control.monitoring.query.steps import Steps
from control.monitoring.query.syntax import Call
from control.monitoring.query.vector import Floats, Value, Vector, merged

if TYPE_CHECKING:
    from control.monitoring.query.evaluate import Evaluation


def _sign(values: Floats) -> Floats:
    return np.where(values < 0, -1.0, np.where(values > 0, 1.0, values))


_PLAIN: dict[str, Callable[[Floats], Floats]] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "floor": np.floor,
    "exp": np.exp,
    "ln": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "sgn": _sign,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "cos": np.cos,
    "cosh": np.cosh,
    "sin": np.sin,
    "sinh": np.sinh,
    "tan": np.tan,
    "tanh": np.tanh,
    "deg": lambda v: v * 180 / np.pi,
    "rad": lambda v: v * np.pi / 180,
}


def mapped(vector: Vector, values: Floats) -> Vector:
    """Other values for the same series; the metric's name says nothing about them any more."""
    return merged(Vector([nameless(name) for name in vector.labels], values, vector.found))


def _plain(work: Evaluation, node: Call, steps: Steps) -> Value:
    vector = work.vector(node.args[0], steps)
    with np.errstate(all="ignore"):
        return mapped(vector, _PLAIN[node.name](vector.values))


def _round(work: Evaluation, node: Call, steps: Steps) -> Value:
    vector = work.vector(node.args[0], steps)
    nearest = work.scalar(node.args[1], steps).values if len(node.args) > 1 else np.ones(steps.count)
    with np.errstate(all="ignore"):
        inverse = 1.0 / nearest
        return mapped(vector, np.floor(vector.values * inverse + 0.5) / inverse)


def _clamp(work: Evaluation, node: Call, steps: Steps) -> Value:
    vector = work.vector(node.args[0], steps)
    bounds = [work.scalar(arg, steps).values for arg in node.args[1:]]
    low = None if node.name == "clamp_max" else bounds[0]
    high = None if node.name == "clamp_min" else bounds[-1]
    values = vector.values
    # As in Go the smallest of all is the smaller even beside NaN, and the largest of all the larger.
    with np.errstate(all="ignore"):
        if high is not None:
            values = np.where(np.isneginf(values) | np.isneginf(high), -np.inf, np.minimum(values, high))
        if low is not None:
            values = np.where(np.isposinf(values) | np.isposinf(low), np.inf, np.maximum(values, low))
    if low is not None and high is not None:
        # Where the bounds are crossed nothing lies between them.
        vector = Vector(vector.labels, values, vector.found & ~(high < low))
    return mapped(vector, values)


FUNCTIONS: dict[str, Callable[[Evaluation, Call, Steps], Value]] = {
    **dict.fromkeys(_PLAIN, _plain),
    "round": _round,
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": _clamp,
}
