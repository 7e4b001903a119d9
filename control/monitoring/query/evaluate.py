"""An expression's value at every step. Source of the semantics: Prometheus 2.42, `promql/engine.go`."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from hcc_kernels import latest

from control.monitoring.query import aggregate, binary, calendar, elements, histogram, misc, ranges, relabel
from control.monitoring.query.check import type_of
from control.monitoring.query.errors import QueryError
from control.monitoring.query.labels import nameless
from control.monitoring.query.limits import LOOKBACK, Budget
from control.monitoring.query.plan import Read
from control.monitoring.query.steps import MILLI, Span, Steps, Times, ends, inner
from control.monitoring.query.store import Resolution
from control.monitoring.query.syntax import (
    Aggregate,
    Binary,
    Call,
    Node,
    Number,
    Paren,
    Range,
    Selector,
    Subquery,
    Text,
    Unary,
    bare,
)  # fmt: skip
from control.monitoring.query.vector import Samples, Scalar, Value, Vector, merged, samples_in


class Data(msgspec.Struct):
    """What was read for a selector; `counts` beside sums, where a roll-up was read for an average."""

    read: Read
    samples: Samples
    counts: Samples | None = None


class Window(msgspec.Struct):
    """The samples that a function looks at, and where its windows end."""

    samples: Samples
    ends: Times
    width: int
    counts: Samples | None = None


class Evaluation:
    """One query at work. `data` is by the identity of the selectors' nodes."""

    def __init__(self, data: dict[int, Data], span: Span, budget: Budget) -> None:
        self.data = data
        self.span = span
        self.budget = budget

    def value(self, node: Node, steps: Steps) -> Value:
        """The value of any expression but a range. Raises QueryError."""
        self.budget.check()
        match node:
            case Number():
                return Scalar(np.full(steps.count, node.value))
            case Text():
                return node.value
            case Paren():
                return self.value(node.expr, steps)
            case Selector():
                return self.selector(node, steps)[0]
            case Unary():
                return self.unary(node, steps)
            case Aggregate():
                param = None if node.param is None else self.value(node.param, steps)
                return aggregate.evaluate(node, self.vector(node.expr, steps), param, self.budget)
            case Binary():
                return binary.evaluate(node, self.value(node.lhs, steps), self.value(node.rhs, steps), self.budget)
            case Call():
                return self.call(node, steps)
            case _:
                raise QueryError(f"an expression of type {type_of(node)} has no single value at a moment")

    def vector(self, node: Node, steps: Steps) -> Vector:
        """The value of an expression that the check said is a vector."""
        found = self.value(node, steps)
        if not isinstance(found, Vector):
            raise QueryError("an instant vector was expected")
        return found

    def scalar(self, node: Node, steps: Steps) -> Scalar:
        """The value of an expression that the check said is a scalar."""
        found = self.value(node, steps)
        if not isinstance(found, Scalar):
            raise QueryError("a scalar was expected")
        return found

    def text(self, node: Node) -> str:
        """The value of a string, parentheses or not."""
        node = bare(node)
        if not isinstance(node, Text):
            raise QueryError("a string was expected")
        return node.value

    def selector(self, node: Selector, steps: Steps) -> tuple[Vector, Times]:
        """The newest sample of each series at each step, and its own time."""
        samples = self.data[id(node)].samples
        self.budget.matrix(len(samples.labels), steps.count)
        at = ends(node, steps, self.span)
        pinned = self.span.pinned(node) is not None
        lookback = max(LOOKBACK, samples.resolution.micro)
        values, found, taken = latest(samples.times, samples.values, samples.bounds, at[:1] if pinned else at, lookback)
        if pinned:
            values, found = np.repeat(values, steps.count, axis=1), np.repeat(found, steps.count, axis=1)
            taken = np.repeat(taken, steps.count, axis=1)
        return Vector(samples.labels, values, found.astype(np.bool_, copy=False)), taken

    def window(self, node: Node, steps: Steps) -> Window:
        """What a function over a range looks at."""
        node = bare(node)
        if isinstance(node, Range):
            data = self.data[id(node.selector)]
            width = node.width * MILLI
            if data.samples.resolution > Resolution.RAW and data.read.column != "increase":
                width -= 1  # a bucket that ends where the window begins is none of its own
            counts = None if data.counts is None else data.counts.living()
            return Window(data.samples.living(), ends(node.selector, steps, self.span), width, counts)
        if isinstance(node, Subquery):
            within = inner(node, steps, self.span)
            samples = samples_in(self.vector(node.expr, within), within.times)
            return Window(samples, ends(node, steps, self.span), node.width * MILLI)
        raise QueryError("a range vector was expected")

    def unary(self, node: Unary, steps: Steps) -> Value:
        found = self.value(node.expr, steps)
        if node.op == "+":
            return found
        if isinstance(found, Scalar):
            return Scalar(-found.values)
        if not isinstance(found, Vector):
            raise QueryError("a sign stands before neither a scalar nor a vector")
        return merged(Vector([nameless(name) for name in found.labels], -found.values, found.found), strict=True)

    def call(self, node: Call, steps: Steps) -> Value:
        return _CALLS[node.name](self, node, steps)


_CALLS: dict[str, Callable[[Evaluation, Call, Steps], Value]] = {
    **ranges.FUNCTIONS,
    **elements.FUNCTIONS,
    **calendar.FUNCTIONS,
    **relabel.FUNCTIONS,
    **histogram.FUNCTIONS,
    **misc.FUNCTIONS,
}
