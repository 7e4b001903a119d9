"""API keys: a key acts for the person who made it, in one organisation, within its scopes."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from control.accounts.api_keys import queries as q
from control.accounts.api_keys.models import ApiKey, CreatedApiKey, NewApiKey
from control.core import events
from control.core.authentication import API_KEY_MARK, hash_api_key
from control.core.context import Context
from control.core.db import Transaction
from control.core.envelope import now
from control.core.errors import FieldError, Forbidden, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.permissions import PERMISSIONS, allows

SORTABLE = {"created_at": "created_at", "name": "name", "last_used_at": "last_used_at", "expires_at": "expires_at"}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[ApiKey], int]:
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(ApiKey, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, key_id: UUID) -> ApiKey:
    async with ctx.transaction() as tx:
        found = await tx.maybe(ApiKey, q.SQL.get, id=key_id)
        if found is None:
            raise NotFound("API key")
        await ctx.audit_read(tx, "api_key", found.id, organization_id=found.organization_id)
    return found


def _check(ctx: Context, scopes: list[str], expires_at: datetime | None) -> None:
    """Scopes must be permissions that the caller has; a key never opens more than its maker could."""
    errors: list[FieldError] = []
    for number, scope in enumerate(scopes):
        area, _, verb = scope.partition(":")
        covered = [p for p in PERMISSIONS if allows([scope], p)]
        if not covered or (verb == "*" and not area):
            errors.append(FieldError(f"/scopes/{number}", "is not a permission"))
        elif scope != "*" and not all(ctx.principal.may(p) for p in covered):
            errors.append(FieldError(f"/scopes/{number}", "is more than your own permissions"))
    if expires_at is not None:
        if expires_at.tzinfo is None:
            errors.append(FieldError("/expires_at", "needs a time zone, such as Z"))
        elif expires_at <= now():
            errors.append(FieldError("/expires_at", "is in the past"))
    if errors:
        raise ValidationFailed(errors)


async def create(ctx: Context, tx: Transaction, data: NewApiKey) -> CreatedApiKey:
    """A new key for the caller. Only people make keys, and only for the organisation that they belong to."""
    principal = ctx.principal
    if principal.kind == "api_key":
        raise Forbidden("An API key cannot make another.")
    if principal.organization_id != principal.home_organization_id:
        raise Forbidden("Make keys in your own organization; with organizations:enter they work below it too.")
    _check(ctx, data.scopes, data.expires_at)
    key_id, prefix = new_id(), secrets.token_hex(6)
    key = f"{API_KEY_MARK}{prefix}_{secrets.token_urlsafe(32)}"
    await tx.run(
        q.SQL.insert,
        id=key_id,
        organization_id=principal.organization_id,
        user_id=principal.user_id,
        name=data.name,
        prefix=prefix,
        key_hash=hash_api_key(key),
        scopes=data.scopes,
        expires_at=data.expires_at,
    )
    created = await tx.one(ApiKey, q.SQL.get, id=key_id)
    await ctx.audit(tx, "api_key.created", "api_key", key_id, organization_id=created.organization_id, after=created)
    await events.emit(tx, "api_key.created", created.organization_id, created)
    return CreatedApiKey(key=key, **msgspec.structs.asdict(created))


async def update(ctx: Context, key_id: UUID, changes: dict[str, Any]) -> ApiKey:
    """Rename a key or change its scopes and end. Only its owner may widen the scopes, logged in: a stolen key stays as it is."""
    async with ctx.transaction() as tx:
        before = await tx.maybe(ApiKey, q.SQL.lock, id=key_id)
        if before is None:
            raise NotFound("API key")
        ctx.if_match(before.version)
        after = msgspec.structs.replace(before, **changes)
        _check(ctx, after.scopes, changes.get("expires_at"))
        widened = any(allows(after.scopes, p) and not allows(before.scopes, p) for p in PERMISSIONS)
        if widened and (before.user_id != ctx.principal.user_id or ctx.principal.kind == "api_key"):
            raise Forbidden("Only the owner of a key may widen its scopes, and not with a key.")
        await tx.run(q.SQL.update, id=key_id, name=after.name, scopes=after.scopes, expires_at=after.expires_at)
        after = await tx.one(ApiKey, q.SQL.get, id=key_id)
        await ctx.audit(
            tx, "api_key.updated", "api_key", key_id, organization_id=before.organization_id, before=before, after=after
        )
    return after


async def delete(ctx: Context, key_id: UUID) -> None:
    """Take a key back; it is refused from now on."""
    async with ctx.transaction() as tx:
        before = await tx.maybe(ApiKey, q.SQL.lock, id=key_id)
        if before is None:
            raise NotFound("API key")
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete, id=key_id)
        await ctx.audit(tx, "api_key.deleted", "api_key", key_id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "api_key.deleted", before.organization_id, {"id": key_id, "prefix": before.prefix})
