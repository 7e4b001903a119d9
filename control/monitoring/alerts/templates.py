"""Words with values in them: `{{ labels.host }} is at {{ value | percent }}`. No program: names, and one filter each."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from control.core.words import N_, said
from control.monitoring.query.labels import is_label

_PART = re.compile(r"\{\{\s*\$?(?P<what>[A-Za-z_][A-Za-z0-9_.]*)\s*(?:\|\s*(?P<filter>[A-Za-z]+)\s*)?\}\}")
LONGEST = 4000
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi")
_DECIMAL = ("", "k", "M", "G", "T", "P")


def _scaled(value: float, base: float, units: tuple[str, ...]) -> str:
    place = 0
    while abs(value) >= base and place < len(units) - 1:
        value, place = value / base, place + 1
    return f"{value:.4g}{units[place]}"


def _duration(seconds: float) -> str:
    parts, left = [], round(abs(seconds))
    for name, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if left >= size:
            parts.append(f"{left // size}{name}")
            left %= size
    if left or not parts:
        parts.append(f"{left}s" if abs(seconds) >= 1 or not seconds else f"{abs(seconds):.3g}s")
    return ("-" if seconds < 0 else "") + " ".join(parts[:2])


FILTERS: dict[str, Callable[[float], str]] = {
    "round": lambda v: f"{v:.2f}".rstrip("0").rstrip("."),
    "percent": lambda v: f"{v * 100:.4g}%",
    "bytes": lambda v: _scaled(v, 1024, _BINARY) + "B",
    "humanize": lambda v: _scaled(v, 1000, _DECIMAL),
    "duration": _duration,
}
"""What a value can be shown as: a share as percent, bytes in powers of 1,024, others in powers of 1,000, seconds as time."""


def check(text: str) -> str | None:
    """What is wrong with a template, None when nothing is."""
    for match in _PART.finditer(text):
        what, chosen = match["what"], match["filter"]
        if what != "value" and not (what.startswith("labels.") and is_label(what[7:])):
            return said("{{ %(what)s }} is neither value nor labels.NAME", what=what)
        if chosen is not None and (chosen not in FILTERS or what != "value"):
            return said("%(name)s is no filter of a value: %(choices)s", name=chosen, choices=", ".join(sorted(FILTERS)))
    rest = _PART.sub("", text)
    words = N_("has braces that are not closed, or something else than a name between them")
    return words if "{{" in rest or "}}" in rest else None


def fill(text: str, labels: Mapping[str, str], value: float | None) -> str:
    """The text with its values; a label that is not there is empty."""

    def one(match: re.Match[str]) -> str:
        if match["what"] != "value":
            return labels.get(match["what"][7:], "")
        if value is None:
            return "no value"
        if not math.isfinite(value):
            return str(value)
        return FILTERS[match["filter"]](value) if match["filter"] else f"{value:.6g}"

    return _PART.sub(one, text)[:LONGEST]
