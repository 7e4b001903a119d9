"""What an expression reads: each selector with the time and the figures it needs, found before anything is evaluated."""

from __future__ import annotations

import msgspec

from control.monitoring.query.limits import LOOKBACK
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.steps import MILLI, Span, Steps, inner, reach
from control.monitoring.query.store import Column
from control.monitoring.query.syntax import Aggregate, Binary, Call, Node, Paren, Range, Selector, Subquery, Unary, bare

COLUMNS: dict[str, Column] = {
    "rate": "increase",
    "increase": "increase",
    "irate": "increase",
    "avg_over_time": "sum",
    "sum_over_time": "sum",
    "count_over_time": "count",
    "present_over_time": "count",
    "absent_over_time": "count",
    "min_over_time": "min",
    "max_over_time": "max",
    "last_over_time": "last",
}
"""Functions that a roll-up answers, and its figure for each; all others look at the samples themselves."""


class Read(msgspec.Struct, frozen=True):
    """What one selector needs, in microseconds. `exact` says that only the samples themselves will do."""

    matchers: tuple[Matcher, ...]
    start: int
    end: int
    step: int
    window: int
    column: Column
    exact: bool


def reads(tree: Node, steps: Steps, span: Span) -> dict[int, Read]:
    """By the identity of the selector's node."""
    found: dict[int, Read] = {}
    _walk(tree, steps, span, None, found)
    return found


def _walk(node: Node, steps: Steps, span: Span, function: str | None, found: dict[int, Read]) -> None:
    match node:
        case Selector():
            first, last = reach(node, steps, span)
            # A roll-up's samples stand at whole buckets: how far back is looked for one depends on the table and is the store's.
            step = steps.interval if steps.count > 1 else 0
            exact = function == "timestamp"
            found[id(node)] = Read(tuple(node.matchers), first - LOOKBACK, last, step, 0, "last", exact)
        case Range():
            first, last = reach(node.selector, steps, span)
            width, step = node.width * MILLI, steps.interval if steps.count > 1 else 0
            column = COLUMNS.get(function or "")
            read = Read(tuple(node.selector.matchers), first - width, last, step, width, column or "last", column is None)
            found[id(node.selector)] = read
        case Subquery():
            _walk(node.expr, inner(node, steps, span), span, None, found)
        case Call():
            for arg in node.args:
                _walk(bare(arg), steps, span, node.name, found)
        case Aggregate():
            if node.param is not None:
                _walk(node.param, steps, span, None, found)
            _walk(node.expr, steps, span, None, found)
        case Binary():
            _walk(node.lhs, steps, span, None, found)
            _walk(node.rhs, steps, span, None, found)
        case Paren() | Unary():
            _walk(node.expr, steps, span, function, found)
        case _:
            pass
