"""Sessions: a family of refresh tokens of which only the newest is good (RFC 9700 section 4.14.2)."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

import msgspec

from control.accounts.auth import queries as q
from control.accounts.auth.models import Session
from control.core.audit import Actor, record
from control.core.authentication import session_cache_key, standing
from control.core.context import Context
from control.core.db import NOBODY, Scope, Transaction
from control.core.errors import Unauthorized
from control.core.ids import new_id
from control.core.permissions import Principal
from control.core.runtime import Runtime

_MARK = "hcr_"


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _next_token(tx: Transaction, session_id: UUID, user_id: UUID, seconds: int) -> str:
    token = _MARK + secrets.token_urlsafe(32)
    await tx.run(q.SQL.add_refresh_token, token_hash=_token_hash(token), session_id=session_id, user_id=user_id, seconds=seconds)
    return token


async def _answer(tx: Transaction, runtime: Runtime, principal: Principal, session_id: UUID, refresh_token: str) -> Session:
    access, lifetime = await runtime.tokens.issue(
        tx,
        user_id=principal.user_id,
        user_type=principal.user_type,
        organization_id=principal.organization_id,
        roles=principal.roles,
        session_id=session_id,
    )
    return Session(
        access_token=access,
        refresh_token=refresh_token,
        expires_in=lifetime,
        user_id=principal.user_id,
        organization_id=principal.organization_id,
        session_id=session_id,
    )


async def begin(tx: Transaction, ctx: Context, principal: Principal) -> Session:
    """A new session for a person who has just proved who they are."""
    lifetime = ctx.runtime.settings.jwt_refresh_ttl
    session_id = new_id()
    await tx.run(
        q.SQL.add_session,
        id=session_id,
        user_id=principal.user_id,
        organization_id=principal.organization_id,
        user_agent=ctx.user_agent,
        address=None if ctx.address is None else str(ctx.address),
        seconds=lifetime,
    )
    token = await _next_token(tx, session_id, principal.user_id, lifetime)
    return await _answer(tx, ctx.runtime, principal, session_id, token)


class _Found(msgspec.Struct):
    user_id: UUID
    session_id: UUID


class _Locked(msgspec.Struct):
    used: bool
    expired: bool
    ended: bool
    organization_id: UUID


async def refresh(ctx: Context, token: str) -> Session:
    """The next tokens of a family. Raises Unauthorized; an old token seen again ends the family first."""
    refused = Unauthorized("The refresh token is not valid; log in again.", headers={"WWW-Authenticate": "Bearer"})
    digest = _token_hash(token)
    runtime = ctx.runtime
    async with runtime.database.transaction(NOBODY) as tx:
        found = await tx.maybe(_Found, q.SQL.find_refresh_token, token_hash=digest)
        if found is None:
            raise refused
        await tx.switch(Scope(None, found.user_id))
        locked = await tx.one(_Locked, q.SQL.lock_refresh_token, token_hash=digest)
        if locked.ended or (locked.expired and not locked.used):
            raise refused
        session = None
        if locked.used:
            await tx.switch(Scope(locked.organization_id, found.user_id))
            await end(tx, runtime, found.session_id, "an old refresh token was used again")
            actor = _actor(ctx, found.user_id, locked.organization_id)
            await record(
                tx,
                actor,
                "session.refresh_reused",
                "session",
                found.session_id,
                organization_id=locked.organization_id,
            )
        else:
            principal = await standing(tx, found.user_id, locked.organization_id)
            if principal is None:
                raise refused
            lifetime = runtime.settings.jwt_refresh_ttl
            await tx.run(q.SQL.use_refresh_token, token_hash=digest)
            await tx.run(
                q.SQL.extend_session,
                id=found.session_id,
                seconds=lifetime,
                address=None if ctx.address is None else str(ctx.address),
                user_agent=ctx.user_agent,
            )
            session = await _answer(
                tx, runtime, principal, found.session_id, await _next_token(tx, found.session_id, found.user_id, lifetime)
            )
    # The family's end must be committed before the refusal is raised.
    if session is None:
        raise refused
    return session


async def end(tx: Transaction, runtime: Runtime, session_id: UUID, reason: str) -> bool:
    """End a session of the person whose scope the transaction has; false when it had ended or is not theirs."""
    ended = await tx.value(q.SQL.revoke_session, id=session_id, reason=reason, seconds=runtime.settings.jwt_access_ttl + 60)
    if ended:
        tx.after_commit(lambda: runtime.cache.drop(session_cache_key(session_id)))
    return bool(ended)


class _Id(msgspec.Struct):
    id: UUID


async def end_all(tx: Transaction, runtime: Runtime, user_id: UUID, reason: str, *, but: UUID | None = None) -> int:
    """End every session of a person, but one if asked; how many. The transaction's scope is left with the person's."""
    await tx.switch(Scope(tx.scope.organization_id, user_id, tx.scope.access))
    rows = await tx.all(_Id, q.SQL.live_sessions, user_id=user_id)
    return sum([await end(tx, runtime, row.id, reason) for row in rows if row.id != but])


async def forget_cached(tx: Transaction, runtime: Runtime, user_id: UUID) -> None:
    """After a change of roles: let the person's live sessions be read anew."""
    before = tx.scope
    await tx.switch(Scope(before.organization_id, user_id, before.access))
    rows = await tx.all(_Id, q.SQL.live_sessions, user_id=user_id)
    await tx.switch(before)
    keys = [session_cache_key(row.id) for row in rows]
    tx.after_commit(lambda: runtime.cache.drop(*keys))


def _actor(ctx: Context, user_id: UUID, organization_id: UUID) -> Actor:
    return Actor(
        kind="user",
        id=user_id,
        organization_id=organization_id,
        address=None if ctx.address is None else str(ctx.address),
        request_id=ctx.request_id,
    )
