"""The structs of native/gateway/src/snapshot, read from their source: which fields there are, and of what struct each is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "native" / "gateway" / "src" / "snapshot"
_STRUCT = re.compile(r"pub struct (\w+)(?:<'a>)? \{(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^    pub (\w+): (.+),$", re.MULTILINE)

STRUCTS: dict[str, dict[str, str]] = {
    name: dict(_FIELD.findall(body))
    for path in sorted(FOLDER.glob("*.rs"))
    for name, body in _STRUCT.findall(path.read_text(encoding="utf-8"))
}


def walk(struct: str, value: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every field of a JSON value that should be `struct`, with what is below it: struct, field, value."""
    for field, found in value.items():
        yield struct, field, found
        inner = next((word for word in re.findall(r"\w+", STRUCTS[struct].get(field, "")) if word in STRUCTS), None)
        if inner is None or found is None:
            continue
        if STRUCTS[struct][field].startswith("Vec<"):
            parts = found
        elif STRUCTS[struct][field].startswith("BTreeMap<"):
            parts = list(found.values())
        else:
            parts = [found]
        for part in parts:
            yield from walk(inner, part)
