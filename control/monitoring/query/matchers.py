"""Label matchers. Expressions match whole values, by RE2: the same syntax as Prometheus's, and linear time."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import msgspec
import re2

Op = Literal["=", "!=", "=~", "!~"]
_MEMORY = 1 << 20
_LONGEST = 4096


class BadPattern(ValueError):
    """An expression that RE2 does not take."""


@lru_cache(maxsize=512)
def pattern(text: str) -> Any:
    """The compiled expression, anchored at both ends. Raises BadPattern."""
    if len(text) > _LONGEST:
        raise BadPattern(f"error parsing regexp: expression larger than {_LONGEST} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(f"^(?:{text})$", options)
    except re2.error as error:
        words = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error.args[0])
        reason, _, part = words.partition(": ")
        raise BadPattern(f"error parsing regexp: {_GO.get(reason, reason)}: `{part}`") from None


_GO = {
    "missing )": "missing closing )",
    "unexpected )": "unexpected )",
    "missing ]": "missing closing ]",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "bad repetition operator": "invalid nested repetition operator",
    "trailing \\": "trailing backslash at end of expression",
}
"""RE2's words, and those of Go's regexp, which people know from Prometheus."""


class Matcher(msgspec.Struct, frozen=True):
    """A condition on one label; a label that a series lacks counts as empty."""

    name: str
    op: Op
    value: str

    def matches(self, value: str) -> bool:
        """Whether a value satisfies it."""
        match self.op:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return pattern(self.value).search(value) is not None
            case _:
                return pattern(self.value).search(value) is None

    def __str__(self) -> str:
        from control.monitoring.query.labels import quoted

        return f"{self.name}{self.op}{quoted(self.value)}"
