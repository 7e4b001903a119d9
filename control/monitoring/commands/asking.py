"""What commands make of their arguments."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from control.monitoring.labels import LabelMatcher
from control.sites.commands.operator import CommandError

_MATCHER = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)(=~|!~|!=|=)(.*)", re.DOTALL)


class Named(Protocol):
    """A row that people call by its name."""

    id: UUID
    name: str


T = TypeVar("T")
N = TypeVar("N", bound=Named)


def converted(fields: Mapping[str, Any], into: type[T]) -> T:
    """Arguments as the API takes them, without those that were not given. Raises CommandError as the API would refuse them."""
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        return msgspec.convert(given, into)
    except msgspec.ValidationError as error:
        raise CommandError(str(error)) from None


def matcher(text: str) -> LabelMatcher:
    """`label=value`, `label!=value`, `label=~expression` or `label!~expression`. Raises CommandError."""
    match = _MATCHER.fullmatch(text)
    if match is None:
        raise CommandError(f"{text!r} is no condition on a label; write host=web1, or host=~'web.*'.")
    return converted({"name": match[1], "op": match[2], "value": match[3]}, LabelMatcher)


def only(rows: Sequence[N], text: str, noun: str, where: str) -> N:
    """The row of this id, or the only one of this name. Raises CommandError."""
    found = [row for row in rows if str(row.id) == text] or [row for row in rows if row.name == text]
    if not found:
        raise CommandError(f"There is no {noun} {text!r}; `{where}` shows all.")
    if len(found) > 1:
        raise CommandError(
            f"{len(found)} are called {text!r}; name one by its id, or say --org: {', '.join(str(r.id) for r in found)}"
        )
    return found[0]


def fields_of(file: str) -> dict[str, Any]:
    """The object in a file of JSON, - for standard input. Raises CommandError."""
    text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise CommandError(f"{file}: {error}") from None


def kind_of(target: str, named: str | None) -> str:
    """What kind of check a target is for. Raises CommandError where only `--kind` can tell."""
    if named is not None:
        return named
    scheme, mark, _ = target.partition("://")
    if mark:
        if scheme in {"http", "https"}:
            return "http"
        if scheme in {"postgres", "postgresql", "redis", "rediss"}:
            return "database"
    elif re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^\s:/]+):[0-9]+", target):
        return "tcp"
    raise CommandError(f"{target!r} may be several things; write https://…, host:port, or say --kind.")
