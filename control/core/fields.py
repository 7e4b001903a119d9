"""Partial updates: which fields a PATCH gave."""

from __future__ import annotations

from typing import Any

import msgspec


def given(data: msgspec.Struct) -> dict[str, Any]:
    """The fields of a struct that were sent, by name; those left UNSET are not in it."""
    return {name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET}
