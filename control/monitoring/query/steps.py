"""The moments at which an expression is evaluated, in microseconds since 1970."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from control.monitoring.query.errors import TooMuch
from control.monitoring.query.syntax import Pinned, Subquery

Times = NDArray[np.int64]
MILLI = 1000
DEFAULT_STEP = 60_000_000
"""The step of a subquery that names none: Prometheus's evaluation interval unless configured."""
_MOST = 10_000_000


class Steps(msgspec.Struct, frozen=True):
    """From `start` to `end`, both included, every `interval`."""

    start: int
    end: int
    interval: int

    @property
    def count(self) -> int:
        return max(0, (self.end - self.start) // self.interval + 1)

    @property
    def times(self) -> Times:
        return self.start + self.interval * np.arange(self.count, dtype=np.int64)


class Span(msgspec.Struct, frozen=True):
    """Start and end of the whole query: what `@ start()` and `@ end()` mean."""

    start: int
    end: int

    def pinned(self, node: Pinned) -> int | None:
        """The moment that a node is fixed to, None where it moves with the steps."""
        match node.at:
            case None:
                return None
            case "start":
                return self.start
            case "end":
                return self.end
            case moment:
                return int(moment) * MILLI


def reach(node: Pinned, steps: Steps, span: Span) -> tuple[int, int]:
    """The first and the last moment that a node looks at, its own width and the lookback left out."""
    offset = (node.offset or 0) * MILLI
    at = span.pinned(node)
    return (steps.start - offset, steps.end - offset) if at is None else (at - offset, at - offset)


def ends(node: Pinned, steps: Steps, span: Span) -> Times:
    """The moment that a node looks at, for each step."""
    first, last = reach(node, steps, span)
    if span.pinned(node) is not None:
        return np.full(steps.count, last, dtype=np.int64)
    return first + steps.interval * np.arange(steps.count, dtype=np.int64)


def inner(node: Subquery, steps: Steps, span: Span) -> Steps:
    """The steps of a subquery's own expression: multiples of its step. Raises TooMuch where there are too many."""
    first, last = reach(node, steps, span)
    interval = DEFAULT_STEP if node.step is None else node.step * MILLI
    first -= node.width * MILLI
    made = Steps(-(-first // interval) * interval, last, interval)
    if made.count > _MOST:
        raise TooMuch(f"a subquery would be evaluated {made.count} times, of {_MOST} allowed; give it a larger step")
    return made
