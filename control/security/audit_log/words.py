"""An entry of the audit log as people read it: which fields were what before, and are what now."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from control.web.forms import LABELS

_PARTS = re.compile(r"([A-Z])")
_LONGEST = 2_000
"""Characters of one value; the whole is in the API."""


class Change(msgspec.Struct, frozen=True):
    """One field, with its path in dots. None is a field that was not there."""

    field: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """`added`, `removed`, `changed` or `same`."""
        if self.before == self.after:
            return "same"
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def labels(subject_type: str) -> dict[str, str]:
    """What forms call the fields of a kind of thing: its own form, else all forms that have such a field, if they agree."""
    own, others = dict[str, str](), dict[str, set[str]]()
    for (model, name), label in LABELS.items():
        others.setdefault(name, set()).add(label)
        if f"_{subject_type}_" in _PARTS.sub(r"_\1", model).lower() + "_":
            own.setdefault(name, label)
    return {name: next(iter(said)) for name, said in others.items() if len(said) == 1} | own


def changes(before: Any, after: Any) -> list[Change]:
    """Every field of both, in the order of its name."""
    old, new = dict(_flat(before)), dict(_flat(after))
    return [Change(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys())]


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """The fields of a document with their paths; lists and values are leaves."""
    if isinstance(value, dict) and value:
        return [leaf for name, inner in value.items() for leaf in _flat(inner, f"{path}.{name}" if path else str(name))]
    if value is None and not path:
        return []
    return [(path, _text(value))]


def _text(value: Any) -> str:
    match value:
        case str():
            text = value
        case list() if all(isinstance(one, str | int | float) for one in value):
            text = ", ".join(str(one) for one in value)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
