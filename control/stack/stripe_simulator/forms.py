"""Bodies as Stripe takes them: `application/x-www-form-urlencoded` with brackets for what is inside."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

_STEP = re.compile(r"\[([^\]]*)\]")


def decode(body: str) -> dict[str, Any]:
    """`metadata[a]=1&expand[0]=x` as a dictionary; numbered members are lists."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        head, *steps = [name.partition("[")[0], *_STEP.findall(name)]
        place = found
        path = [head, *steps]
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
    listed: dict[str, Any] = _lists(found)
    return listed


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    if set(value) == {""}:
        return [_lists(value[""])]
    return {key: _lists(each) for key, each in value.items()}
