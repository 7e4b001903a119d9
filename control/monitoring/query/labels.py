"""Labels of a series: sorted pairs, so that equal labels are equal values and hash alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

NAME = "__name__"
BUCKET = "le"
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")

Labels = tuple[tuple[str, str], ...]
"""Name and value, sorted by name; no empty values."""
NONE: Labels = ()


def labels(pairs: Mapping[str, str]) -> Labels:
    """From a mapping; empty values are as good as absent."""
    return tuple(sorted((name, value) for name, value in pairs.items() if value))


def get(of: Labels, name: str) -> str:
    """A label's value, empty when it is absent."""
    for known, value in of:
        if known == name:
            return value
    return ""


def keep(of: Labels, names: Collection[str]) -> Labels:
    """Only these."""
    return tuple(pair for pair in of if pair[0] in names)


def drop(of: Labels, names: Collection[str]) -> Labels:
    """All but these."""
    return tuple(pair for pair in of if pair[0] not in names)


def nameless(of: Labels) -> Labels:
    """Without the metric's name."""
    return tuple(pair for pair in of if pair[0] != NAME)


def replaced(of: Labels, name: str, value: str) -> Labels:
    """With one label set; an empty value removes it."""
    changed = dict(of)
    changed[name] = value
    return labels(changed)


def is_label(name: str) -> bool:
    """Whether a label may be called so."""
    return LABEL.fullmatch(name) is not None


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def quoted(text: str) -> str:
    """A string as it stands in an expression."""
    return '"' + "".join(_ESCAPES.get(c, c if c.isprintable() else f"\\u{ord(c):04x}") for c in text) + '"'


def shown(of: Labels) -> str:
    """As Prometheus prints labels: `{a="b", c="d"}`."""
    return "{" + ", ".join(f"{name}={quoted(value)}" for name, value in of) + "}"
