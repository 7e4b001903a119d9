"""People: adding, changing, deleting."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from email_validator import EmailNotValidError, validate_email
from psycopg.errors import UniqueViolation

from control.accounts.auth import account, sessions, strength
from control.accounts.auth import queries as auth
from control.accounts.users import queries as q
from control.accounts.users import roles
from control.accounts.users.models import NewUser, User
from control.core import events, mailer
from control.core.context import Context
from control.core.db import Scope, Transaction
from control.core.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import N_

SORTABLE = {
    "created_at": "u.created_at",
    "email": "u.email",
    "username": "u.username",
    "full_name": "u.full_name",
    "last_login_at": "u.last_login_at",
}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[User], int]:
    """The people in reach."""
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(User, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, user_id: UUID) -> User:
    async with ctx.transaction() as tx:
        found = await tx.maybe(User, q.SQL.get, id=user_id)
        if found is None:
            raise NotFound("user")
        await ctx.audit_read(tx, "user", found.id, organization_id=found.organization_id)
    return found


class _Named(msgspec.Struct):
    id: UUID
    name: str


async def names(ctx: Context, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """What the people in reach among these are called."""
    wanted = list({one for one in ids if one is not None})
    async with ctx.transaction() as tx:
        return {one.id: one.name for one in await tx.all(_Named, q.SQL.names, ids=wanted)} if wanted else {}


def checked_email(text: str) -> str:
    """The address in the form that is stored. Raises ValidationFailed."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValidationFailed(FieldError("/email", str(error))) from None
    return (found.ascii_email or found.normalized).lower()


def _checked_timezone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValidationFailed(FieldError("/timezone", "is not a time zone of the IANA database, such as Europe/Berlin"))
    return name


def _username_from(email: str) -> str:
    plain = re.sub(r"[^a-z0-9._-]", "-", email.partition("@")[0]).lstrip("._-")[:40] or "user"
    return f"{plain}-{str(new_id())[-6:]}"


async def create(ctx: Context, tx: Transaction, data: NewUser) -> User:
    """Add a person. Raises Conflict for an address or name in use, ValidationFailed, Forbidden for roles beyond one's own."""
    email = checked_email(data.email)
    _checked_timezone(data.timezone)
    organization_id = data.organization_id or ctx.principal.organization_id
    user_type = await roles.user_type_of(tx, organization_id)
    chosen = await roles.choose(ctx, tx, organization_id, user_type, data.roles)
    username = data.username or _username_from(email)
    if data.password is not None and (reason := strength.weakness(data.password, [email, username, data.full_name])):
        raise ValidationFailed(FieldError("/password", reason))
    user_id = new_id()
    try:
        await tx.run(
            q.SQL.insert,
            id=user_id, organization_id=organization_id, email=email, username=username, full_name=data.full_name,
            locale=data.locale, timezone=data.timezone,
        )  # fmt: skip
    except UniqueViolation as error:
        raise _in_use(error) from None
    await tx.run(q.SQL.add_membership, organization_id=organization_id, user_id=user_id)
    await _give(tx, organization_id, user_id, [role.id for role in chosen])
    created = await tx.one(User, q.SQL.get, id=user_id)
    await ctx.audit(tx, "user.created", "user", user_id, organization_id=organization_id, after=created)
    await events.emit(tx, "user.created", organization_id, created)
    await _first_password(ctx, tx, created, data.password)
    return created


async def _first_password(ctx: Context, tx: Transaction, user: User, password: str | None) -> None:
    scope = tx.scope
    if password is not None:
        digest = await ctx.runtime.passwords.hash(password)
        await tx.switch(Scope(user.organization_id, user.id))
        await strength.store(tx, user.id, digest)
        await tx.switch(scope)
        return
    token, digest_of_token = account.new_reset_token()
    organization = await tx.value(q.SQL.organization_name, id=user.organization_id)
    await tx.switch(Scope(user.organization_id, user.id))
    await tx.run(auth.SQL.set_reset_token, user_id=user.id, token_hash=digest_of_token, seconds=account.INVITATION_SECONDS)
    await mailer.send(
        tx,
        ctx.runtime.keyring,
        organization_id=user.organization_id,
        recipient=user.email,
        template="invitation",
        locale=user.locale,
        context={
            "name": user.full_name or user.username,
            "organization": organization,
            "link": f"{ctx.runtime.settings.public_url}/reset-password?token={token}",
            "hours": account.INVITATION_SECONDS // 3600,
        },
    )
    await tx.switch(scope)


