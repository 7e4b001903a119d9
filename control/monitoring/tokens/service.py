"""Tokens of ingestion: shown once, kept as a hash, refused by every ingester within two seconds of being revoked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control import ingest_tokens
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, NotFound
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import said
from control.monitoring.tokens import queries as q
from control.monitoring.tokens.models import CreatedIngestToken, IngestToken, NewIngestToken

MOST = 10_000
"""Tokens of an organisation; an agent of a server has one each."""
SORTABLE = {"created_at": "t.created_at", "name": "t.name", "last_used_at": "u.last_used_at"}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[IngestToken], int]:
    """The tokens in reach."""
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(IngestToken, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, token_id: UUID) -> IngestToken:
    """One token. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(IngestToken, q.SQL.get, id=token_id)
        if found is None:
            raise NotFound("token")
        await ctx.audit_read(tx, "ingest_token", found.id, organization_id=found.organization_id)
    return found


async def create(ctx: Context, tx: Transaction, data: NewIngestToken) -> CreatedIngestToken:
    """A new token of the caller's organisation. Raises Conflict when it has too many."""
    owner, token, token_id = ctx.principal.organization_id, ingest_tokens.fresh(), new_id()
    if await tx.value(q.SQL.how_many, organization_id=owner) >= MOST:
        raise Conflict(said("An organization has at most %(most)s of these; revoke one first.", most=MOST))
    await tx.run(
        q.SQL.insert,
        id=token_id,
        organization_id=owner,
        name=data.name,
        prefix=ingest_tokens.shown(token),
        token_hash=ingest_tokens.hashed(token),
    )
    created = await tx.one(IngestToken, q.SQL.get, id=token_id)
    await ctx.audit(tx, "ingest_token.created", "ingest_token", token_id, organization_id=owner, after=created)
    await events.emit(tx, "ingest_token.created", owner, created)
    return CreatedIngestToken(token=token, **msgspec.structs.asdict(created))


async def revoke(ctx: Context, token_id: UUID) -> None:
    """End a token; what it brought stays. Raises NotFound."""
    async with ctx.transaction() as tx:
        before = await tx.maybe(IngestToken, q.SQL.lock, id=token_id)
        if before is None:
            raise NotFound("token")
        ctx.if_match(before.version)
        await tx.run(q.SQL.revoke, id=token_id)
        owner = before.organization_id
        await ctx.audit(tx, "ingest_token.revoked", "ingest_token", token_id, organization_id=owner, before=before)
        await events.emit(tx, "ingest_token.revoked", owner, {"id": token_id, "name": before.name, "prefix": before.prefix})
