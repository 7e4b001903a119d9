"""An expression of PromQL as a tree. Durations are whole milliseconds, `pos` and `end` are offsets into the text."""

from __future__ import annotations

from typing import Literal

import msgspec

from control.monitoring.query.matchers import Matcher

Type = Literal["scalar", "vector", "matrix", "string"]
Cardinality = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]
WORDS = {"scalar": "scalar", "vector": "instant vector", "matrix": "range vector", "string": "string"}
"""The types as Prometheus's messages name them."""


class Node(msgspec.Struct, kw_only=True):
    """Any part of an expression."""

    pos: int = 0
    end: int = 0


class Number(Node, kw_only=True):
    """A number."""

    value: float


class Text(Node, kw_only=True):
    """A string."""

    value: str


class Paren(Node, kw_only=True):
    """An expression in parentheses."""

    expr: Node


class Pinned(Node, kw_only=True):
    """What can be moved in time: by an offset, and by `@` to a fixed moment (milliseconds), or the query's start or end."""

    offset: int | None = None
    at: int | Literal["start", "end"] | None = None


class Selector(Pinned, kw_only=True):
    """The newest sample of each series that the matchers choose. `name` is the metric's where it stands before the braces."""

    name: str | None = None
    matchers: list[Matcher]


class Range(Node, kw_only=True):
    """The samples of a selector over a time."""

    selector: Selector
    width: int


class Subquery(Pinned, kw_only=True):
    """An expression evaluated over a time, every `step`."""

    expr: Node
    width: int
    step: int | None = None


class Call(Node, kw_only=True):
    """A function with its arguments."""

    name: str
    args: list[Node]


class Aggregate(Node, kw_only=True):
    """An aggregation by some labels, or by all but some."""

    op: str
    expr: Node
    param: Node | None = None
    grouping: list[str] = []
    without: bool = False


class Matching(msgspec.Struct, kw_only=True):
    """Which elements of two vectors belong together."""

    card: Cardinality = "one-to-one"
    on: bool = False
    labels: list[str] = []
    include: list[str] = []
    given: bool = False


class Binary(Node, kw_only=True):
    """Two expressions with an operator between them."""

    op: str
    lhs: Node
    rhs: Node
    returns_bool: bool = False
    matching: Matching


class Unary(Node, kw_only=True):
    """A sign before an expression."""

    op: str
    expr: Node


def bare(node: Node) -> Node:
    """The expression without the parentheses around it."""
    while isinstance(node, Paren):
        node = node.expr
    return node
