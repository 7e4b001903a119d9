"""A few things by name, and how many there are in all: enough to say what depends on another thing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control.core.context import Context

FEW = 3


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. `total` is how many there are, the same in each row."""

    id: UUID
    name: str
    total: int


async def few(ctx: Context, sql: str, **params: Any) -> list[Named]:
    """What a statement finds that selects `id`, `name` and `count(*) OVER () AS total` and ends with its order."""
    async with ctx.transaction() as tx:
        return await tx.all(Named, f"{sql}\nLIMIT {FEW}", **params)