async def _give(tx: Transaction, organization_id: UUID, user_id: UUID, role_ids: list[UUID]) -> None:
    await tx.run(q.SQL.drop_roles, organization_id=organization_id, user_id=user_id)
    for role_id in role_ids:
        await tx.run(q.SQL.add_role, organization_id=organization_id, user_id=user_id, role_id=role_id)


def _in_use(error: UniqueViolation) -> Conflict:
    field = "username" if "username" in (error.diag.constraint_name or "") else "email"
    words = N_("This user name is in use.") if field == "username" else N_("This e-mail address is in use.")
    return Conflict(words, details={"field": f"/{field}"})


async def locked(ctx: Context, tx: Transaction, user_id: UUID) -> User:
    """The person, locked until the transaction ends, and changeable by the caller. Raises NotFound, Forbidden."""
    found = await tx.maybe(User, q.SQL.get, id=user_id)
    if found is None:
        raise NotFound("user")
    # A colleague whose account another organisation manages can be seen but not locked.
    if await tx.value(q.SQL.lock, id=user_id) is None:
        raise Forbidden("Another organization manages this account.")
    await roles.must_outrank(ctx, tx, user_id)
    return await tx.one(User, q.SQL.get, id=user_id)


async def update(ctx: Context, user_id: UUID, changes: dict[str, Any]) -> User:
    """Change a person. Sessions end when the account is closed; roles count from the next request."""
    if "email" in changes:
        changes["email"] = checked_email(changes["email"])
    if "timezone" in changes:
        _checked_timezone(changes["timezone"])
    async with ctx.transaction() as tx:
        before = await locked(ctx, tx, user_id)
        ctx.if_match(before.version)
        wanted = msgspec.structs.replace(before, **changes)
        wanted.roles = sorted(set(wanted.roles))
        if user_id == ctx.principal.user_id and (not wanted.is_active or wanted.roles != before.roles):
            raise Forbidden("You cannot close your own account or change your own roles.")
        loses_rank = not wanted.is_active or not set(roles.HIGHEST) & set(wanted.roles)
        if before.is_active and loses_rank:
            await roles.must_not_be_last(tx, before.organization_id, user_id, before.roles)
        if wanted.roles != before.roles:
            user_type = await roles.user_type_of(tx, before.organization_id)
            chosen = await roles.choose(ctx, tx, before.organization_id, user_type, wanted.roles)
            await _give(tx, before.organization_id, user_id, [role.id for role in chosen])
        try:
            await tx.run(
                q.SQL.update,
                id=user_id, email=wanted.email, username=wanted.username, full_name=wanted.full_name, locale=wanted.locale,
                timezone=wanted.timezone, is_active=wanted.is_active,
            )  # fmt: skip
        except UniqueViolation as error:
            raise _in_use(error) from None
        after = await tx.one(User, q.SQL.get, id=user_id)
        await ctx.audit(tx, "user.updated", "user", user_id, organization_id=before.organization_id, before=before, after=after)
        await events.emit(tx, "user.updated", before.organization_id, after)
        if before.is_active and not after.is_active:
            await _end_sessions(ctx, tx, user_id, "account closed")
        else:
            await sessions.forget_cached(tx, ctx.runtime, user_id)
    return after


async def delete(ctx: Context, user_id: UUID) -> None:
    """Delete softly: the account and its keys stop working, its history stays. Raises Forbidden for oneself."""
    async with ctx.transaction() as tx:
        before = await locked(ctx, tx, user_id)
        ctx.if_match(before.version)
        if user_id == ctx.principal.user_id:
            raise Forbidden("You cannot delete your own account.")
        await roles.must_not_be_last(tx, before.organization_id, user_id, before.roles)
        await tx.run(q.SQL.delete_keys, id=user_id)
        await ctx.audit(tx, "user.deleted", "user", user_id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "user.deleted", before.organization_id, {"id": user_id})
        await _end_sessions(ctx, tx, user_id, "account deleted")
        await tx.run(q.SQL.delete, id=user_id)


async def _end_sessions(ctx: Context, tx: Transaction, user_id: UUID, reason: str) -> None:
    scope = tx.scope
    await sessions.end_all(tx, ctx.runtime, user_id, reason)
    await tx.switch(scope)
