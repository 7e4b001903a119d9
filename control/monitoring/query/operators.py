"""What the operators do with two columns of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": np.power,
    "atan2": np.arctan2,
}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
CHANGING = ARITHMETIC.keys() - {"atan2"}
"""Operators after which the metric's name says nothing any more; Prometheus 2.42 keeps it after `atan2`."""
