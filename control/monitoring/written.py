"""Conditions and labels as people write them in forms, one a line: `host = web1`, `severity != info`, `instance =~ db.*`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from control.core.errors import FieldError, ValidationFailed
from control.core.type_errors import words_of
from control.monitoring.labels import LabelMatcher
from control.web.language import N_

_LINE = re.compile(r"^\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$")


def matchers(lines: Iterable[str], pointer: str = "/matchers") -> list[LabelMatcher]:
    """The conditions of these lines. Raises ValidationFailed."""
    found, errors = [], []
    for number, line in enumerate(lines):
        parts = _LINE.match(line)
        if parts is None:
            errors.append(FieldError(f"{pointer}/{number}", N_("is no condition such as host = web1")))
            continue
        try:
            found.append(msgspec.convert({"name": parts[1], "op": parts[2], "value": _bare(parts[3])}, LabelMatcher))
        except msgspec.ValidationError as error:
            errors.append(FieldError(f"{pointer}/{number}", words_of(error)))
    if errors:
        raise ValidationFailed(errors)
    return found


def _bare(text: str) -> str:
    """Without the quotes that PromQL would have around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def lines_of(conditions: Iterable[LabelMatcher]) -> list[str]:
    """The other way round."""
    return [f"{one.name} {one.op} {one.value}" for one in conditions]


def labels(lines: Iterable[str], pointer: str = "/labels") -> dict[str, str]:
    """`name = value` lines as labels or annotations. Raises ValidationFailed."""
    found = {}
    for number, line in enumerate(lines):
        name, sep, value = line.partition("=")
        if not sep or not name.strip():
            raise ValidationFailed(FieldError(f"{pointer}/{number}", N_("is not name = value")))
        found[name.strip()] = value.strip()
    return found


def label_lines(found: Mapping[str, str]) -> list[str]:
    """The other way round."""
    return [f"{name} = {value}" for name, value in found.items()]
