"""What an expression says about data: which part shows values where the condition does not hold, and how far back it looks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from control.monitoring.query.check import type_of
from control.monitoring.query.errors import BadExpression
from control.monitoring.query.limits import LOOKBACK
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.parser import parse
from control.monitoring.query.plan import reads
from control.monitoring.query.steps import Span, Steps
from control.monitoring.query.syntax import Aggregate, Binary, Call, Node, Paren, Range, Subquery, Unary, bare

_COMPARISONS = frozenset(("==", "!=", ">", "<", ">=", "<="))
_SETS = frozenset(("and", "or", "unless"))
_ABSENT = frozenset(("absent", "absent_over_time"))


class Reading(msgspec.Struct, frozen=True):
    """`data` is the side of a comparison that has a value for every series there is; None where no side shows that."""

    text: str
    data: str | None


class Look(msgspec.Struct, frozen=True):
    """One selector and the time it looks at, in microseconds. `instant` says that it takes the newest value."""

    matchers: tuple[Matcher, ...]
    start: int
    end: int
    instant: bool


def read(text: str) -> Reading:
    """Look through an expression. Raises QueryError when it is none, or has no vector as its value."""
    tree = parse(text)
    if type_of(tree) != "vector":
        raise BadExpression("the expression must give an instant vector: one value a series")
    top = bare(tree)
    data = None
    if isinstance(top, Binary) and top.op in _COMPARISONS and not top.returns_bool:
        for side, other in ((top.lhs, top.rhs), (top.rhs, top.lhs)):
            if type_of(side) == "vector" and type_of(other) == "scalar" and not any(map(_leaves_out, _all(side))):
                data = text[side.pos : side.end]
    return Reading(text, data)


def looks(text: str, at: int) -> list[Look]:
    """Every selector of an expression that is evaluated at that moment. Raises QueryError."""
    steps = Steps(at, at, 1)
    return [
        Look(one.matchers, one.start if one.window else one.start + LOOKBACK, one.end, not one.window)
        for one in reads(parse(text), steps, Span(at, at)).values()
    ]


def _leaves_out(node: Node) -> bool:
    """Whether a part of an expression gives no value though there are samples."""
    match node:
        case Binary():
            return node.op in _SETS or (node.op in _COMPARISONS and not node.returns_bool)
        case Call():
            return node.name in _ABSENT
        case _:
            return False


def _all(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Binary():
            yield from _all(node.lhs)
            yield from _all(node.rhs)
        case Paren() | Unary() | Subquery() | Aggregate():
            yield from _all(node.expr)
        case Call():
            for arg in node.args:
                yield from _all(arg)
        case Range():
            yield from _all(node.selector)
        case _:
            pass
