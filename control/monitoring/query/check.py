"""Whether the types of an expression fit together. Source: Prometheus 2.42, `promql/parser/parse.go`, checkAST."""

from __future__ import annotations

from typing import NoReturn

from control.monitoring.query.errors import ParseError
from control.monitoring.query.functions import FUNCTIONS
from control.monitoring.query.labels import NAME, quoted
from control.monitoring.query.lexer import COMPARISONS, SETS
from control.monitoring.query.syntax import (
    WORDS,
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
    Type,
    Unary,
)  # fmt: skip

_NUMERIC = {"scalar", "vector"}


def check(text: str, node: Node) -> Type:
    """The type of an expression. Raises ParseError at the first thing that does not fit."""
    return _Check(text).of(node)


def type_of(node: Node) -> Type:
    """The type of an expression that was checked."""
    match node:
        case Number():
            return "scalar"
        case Text():
            return "string"
        case Paren() | Unary():
            return type_of(node.expr)
        case Range() | Subquery():
            return "matrix"
        case Call():
            return FUNCTIONS[node.name].gives
        case Binary():
            return "scalar" if type_of(node.lhs) == type_of(node.rhs) == "scalar" else "vector"
        case _:
            return "vector"


class _Check:
    def __init__(self, text: str) -> None:
        self.text = text

    def fail(self, at: int, words: str) -> NoReturn:
        raise ParseError(self.text, at, words)

    def expect(self, node: Node, wanted: Type, where: str) -> None:
        found = self.of(node)
        if found != wanted:
            self.fail(node.pos, f"expected type {WORDS[wanted]} in {where}, got {WORDS[found]}")

    def of(self, node: Node) -> Type:
        match node:
            case Paren():
                return self.of(node.expr)
            case Unary():
                found = self.of(node.expr)
                if found not in _NUMERIC:
                    words = "unary expression only allowed on expressions of type scalar or instant vector, got"
                    self.fail(node.pos, f"{words} {quoted(WORDS[found])}")
                return found
            case Selector():
                self.selector(node)
            case Range():
                self.selector(node.selector)
            case Subquery():
                found = self.of(node.expr)
                if found != "vector":
                    self.fail(node.pos, f"subquery is only allowed on instant vector, got {found} instead")
            case Call():
                self.call(node)
            case Aggregate():
                self.expect(node.expr, "vector", "aggregation expression")
                if node.param is not None:
                    self.expect(node.param, "string" if node.op == "count_values" else "scalar", "aggregation parameter")
            case Binary():
                return self.binary(node)
            case _:
                pass
        return type_of(node)

    def selector(self, node: Selector) -> None:
        if node.name is not None:
            for matcher in node.matchers[:-1]:
                if matcher.name == NAME:
                    words = f"metric name must not be set twice: {quoted(node.name)} or {quoted(matcher.value)}"
                    self.fail(node.pos, words)
        elif all(matcher.matches("") for matcher in node.matchers):
            self.fail(node.pos, "vector selector must contain at least one non-empty matcher")

    def call(self, node: Call) -> None:
        function = FUNCTIONS[node.name]
        takes, given = len(function.takes), len(node.args)
        if function.variadic == 0:
            if given != takes:
                self.fail(node.pos, f"expected {takes} argument(s) in call to {quoted(node.name)}, got {given}")
        elif given < takes - 1:
            self.fail(node.pos, f"expected at least {takes - 1} argument(s) in call to {quoted(node.name)}, got {given}")
        elif 0 < function.variadic < given - takes + 1:
            most = takes - 1 + function.variadic
            self.fail(node.pos, f"expected at most {most} argument(s) in call to {quoted(node.name)}, got {given}")
        for n, arg in enumerate(node.args):
            self.expect(arg, function.takes[min(n, takes - 1)], f"call to function {quoted(node.name)}")

    def operator_at(self, node: Binary) -> int:
        at = node.lhs.end
        while self.text[at : at + 1].isspace():
            at += 1
        return at

    def binary(self, node: Binary) -> Type:
        left, right = self.of(node.lhs), self.of(node.rhs)
        matching, comparison, is_set = node.matching, node.op in COMPARISONS, node.op in SETS
        if node.returns_bool and not comparison:
            self.fail(self.operator_at(node), "bool modifier can only be used on comparison operators")
        if comparison and not node.returns_bool and left == right == "scalar":
            self.fail(self.operator_at(node), "comparisons between scalars must use BOOL modifier")
        for label in matching.labels:
            if matching.on and label in matching.include:
                self.fail(self.operator_at(node), f"label {quoted(label)} must not occur in ON and GROUP clause at once")
        for side, found in ((node.lhs, left), (node.rhs, right)):
            if found not in _NUMERIC:
                self.fail(side.pos, "binary expression must contain only scalar and instant vector types")
        if "scalar" in {left, right}:
            if matching.labels:
                self.fail(node.pos, "vector matching only allowed between instant vectors")
            if is_set:
                self.fail(node.pos, f"set operator {quoted(node.op)} not allowed in binary scalar expression")
        elif is_set and matching.card != "many-to-many":
            self.fail(node.pos, f"no grouping allowed for {quoted(node.op)} operation")
        return type_of(node)
