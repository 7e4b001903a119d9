"""Long inputs that cost a rule much: repeats of what its expression almost matches, and of what parsers stumble over."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

sre: Any = import_module("re._parser")
c: Any = import_module("re._constants")

MOST_BRANCHES = 3
"""Alternatives tried of each choice."""
RULE = re.compile(r'^SecRule [^\n]*?"!?@rx (?P<pattern>(?:[^"\\]|\\.)*)"\s*\\\n\s*"id:(?P<id>\d+),', re.MULTILINE)
PIECES = (
    "a", " ", "'", '"', "\\", "%25", "(", "<", "<a ", "/*", "--", "0x", "1 or ", "select ", "union select ", "../", "$(", "${",
    "{{", ";", "|", "&#x3c;", "\\u003c", "\n", "\x00", "=", "<!--", "`", "@@", "1'or'1'='1", "a=b;", "é", "\xff",
)  # fmt: skip
EVERYONE = [(f"everyone: {piece!r}", piece) for piece in PIECES]
"""Repeats that belong to no rule alone."""


def sample(tree: Iterable[Any], branch: int) -> str:
    """A text that the expression's pieces match, by one of the alternatives of each choice."""
    out = []
    for op, value in tree:
        match op:
            case c.LITERAL:
                out.append(chr(value))
            case c.NOT_LITERAL:
                out.append("b" if value == ord("a") else "a")
            case c.ANY:
                out.append("a")
            case c.IN:
                out.append(one_of(value))
            case c.BRANCH:
                out.append(sample(value[1][min(branch, len(value[1]) - 1)], branch))
            case c.SUBPATTERN:
                out.append(sample(value[3], branch))
            case c.MAX_REPEAT | c.MIN_REPEAT | c.POSSESSIVE_REPEAT:
                least, most, inner = value
                out.append(sample(inner, branch) * max(least, min(most, 1)))
            case _:
                continue
    return "".join(out)


def one_of(members: Iterable[Any]) -> str:
    """A character of a class."""
    known = {
        c.CATEGORY_SPACE: " ",
        c.CATEGORY_DIGIT: "1",
        c.CATEGORY_WORD: "a",
        c.CATEGORY_NOT_WORD: "(",
        c.CATEGORY_NOT_SPACE: "a",
    }
    for op, value in members:
        match op:
            case c.NEGATE:
                return "!"
            case c.LITERAL:
                return chr(value)
            case c.RANGE:
                return chr(value[0])
            case c.CATEGORY:
                return known.get(value, "a")
    return "a"


def of_rules(folder: Path) -> Iterator[tuple[str, str]]:
    """For each rule with an expression: its id and pieces that nearly match; what Python cannot read is left out."""
    for file in sorted(folder.glob("*.conf")):
        for found in RULE.finditer(file.read_text()):
            try:
                with warnings.catch_warnings(action="ignore"):
                    tree = sre.parse(found["pattern"])
            except re.error:
                continue
            samples = {sample(tree, branch) for branch in range(MOST_BRANCHES)}
            for text in sorted(samples):
                # The whole makes the rule match at once; what lacks its end makes it try again at each place.
                for piece in sorted({text[:-1], text[: max(1, len(text) // 2)]} - {""}):
                    yield found["id"], piece
