"""Making and changing roles: nobody makes one that opens more than they may do themselves, or more than its kind of
organisation can be allowed at all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from control.accounts.auth import sessions
from control.accounts.roles import queries as q
from control.accounts.roles.models import NewRole, Role
from control.accounts.users import queries as users
from control.accounts.users.roles import USER_TYPES, covers, user_type_of
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed
from control.core.few import Named, few
from control.core.ids import new_id
from control.core.permissions import PERMISSIONS, allows
from control.core.words import said

BUILT_IN = ("superadmin", "support", "owner", "staff", "member")
"""What the roles are called that every organisation has."""
MOST_ROLES = 50


async def offered(ctx: Context, organization_id: UUID | None) -> list[Role]:
    """The roles that can be given in an organisation, the built-in ones first. Raises NotFound."""
    async with ctx.transaction() as tx:
        wanted = organization_id or ctx.principal.organization_id
        kind = await tx.value(users.SQL.organization_kind, id=wanted)
        if kind is None:
            raise NotFound("organization")
        return await tx.all(Role, q.SQL.offered, organization_id=wanted, user_type=USER_TYPES[kind])


async def get(ctx: Context, role_id: UUID) -> Role:
    """One role. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(Role, q.SQL.get, id=role_id)
        if found is None:
            raise NotFound("role")
        if found.organization_id is not None:
            await ctx.audit_read(tx, "role", found.id, organization_id=found.organization_id)
    return found


async def grantable(ctx: Context, user_type: str) -> list[str]:
    """The permissions that a role can have which the caller makes for people of a type, in their usual order."""
    async with ctx.transaction() as tx:
        highest = await _highest(tx, user_type)
    return [name for name in PERMISSIONS if allows(highest, name) and ctx.principal.may(name)]


async def holders(ctx: Context, role: Role) -> list[Named]:
    """A few of those who hold it."""
    return await few(ctx, q.SQL.holders, id=role.id, organization_id=role.organization_id)


async def create(ctx: Context, tx: Transaction, data: NewRole) -> Role:
    """A new role. Raises ValidationFailed, and Conflict for a name in use or one too many."""
    organization_id = data.organization_id or ctx.principal.organization_id
    user_type = await user_type_of(tx, organization_id)
    permissions = await _checked(ctx, tx, user_type, data.name, data.permissions)
    if await tx.value(q.SQL.how_many, organization_id=organization_id) >= MOST_ROLES:
        raise Conflict(said("An organization has at most %(most)s roles of its own; delete one first.", most=MOST_ROLES))
    role_id = new_id()
    try:
        await tx.run(
            q.SQL.insert,
            id=role_id, organization_id=organization_id, name=data.name, user_type=user_type, description=data.description,
            permissions=permissions,
        )  # fmt: skip
    except UniqueViolation:
        raise _there_already() from None
    made = await tx.one(Role, q.SQL.get, id=role_id)
    await ctx.audit(tx, "role.created", "role", role_id, organization_id=organization_id, after=made)
    return made


async def update(ctx: Context, role_id: UUID, changes: dict[str, Any]) -> Role:
    """Change a role; whoever holds it may do what it opens from the next request on. Raises as `create`, and NotFound."""
    async with ctx.transaction() as tx:
        before, organization_id = await _locked(ctx, tx, role_id)
        after = msgspec.structs.replace(before, **changes)
        permissions = await _checked(ctx, tx, before.user_type, after.name, after.permissions)
        try:
            await tx.run(q.SQL.update, id=role_id, name=after.name, description=after.description, permissions=permissions)
        except UniqueViolation:
            raise _there_already() from None
        after = await tx.one(Role, q.SQL.get, id=role_id)
        await ctx.audit(tx, "role.updated", "role", role_id, organization_id=organization_id, before=before, after=after)
        if after.permissions != before.permissions or after.name != before.name:
            for one in await tx.all(_Holder, q.SQL.held_by, id=role_id, organization_id=organization_id):
                await sessions.forget_cached(tx, ctx.runtime, one.user_id)
    return after


async def delete(ctx: Context, role_id: UUID) -> None:
    """Delete a role that nobody holds. Raises NotFound, Forbidden, Conflict."""
    async with ctx.transaction() as tx:
        before, organization_id = await _locked(ctx, tx, role_id)
        try:
            await tx.run(q.SQL.delete, id=role_id)
        except ForeignKeyViolation:
            raise Conflict("People hold this role; give them another one first.") from None
        await ctx.audit(tx, "role.deleted", "role", role_id, organization_id=organization_id, before=before)


class _Holder(msgspec.Struct):
    user_id: UUID


async def _highest(tx: Transaction, user_type: str) -> list[str]:
    return list(await tx.value(q.SQL.highest, user_type=user_type) or [])


async def _locked(ctx: Context, tx: Transaction, role_id: UUID) -> tuple[Role, UUID]:
    """An own role, locked, that the caller may change, and whose it is."""
    await tx.value(q.SQL.lock, id=role_id)
    found = await tx.maybe(Role, q.SQL.get, id=role_id)
    if found is None:
        raise NotFound("role")
    if found.organization_id is None:
        raise Forbidden("Built-in roles stay as they are; make one of your own.")
    ctx.if_match(found.version)
    if not covers(ctx.principal, found.permissions):
        raise Forbidden("This role may do more than you; somebody who holds as much must change it.")
    return found, found.organization_id


async def _checked(ctx: Context, tx: Transaction, user_type: str, name: str, permissions: list[str]) -> list[str]:
    """The permissions in their usual order, each once. Raises ValidationFailed."""
    highest = await _highest(tx, user_type)
    errors = [FieldError("/name", "is what a built-in role is called")] if name in BUILT_IN else []
    for number, one in enumerate(permissions):
        if one not in PERMISSIONS:
            errors.append(FieldError(f"/permissions/{number}", "is not a permission"))
        elif not ctx.principal.may(one):
            errors.append(FieldError(f"/permissions/{number}", "is more than your own permissions"))
        elif not allows(highest, one):
            errors.append(FieldError(f"/permissions/{number}", "cannot be allowed in this kind of organization"))
    if errors:
        raise ValidationFailed(errors)
    return [one for one in PERMISSIONS if one in permissions]


def _there_already() -> Conflict:
    return Conflict("There is a role of this name already.", details={"field": "/name"})
