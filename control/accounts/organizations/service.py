"""Creating, changing and closing organisations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import CheckViolation, ForeignKeyViolation, InsufficientPrivilege, UniqueViolation

from control.accounts.auth.sessions import forget_cached
from control.accounts.organizations import queries as q
from control.accounts.organizations.models import NewOrganization, Organization
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import said

SORTABLE = {"created_at": "created_at", "name": "name", "slug": "slug", "plan": "plan", "kind": "kind"}
_FROM_ABOVE = ("slug", "plan", "is_active")


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Organization], int]:
    """The organisations in reach: the own one, and those below for who may see the tree."""
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Organization, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, organization_id: UUID) -> Organization:
    async with ctx.transaction() as tx:
        found = await tx.maybe(Organization, q.SQL.get, id=organization_id)
        if found is None:
            raise NotFound("organization")
        await ctx.audit_read(tx, "organization", found.id, organization_id=found.id)
    return found


class _Named(msgspec.Struct):
    id: UUID
    name: str


async def names(ctx: Context, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """What the organisations in reach among these are called."""
    wanted = list({one for one in ids if one is not None})
    async with ctx.transaction() as tx:
        return {one.id: one.name for one in await tx.all(_Named, q.SQL.names, ids=wanted)} if wanted else {}


async def create(ctx: Context, tx: Transaction, data: NewOrganization) -> Organization:
    """Add an organisation below. Raises Conflict for a slug in use, ValidationFailed for a place that cannot be."""
    organization_id = new_id()
    parent_id = data.parent_id or ctx.principal.organization_id
    try:
        await tx.run(
            q.SQL.insert,
            id=organization_id, parent_id=parent_id, kind=data.kind, name=data.name, slug=data.slug, plan=data.plan,
        )  # fmt: skip
    except UniqueViolation:
        raise Conflict(said("The slug '%(slug)s' is in use.", slug=data.slug), details={"field": "/slug"}) from None
    except (ForeignKeyViolation, InsufficientPrivilege):
        raise ValidationFailed(FieldError("/parent_id", "is not an organization in your reach")) from None
    except CheckViolation:
        raise ValidationFailed(FieldError("/kind", "cannot be placed under that parent")) from None
    created = await tx.one(Organization, q.SQL.get, id=organization_id)
    await ctx.audit(tx, "organization.created", "organization", created.id, organization_id=created.id, after=created)
    await events.emit(tx, "organization.created", parent_id, created)
    return created


async def update(ctx: Context, organization_id: UUID, changes: dict[str, Any]) -> Organization:
    """Change fields. Slug, plan and activity of one's own organisation are for those above it: raises Forbidden."""
    async with ctx.transaction() as tx:
        before = await tx.maybe(Organization, q.SQL.lock, id=organization_id)
        if before is None:
            raise NotFound("organization")
        ctx.if_match(before.version)
        reserved = [name for name in _FROM_ABOVE if name in changes and changes[name] != getattr(before, name)]
        if reserved and organization_id == ctx.principal.home_organization_id:
            raise Forbidden(
                said("Only the organization above yours changes %(fields)s.", fields=", ".join(reserved)),
                details={"fields": [f"/{n}" for n in reserved]},
            )
        after = msgspec.structs.replace(before, **changes)
        try:
            await tx.run(q.SQL.update, id=before.id, name=after.name, slug=after.slug, plan=after.plan, is_active=after.is_active)
        except UniqueViolation:
            raise Conflict(said("The slug '%(slug)s' is in use.", slug=after.slug), details={"field": "/slug"}) from None
        after = await tx.one(Organization, q.SQL.get, id=before.id)
        await ctx.audit(
            tx, "organization.updated", "organization", before.id, organization_id=before.id, before=before, after=after
        )
        await events.emit(tx, "organization.updated", before.id, after)
        if before.is_active and not after.is_active:
            await _forget_members(ctx, tx, before.id)
    return after


async def delete(ctx: Context, organization_id: UUID) -> None:
    """Close an organisation. Raises Conflict while it has live ones below, Forbidden for the own one."""
    async with ctx.transaction() as tx:
        before = await tx.maybe(Organization, q.SQL.lock, id=organization_id)
        if before is None:
            raise NotFound("organization")
        ctx.if_match(before.version)
        if organization_id in (ctx.principal.organization_id, ctx.principal.home_organization_id):
            raise Forbidden("You cannot delete the organization that you work in.")
        if children := await tx.value(q.SQL.live_children, id=organization_id):
            raise Conflict(said("%(number)s organizations below this one must be deleted or moved first.", number=children))
        await _forget_members(ctx, tx, organization_id)
        await ctx.audit(tx, "organization.deleted", "organization", before.id, organization_id=before.id, before=before)
        await events.emit(tx, "organization.deleted", before.parent_id or before.id, {"id": before.id})
        await tx.run(q.SQL.delete, id=organization_id)


class _Id(msgspec.Struct):
    id: UUID


async def _forget_members(ctx: Context, tx: Transaction, organization_id: UUID) -> None:
    for member in await tx.all(_Id, q.SQL.member_ids, id=organization_id):
        await forget_cached(tx, ctx.runtime, member.id)
