"""Logging in. An unknown address, a wrong password and a closed account answer alike, in words and in time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import structlog

from control.accounts.auth import queries as q
from control.accounts.auth import sessions, throttle, totp
from control.accounts.auth.models import Credentials, Login, Membership, Session
from control.accounts.passkeys import ceremonies, proof
from control.accounts.passkeys.ceremonies import Ceremony, For
from control.core import metrics
from control.core.audit import Actor, record
from control.core.authentication import standing
from control.core.context import Context
from control.core.db import NOBODY, Scope, Transaction
from control.core.errors import Forbidden, Unauthorized

log = structlog.get_logger("hcc.auth")

_WRONG_CODE = "The code is not right, or was used before."
_WRONG_PASSKEY = "The passkey was not accepted."


class _Found(msgspec.Struct):
    user_id: UUID
    is_active: bool


async def login(ctx: Context, data: Login) -> Session:
    """Begin a session. Raises Unauthorized (also when a code is wanted: details.requires_2fa), RateLimited, Forbidden."""
    runtime = ctx.runtime
    email = data.email.strip().lower()
    attempt = throttle.guard("login", email, ctx.address)
    await throttle.count(runtime.database, attempt)

    async with runtime.database.transaction(NOBODY) as tx:
        found = await tx.maybe(_Found, q.SQL.find_login, email=email)
        user_id = found.user_id if found is not None and found.is_active else None
        await tx.switch(Scope(None, user_id))
        known = await tx.maybe(Credentials, q.SQL.credentials, user_id=user_id)

    # No connection is held while the hash is computed.
    verdict = await runtime.passwords.verify(known.password_hash if known else None, data.password)
    if known is None or not verdict.right:
        metrics.LOGINS.labels("refused").inc()
        runtime.spawn(note_failure(ctx, found.user_id if found else None))
        raise _refused()
    upgraded = await runtime.passwords.hash(data.password) if verdict.outdated else None
    # Second factors have a counter of their own: the right password alone, in between, must not forgive wrong ones.
    second = throttle.guard("totp", str(known.user_id), ctx.address)
    has_tried = data.totp_code is not None or data.passkey is not None
    if known.has_second_factor and has_tried:
        await throttle.count(runtime.database, second)
    ceremony = await _spent(ctx, known, data)

    async with runtime.database.transaction(Scope(None, known.user_id)) as tx:
        locked = await tx.one(Credentials, q.SQL.lock_credentials, user_id=known.user_id)
        if locked.password_hash != known.password_hash:
            raise _refused()
        session, details = None, {}
        if not locked.has_second_factor or await _second(ctx, tx, locked, data, ceremony):
            organization = choose(await tx.all(Membership, q.SQL.organizations), data.organization)
            session = await begin_session(tx, ctx, locked, organization, upgraded)
        else:
            details = await _ways(ctx, tx, locked)
    if session is None:
        metrics.LOGINS.labels("second_factor").inc()
        if not has_tried:
            # The password was right: this is a step, not a failure.
            await throttle.forgive(runtime.database, attempt)
            raise Unauthorized("Send the code of your authenticator too.", details=details)
        runtime.spawn(note_failure(ctx, known.user_id))
        raise Unauthorized(_WRONG_PASSKEY if data.totp_code is None else _WRONG_CODE, details=details)
    await throttle.forgive(runtime.database, attempt)
    if known.has_second_factor:
        await throttle.forgive(runtime.database, second)
    metrics.LOGINS.labels("succeeded").inc()
    return session


async def _spent(ctx: Context, known: Credentials, data: Login) -> Ceremony | None:
    """The challenge of a passkey that was sent, used up whatever comes of it."""
    if data.passkey is None or data.totp_code is not None:
        return None
    try:
        return await ceremonies.spend(ctx.runtime, "second", data.passkey.ceremony, For(user_id=known.user_id))
    except Unauthorized:
        return None


async def _second(ctx: Context, tx: Transaction, locked: Credentials, data: Login, ceremony: Ceremony | None) -> bool:
    """Whether the second factor is right: a code, a recovery code, or a passkey."""
    if data.totp_code is not None:
        return await totp.check(tx, ctx.runtime.keyring, locked, data.totp_code)
    if data.passkey is None or ceremony is None:
        return False
    return await proof.judge(ctx, tx, ceremony, data.passkey.credential, locked, must_verify=False)


async def _ways(ctx: Context, tx: Transaction, locked: Credentials) -> dict[str, Any]:
    """What a caller is told who must bring a second factor; for a passkey, all that a browser needs to ask for it."""
    begun = await proof.offer(ctx, tx, locked.user_id) if locked.passkeys else None
    return {"requires_2fa": True} | ({} if begun is None else {"passkey": msgspec.to_builtins(begun)})


async def begin_session(
    tx: Transaction, ctx: Context, known: Credentials, organization: UUID, upgraded: str | None = None, *, by: str = ""
) -> Session:
    """A session for a person who has proved who they are. `by` is written down where it was not the password."""
    principal = await standing(tx, known.user_id, organization)
    if principal is None:
        raise Forbidden("Your account is not active in this organization.")
    if upgraded is not None:
        await tx.run(q.SQL.upgrade_password_hash, user_id=known.user_id, old=known.password_hash, new=upgraded)
    await tx.run(q.SQL.touch_login, user_id=known.user_id)
    await tx.run(q.SQL.touch_membership, organization_id=organization, user_id=known.user_id)
    session = await sessions.begin(tx, ctx, principal)
    actor = Actor(
        kind="user",
        id=known.user_id,
        organization_id=organization,
        address=None if ctx.address is None else str(ctx.address),
        request_id=ctx.request_id,
    )
    after = {"by": by} if by else None
    await record(tx, actor, "session.started", "session", session.session_id, organization_id=organization, after=after)
    return session


def choose(memberships: list[Membership], wanted: str | None) -> UUID:
    """The organisation asked for by id or slug, else the one used last. Only active ones count."""
    active = [m for m in memberships if m.is_active]
    if wanted is not None:
        active = [m for m in active if wanted in (str(m.organization_id), m.slug)]
        if not active:
            raise Forbidden("You do not belong to this organization, or it is not active.")
    if not active:
        raise Forbidden("Your account belongs to no active organization.")
    return active[0].organization_id


def _refused() -> Unauthorized:
    return Unauthorized("The e-mail address or the password is not right.")


async def note_failure(ctx: Context, user_id: UUID | None) -> None:
    """After the answer, so that its time does not tell whether the account exists."""
    address = None if ctx.address is None else str(ctx.address)
    log.warning("login refused", user=None if user_id is None else str(user_id), address=address)
    if user_id is None:
        return
    async with ctx.runtime.database.transaction(Scope(None, user_id)) as tx:
        memberships = await tx.all(Membership, q.SQL.organizations)
        if memberships:
            organization = memberships[0].organization_id
            await tx.switch(Scope(organization, user_id))
            actor = Actor(kind="system", address=address, request_id=ctx.request_id)
            await record(tx, actor, "session.refused", "user", user_id, organization_id=organization)
