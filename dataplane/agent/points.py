"""Values on their way out: InfluxDB line protocol, which ingestion names `measurement_field`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Number = int | float

_IN_KEYS = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ ", "\n": "\\ ", "\r": "\\ "})
_IN_NAMES = str.maketrans({",": "\\,", " ": "\\ ", "\n": "\\ ", "\r": "\\ "})


@dataclass(slots=True)
class Point:
    """Values that have the same labels. The series of field `b` of measurement `a` is `a_b`."""

    measurement: str
    fields: Mapping[str, Number]
    tags: Mapping[str, str] = field(default_factory=dict)


def _tags(tags: Mapping[str, str]) -> str:
    # An empty value is none, and a backslash at the end would take the separator with it.
    named = sorted((name, value.rstrip("\\")) for name, value in tags.items())
    return "".join(f",{name.translate(_IN_KEYS)}={value.translate(_IN_KEYS)}" for name, value in named if value)


def lines(points: Iterable[Point], common: Mapping[str, str], time_s: float) -> str:
    """The points as text, one line each, all at one time. What is no number is left out."""
    at = round(time_s * 1000) * 1_000_000
    written: list[str] = []
    for point in points:
        fields = ",".join(
            # Counters beyond 2^53 lose nothing by being floats: that is what they are stored as.
            f"{name.translate(_IN_KEYS)}={float(value)!r}"
            for name, value in point.fields.items()
            if math.isfinite(value)
        )
        if fields:
            tags = _tags({**common, **point.tags})
            written.append(f"{point.measurement.translate(_IN_NAMES)}{tags} {fields} {at}\n")
    return "".join(written)
