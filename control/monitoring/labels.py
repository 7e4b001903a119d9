"""Labels and conditions on them, as the API of monitoring takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from control.core.errors import FieldError
from control.monitoring.query.labels import is_label
from control.monitoring.query.matchers import BadPattern, Matcher, pattern

LabelName = Annotated[str, Meta(min_length=1, max_length=100, pattern="^[a-zA-Z_][a-zA-Z0-9_]*$")]
LabelSet = dict[LabelName, Annotated[str, Meta(max_length=1000)]]
Severity = Literal["info", "warning", "critical"]


class LabelMatcher(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition on one label: equal, not equal, or a whole match of an RE2 expression. A missing label is empty."""

    name: LabelName
    value: Annotated[str, Meta(max_length=1000)]
    op: Literal["=", "!=", "=~", "!~"] = "="


Matchers = Annotated[list[LabelMatcher], Meta(max_length=20)]


def matches(matchers: Sequence[LabelMatcher], labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy all of them."""
    return all(Matcher(m.name, m.op, m.value).matches(labels.get(m.name, "")) for m in matchers)


def wrong(matchers: Sequence[LabelMatcher], pointer: str) -> list[FieldError]:
    """Expressions that RE2 does not take."""
    errors = []
    for number, matcher in enumerate(matchers):
        if matcher.op in {"=~", "!~"}:
            try:
                pattern(matcher.value)
            except BadPattern as error:
                errors.append(FieldError(f"{pointer}/{number}/value", str(error)))
    return errors


def wrong_names(labels: Mapping[str, str], pointer: str) -> list[FieldError]:
    """Names that are no labels, or that say something else already."""
    reserved = {"alertname", "severity"}
    return [
        FieldError(f"{pointer}/{name}", "is no name for a label here")
        for name in labels
        if name in reserved or name.startswith("__") or not is_label(name)
    ]
