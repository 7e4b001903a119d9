"""From text to a tree, with Prometheus's precedences and messages. Source: `promql/parser/generated_parser.y` of 2.42.

Nesting is bounded, so that no expression, however deep, exhausts the stack.
"""

from __future__ import annotations

from typing import NoReturn

from control.monitoring.query.check import check
from control.monitoring.query.errors import BadExpression, ParseError
from control.monitoring.query.functions import FUNCTIONS
from control.monitoring.query.labels import NAME, quoted
from control.monitoring.query.lexer import COMPARISONS, SETS, Token, duration, number, string_value, tokens
from control.monitoring.query.matchers import BadPattern, Matcher, pattern
from control.monitoring.query.syntax import (
    Aggregate,
    Binary,
    Call,
    Matching,
    Node,
    Number,
    Paren,
    Pinned,
    Range,
    Selector,
    Subquery,
    Text,
    Unary,
)  # fmt: skip
from control.monitoring.query.values import plain

LONGEST = 65_536
DEEPEST = 150
_PARAMETERS = {"topk", "bottomk", "quantile", "count_values"}
_POWER = 6
_PRECEDENCE = {
    "or": 1, "and": 2, "unless": 2, **dict.fromkeys(COMPARISONS, 3), "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "atan2": 5,
    "^": _POWER,
}  # fmt: skip
_LABEL_KINDS = {
    "identifier", "aggregator", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "and", "or",
    "unless", "atan2",
}  # fmt: skip
_MOVABLE = "modifier must be preceded by an instant vector selector or range vector selector or a subquery"


