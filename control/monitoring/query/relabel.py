"""Functions that change labels."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from control.monitoring.query.errors import QueryError
from control.monitoring.query.labels import get, is_label, replaced
from control.monitoring.query.matchers import BadPattern, pattern
from control.monitoring.query.steps import Steps
from control.monitoring.query.syntax import Call
from control.monitoring.query.vector import Value, Vector, merged

if TYPE_CHECKING:
    from control.monitoring.query.evaluate import Evaluation

_REFERENCE = re.compile(r"\$(?:\$|([a-zA-Z0-9_]+)|\{([a-zA-Z0-9_]+)\})")


def expanded(template: str, match: Any) -> str:
    """A template as Go's regexp expands it: `$1`, `${1}`, `$name`; unknown groups are empty, `$$` is a dollar."""

    def group(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        if name is None:
            return "$"
        try:
            return match.group(int(name) if name.isdigit() else name) or ""
        except (IndexError, KeyError):
            return ""

    return _REFERENCE.sub(group, template)


def _replace(work: Evaluation, node: Call, steps: Steps) -> Value:
    vector = work.vector(node.args[0], steps)
    target, template, source, expression = (work.text(arg) for arg in node.args[1:])
    try:
        compiled = pattern(expression)
    except BadPattern:
        raise QueryError(f"invalid regular expression in label_replace(): {expression}") from None
    if not is_label(target):
        raise QueryError(f"invalid destination label name in label_replace(): {target}")
    names = []
    for name in vector.labels:
        found = compiled.search(get(name, source))
        names.append(name if found is None else replaced(name, target, expanded(template, found)))
    return merged(Vector(names, vector.values, vector.found))


def _join(work: Evaluation, node: Call, steps: Steps) -> Value:
    vector = work.vector(node.args[0], steps)
    target, separator, *sources = (work.text(arg) for arg in node.args[1:])
    for source in sources:
        if not is_label(source):
            raise QueryError(f"invalid source label name in label_join(): {source}")
    if not is_label(target):
        raise QueryError(f"invalid destination label name in label_join(): {target}")
    names = [replaced(name, target, separator.join(get(name, source) for source in sources)) for name in vector.labels]
    return merged(Vector(names, vector.values, vector.found))


FUNCTIONS: dict[str, Callable[[Evaluation, Call, Steps], Value]] = {"label_replace": _replace, "label_join": _join}
