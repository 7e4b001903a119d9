"""Reports that are kept until something is booked: they are sums over all lines, and nobody changes a line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from control.billing.ledger import queries as q
from control.core.context import Context

T = TypeVar("T")
_SECONDS = 30
"""How long a booking that was under way, behind one that was done already, may be missing."""
_RUNNING: dict[str, asyncio.Task[Any]] = {}
"""Reports that are worked out right now in this process, by what they are."""


async def until_booked(ctx: Context, name: str, into: type[T], parts: tuple[object, ...], load: Callable[[], Awaitable[T]]) -> T:
    """The report as it was worked out since the last booking, or worked out now. `parts` are what it depends on."""
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        last = await tx.value(q.SQL.last_line, organization_id=organization_id)
    key = ":".join(map(str, ("books", name, organization_id, last, *parts)))

    async def work() -> T:
        return await ctx.runtime.cache.get(key, into, _SECONDS, load) or await load()

    # Two who ask for the same wait for one answer; and it is worked out to its end when a card of the dashboard has no more time
    # for it, so that the next one who asks finds it.
    running = _RUNNING.get(key)
    if running is None:
        running = _RUNNING[key] = asyncio.create_task(work())
        running.add_done_callback(lambda task: _done(key, task))
    return cast("T", await asyncio.shield(running))


def _done(key: str, task: asyncio.Task[Any]) -> None:
    _RUNNING.pop(key, None)
    if not task.cancelled():
        task.exception()  # those who still wait get it; when nobody does, it is no news
