"""Logging in with a passkey alone. It says who the person is, and the device has asked for a finger, a face or a PIN."""

from __future__ import annotations

from uuid import UUID

import msgspec

from control.accounts.auth import queries as auth
from control.accounts.auth import throttle
from control.accounts.auth.login import begin_session, choose, note_failure
from control.accounts.auth.models import Credentials, Membership, Session
from control.accounts.passkeys import ceremonies, checking, parties, proof
from control.accounts.passkeys import queries as q
from control.accounts.passkeys.ceremonies import For
from control.accounts.passkeys.models import Begun, PasskeyLogin
from control.core import metrics
from control.core.context import Context
from control.core.db import NOBODY, Scope


class _Found(msgspec.Struct):
    user_id: UUID
    is_active: bool


def begin(ctx: Context) -> Begun:
    """Ask for whichever passkey the person chooses. Raises Conflict where passkeys do not work."""
    return proof.ask(ctx.runtime, "login", parties.needed(ctx), For())


async def login(ctx: Context, data: PasskeyLogin, browser: str = "") -> Session:
    """Begin a session. Raises Unauthorized, RateLimited, Forbidden. Unknown keys and wrong signatures answer alike."""
    runtime = ctx.runtime
    attempt = throttle.guard("passkey", data.credential.raw_id, ctx.address)
    await throttle.count(runtime.database, attempt)
    ceremony = await ceremonies.spend(runtime, "login", data.ceremony, For(browser=browser))
    async with runtime.database.transaction(NOBODY) as tx:
        found = await tx.maybe(_Found, q.SQL.find_passkey, credential_id=checking.decoded(data.credential.raw_id))
    session = None
    if found is not None and found.is_active:
        async with runtime.database.transaction(Scope(None, found.user_id)) as tx:
            known = await tx.one(Credentials, auth.SQL.lock_credentials, user_id=found.user_id)
            if await proof.judge(ctx, tx, ceremony, data.credential, known):
                organization = choose(await tx.all(Membership, auth.SQL.organizations), data.organization)
                session = await begin_session(tx, ctx, known, organization, by="passkey")
    if session is None:
        metrics.LOGINS.labels("refused").inc()
        runtime.spawn(note_failure(ctx, found.user_id if found else None))
        raise ceremonies.refused()
    await throttle.forgive(runtime.database, attempt)
    metrics.LOGINS.labels("succeeded").inc()
    return session
