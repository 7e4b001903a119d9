"""Reports that are kept until something is booked: they are sums over all lines, and nobody changes a line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from control.billing.ledger import queries as q
from control.core.context import Context

T = TypeVar("T")
_SECONDS = 30
"""How long a booking that was under way, behind one that was done already, may be missing."""


async def until_booked(ctx: Context, name: str, into: type[T], parts: tuple[object, ...], load: Callable[[], Awaitable[T]]) -> T:
    """The report as it was worked out since the last booking, or worked out now. `parts` are what it depends on."""
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        last = await tx.value(q.SQL.last_line, organization_id=organization_id)
    key = ":".join(map(str, ("books", name, organization_id, last, *parts)))
    return await ctx.runtime.cache.get(key, into, _SECONDS, load) or await load()