def parse(text: str) -> Node:
    """The checked tree of an expression. Raises ParseError, or BadExpression where it is too long."""
    if len(text) > LONGEST:
        raise BadExpression(f"the expression is longer than {LONGEST} characters")
    tree = _Parser(text).whole()
    check(text, tree)
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.words, self.broken = tokens(text)
        self.at = 0
        self.depth = 0
        self.aggregations = 0

    @property
    def word(self) -> Token:
        word = self.words[self.at]
        if word.kind == "error" and self.broken is not None:
            raise self.broken
        return word

    def fail(self, at: int, words: str) -> NoReturn:
        raise ParseError(self.text, at, words)

    def unexpected(self, where: str = "", expected: str = "") -> NoReturn:
        raise self.surprise(where, expected)

    def surprise(self, where: str = "", expected: str = "") -> ParseError:
        """What is wrong with the word at hand."""
        where = where or ("aggregation" if self.aggregations else "")
        where = f" in {where}" if where else ""
        expected = f", expected {expected}" if expected else ""
        return ParseError(self.text, self.word.pos, f"unexpected {self.word}{where}{expected}")

    def take(self, *kinds: str) -> Token | None:
        word = self.word
        if word.kind not in kinds:
            return None
        self.at += 1
        return word

    def need(self, kind: str, where: str, expected: str) -> Token:
        word = self.take(kind)
        if word is None:
            self.unexpected(where, expected)
        return word

    def whole(self) -> Node:
        if self.word.kind == "end":
            self.fail(0, "no expression found in input")
        tree = self.expression(1)
        if self.word.kind != "end":
            self.unexpected()
        return tree

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(self.word.pos, f"the expression is nested deeper than {DEEPEST} levels")

    def expression(self, lowest: int) -> Node:
        """Operators of at least this precedence; all but `^` bind to the left."""
        before = self.depth
        self.deeper()
        left = self.signed()
        while (precedence := _PRECEDENCE.get(self.word.kind, 0)) >= lowest:
            self.deeper()
            left = self.binary(left, precedence)
        self.depth = before
        return left

    def binary(self, left: Node, precedence: int) -> Node:
        op = self.word.kind
        self.at += 1
        returns_bool, matching = self.modifiers(op)
        right = self.expression(precedence if precedence == _POWER else precedence + 1)
        return Binary(op=op, lhs=left, rhs=right, returns_bool=returns_bool, matching=matching, pos=left.pos, end=right.end)

    def modifiers(self, op: str) -> tuple[bool, Matching]:
        returns_bool = self.take("bool") is not None
        matching = Matching(card="many-to-many" if op in SETS else "one-to-one")
        if word := self.take("on", "ignoring"):
            matching.on = word.kind == "on"
            matching.given = True
            matching.labels = self.grouping()
            if side := self.take("group_left", "group_right"):
                matching.card = "many-to-one" if side.kind == "group_left" else "one-to-many"
                if self.word.kind == "(":
                    matching.include = self.grouping()
        return returns_bool, matching

    def signed(self) -> Node:
        sign = self.take("+", "-")
        if sign is None:
            return self.moved(self.primary())
        inner = self.expression(_POWER)
        if isinstance(inner, Number):
            inner.pos = sign.pos
            inner.value = -inner.value if sign.kind == "-" else inner.value
            return inner
        return Unary(op=sign.kind, expr=inner, pos=sign.pos, end=inner.end)

    def moved(self, node: Node) -> Node:
        """What may follow any expression: a range, an offset, a moment."""
        while True:
            if bracket := self.take("["):
                node = self.ranged(node, bracket)
            elif self.take("offset"):
                sign = self.take("-", "+")
                word = self.need("duration", "offset", "duration")
                self.shift(node, duration(self.text, word) * (-1 if sign and sign.kind == "-" else 1), word)
            elif self.take("@"):
                self.pin(node)
            else:
                return node
            self.deeper()

    def ranged(self, node: Node, bracket: Token) -> Node:
        word = self.take("duration")
        if word is None:
            self.unexpected("subquery selector", "duration")
        width = duration(self.text, word)
        if close := self.take("]"):
            if not isinstance(node, Selector):
                self.fail(bracket.pos, "ranges only allowed for vector selectors")
            if node.offset is not None:
                self.fail(bracket.pos, "no offset modifiers allowed before range")
            if node.at is not None:
                self.fail(bracket.pos, "no @ modifiers allowed before range")
            return Range(selector=node, width=width, pos=node.pos, end=close.end)
        if self.take(":") is None:
            self.unexpected("subquery or range", '":" or "]"')
        step = self.take("duration")
        if step is None and self.word.kind != "]":
            self.unexpected("subquery selector", 'duration or "]"')
        close = self.need("]", "subquery selector", '"]"')
        return Subquery(expr=node, width=width, step=duration(self.text, step) if step else None, pos=node.pos, end=close.end)

    def shift(self, node: Node, offset: int, word: Token) -> None:
        target = self.movable(node, f"offset {_MOVABLE}")
        if target.offset is not None:
            self.fail(node.pos, "offset may not be set multiple times")
        target.offset = offset
        node.end = word.end

    def movable(self, node: Node, otherwise: str) -> Pinned:
        if isinstance(node, Range):
            return node.selector
        if not isinstance(node, Pinned):
            self.fail(node.pos, otherwise)
        return node

    def pin(self, node: Node) -> None:
        otherwise = f"@ {_MOVABLE}"
        sign = self.take("+", "-")
        word = self.word
        if moment := self.take("number"):
            seconds = number(self.text, moment) * (-1 if sign and sign.kind == "-" else 1)
            target = self.movable(node, otherwise)
            if not abs(seconds) < 2**53:
                self.fail(node.pos, f"timestamp out of bounds for @ modifier: {plain(seconds)}")
            at: int | str = round(seconds * 1000)
        elif sign is None and word.kind == "identifier" and word.text in {"start", "end"}:
            self.at += 1
            self.need("(", "@", "timestamp")
            self.need(")", "@", "timestamp")
            target = self.movable(node, otherwise)
            at = word.text
        else:
            self.unexpected("@", "timestamp")
        if target.at is not None:
            self.fail(node.pos, "@ <timestamp> may not be set multiple times")
        target.at = at  # type: ignore[assignment]  # one of the two words
        node.end = self.words[self.at - 1].end

    def primary(self) -> Node:
        word = self.word
        match word.kind:
            case "(":
                self.at += 1
                inner = self.expression(1)
                close = self.need(")", "", "")
                return Paren(expr=inner, pos=word.pos, end=close.end)
            case "number":
                self.at += 1
                return Number(value=number(self.text, word), pos=word.pos, end=word.end)
            case "string":
                self.at += 1
                return Text(value=string_value(self.text, word), pos=word.pos, end=word.end)
            case "aggregator":
                self.at += 1
                if self.word.kind in {"(", "by", "without"}:
                    return self.aggregation(word)
                return self.selector(word)
            case "by" | "without" | "offset" | "and" | "or" | "unless":
                # Where an operand must stand these are names as good as any.
                self.at += 1
                return self.selector(word)
            case "{":
                return self.selector(None)
            case "identifier" | "metric":
                self.at += 1
                if word.kind == "identifier" and self.word.kind == "(":
                    return self.call(word)
                return self.selector(word)
            case _:
                raise self.surprise()

    def selector(self, name: Token | None) -> Selector:
        start = self.word if name is None else name
        matchers: list[Matcher] = []
        if self.take("{"):
            while self.word.kind != "}":
                matchers.append(self.matcher())
                if self.take(",") is None and self.word.kind != "}":
                    self.unexpected("label matching", '"," or "}"')
            self.at += 1
        metric = name.text if name else None
        if metric is not None:
            matchers.append(Matcher(NAME, "=", metric))
        return Selector(name=metric, matchers=matchers, pos=start.pos, end=self.words[self.at - 1].end)

    def matcher(self) -> Matcher:
        label = self.need("identifier", "label matching", 'identifier or "}"')
        op = self.take("=", "!=", "=~", "!~")
        if op is None:
            self.unexpected("label matching", "label matching operator")
        word = self.need("string", "label matching", "string")
        value = string_value(self.text, word)
        if op.kind in {"=~", "!~"}:
            try:
                pattern(value)
            except BadPattern as error:
                self.fail(label.pos, str(error))
        return Matcher(label.text, op.kind, value)  # type: ignore[arg-type]  # one of the four

    def arguments(self) -> tuple[list[Node], int]:
        """In parentheses; with the offset of their end."""
        self.need("(", "", "")
        found: list[Node] = []
        while self.word.kind != ")":
            found.append(self.expression(1))
            comma = self.take(",")
            if comma is not None and self.word.kind == ")":
                self.fail(comma.pos, "trailing commas not allowed in function call args")
            if comma is None and self.word.kind != ")":
                self.unexpected()
        self.at += 1
        return found, self.words[self.at - 1].end

    def call(self, name: Token) -> Call:
        args, end = self.arguments()
        if name.text not in FUNCTIONS:
            self.fail(name.pos, f"unknown function with name {quoted(name.text)}")
        return Call(name=name.text, args=args, pos=name.pos, end=end)

    def grouping(self) -> list[str]:
        self.need("(", "grouping opts", '"("')
        names: list[str] = []
        while self.word.kind != ")":
            if self.word.kind not in _LABEL_KINDS:
                self.unexpected("grouping opts", "label")
            names.append(self.word.text)
            self.at += 1
            if self.take(",") is None and self.word.kind != ")":
                self.unexpected("grouping opts", '"," or ")"')
        self.at += 1
        return names

    def aggregation(self, op: Token) -> Aggregate:
        how = self.take("by", "without")
        names = self.grouping() if how else []
        self.aggregations += 1
        args, end = self.arguments()
        self.aggregations -= 1
        if how is None and (how := self.take("by", "without")):
            names = self.grouping()
            end = self.words[self.at - 1].end
        name = op.text.lower()
        wanted = 2 if name in _PARAMETERS else 1
        if not args:
            self.fail(op.pos, "no arguments for aggregate expression provided")
        if len(args) != wanted:
            self.fail(op.pos, f"wrong number of arguments for aggregate expression provided, expected {wanted}, got {len(args)}")
        return Aggregate(
            op=name,
            expr=args[-1],
            param=args[0] if wanted == 2 else None,
            grouping=names,
            without=how is not None and how.kind == "without",
            pos=op.pos,
            end=end,
        )
