"""Why a query has no answer, in the words and kinds of Prometheus's HTTP API."""

from __future__ import annotations

from typing import Literal

Kind = Literal["bad_data", "execution", "timeout", "canceled", "internal"]


class QueryError(Exception):
    """A query that cannot be answered. `kind` is Prometheus's `errorType`."""

    kind: Kind = "execution"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadQuery(QueryError):
    """The query itself, or a parameter, is wrong."""

    kind: Kind = "bad_data"


class TooMuch(QueryError):
    """The query needs more than a limit allows."""


class TooSlow(QueryError):
    """The query did not end in time."""

    kind: Kind = "timeout"


class BadExpression(BadQuery):
    """The expression is not one, or not one for this question."""


class ParseError(BadExpression):
    """What is wrong with an expression, and where: `line:column: parse error: …`, both from 1, columns counted in bytes."""

    def __init__(self, text: str, at: int, words: str) -> None:
        line = text.count("\n", 0, at) + 1
        column = len(text[text.rfind("\n", 0, at) + 1 : at].encode("utf-8", "replace")) + 1
        super().__init__(f"{line}:{column}: parse error: {words}")
