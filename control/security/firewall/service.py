"""Packet filters of servers: stored after nft has looked at them."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.core.words import said
from control.security import kept
from control.security.firewall import checks, nft
from control.security.firewall import queries as q
from control.security.firewall.models import Firewall, NewFirewall, Rendered
from control.security.firewall.render import render
from control.security.kept import Kind

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "server": "server"}
KIND = Kind("firewall", "firewall", q.SQL, 1000, "There is a firewall for this server already; change that one.")
ROWS = kept.Rows(KIND, Firewall)


async def create(ctx: Context, tx: Transaction, data: NewFirewall) -> Firewall:
    """A filter for a server. Raises ValidationFailed, Conflict when the server has one."""
    return await kept.create(ctx, tx, KIND, Firewall, None, await _columns(data))


async def replace(ctx: Context, firewall_id: UUID, data: NewFirewall) -> Firewall:
    """Set all of a filter. Raises as `create` does."""
    return await kept.update(ctx, KIND, Firewall, firewall_id, None, await _columns(data))


async def rendered(ctx: Context, firewall_id: UUID) -> Rendered:
    """The filter in nftables' language, and what nft says of it."""
    text = render(await ROWS.get(ctx, firewall_id))
    return Rendered(text=text, problems=await asyncio.to_thread(nft.problems, text))


async def tried(data: NewFirewall) -> Rendered:
    """What would be stored, in nftables' language; nothing is kept. Raises ValidationFailed."""
    normal, problems = await _checked(data)
    return Rendered(text=render(normal), problems=problems)


async def _checked(data: NewFirewall) -> tuple[NewFirewall, list[str] | None]:
    normal, errors = checks.check(data)
    found: list[str] | None = None
    if not errors:
        found = await asyncio.to_thread(nft.problems, render(normal))
        errors = [FieldError("/rules", said("nft: %(problem)s", problem=line)) for line in (found or [])[:10]]
    if errors:
        raise ValidationFailed(errors)
    return normal, found


async def _columns(data: NewFirewall) -> dict[str, Any]:
    normal, _ = await _checked(data)
    built = msgspec.to_builtins(normal)
    return {**built, "sets": Jsonb(built["sets"]), "rules": Jsonb(built["rules"])}
