"""How many notifications somebody did not look at yet."""

from __future__ import annotations

from control.accounts.profile import queries as q
from control.core.context import Context
from control.core.permissions import Principal

_SECONDS = 30


def _key(principal: Principal) -> str:
    return f"unread:{principal.user_id}:{principal.organization_id}"


async def number(ctx: Context, email: str, *, is_fresh: bool = False) -> int:
    """The number, up to 100; kept for some seconds unless it is wanted fresh."""
    principal = ctx.principal
    params = {"organization_id": principal.organization_id, "email": email, "user_id": principal.user_id}

    async def load() -> int:
        async with ctx.transaction("own") as tx:
            return int(await tx.value(q.SQL.unread, **params))

    if is_fresh:
        await ctx.runtime.cache.drop(_key(principal))
    return await ctx.runtime.cache.get(_key(principal), int, _SECONDS, load) or 0


async def seen(ctx: Context) -> None:
    """The list was opened."""
    async with ctx.transaction("own") as tx:
        await tx.run(q.SQL.seen, user_id=ctx.principal.user_id)
    await ctx.runtime.cache.drop(_key(ctx.principal))
