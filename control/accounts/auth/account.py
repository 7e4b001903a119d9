"""What a person does with their own account: passwords, second factor, profile, sessions."""

from __future__ import annotations

import hashlib
import secrets
import time
import zoneinfo
from uuid import UUID

import msgspec
import pyotp

from control.accounts.auth import queries as q
from control.accounts.auth import sessions, strength, throttle, totp
from control.accounts.auth.models import Credentials, Me, Membership, PasswordChange, PasswordReset, SessionInfo, TotpEnrolment
from control.accounts.auth.notices import tell
from control.core import jobs
from control.core.audit import Actor, record
from control.core.context import Context
from control.core.db import NOBODY, Scope, Transaction
from control.core.errors import BadRequest, Conflict, FieldError, NotFound, Unauthorized, ValidationFailed
from control.core.runtime import Runtime

RESET_SECONDS = 30 * 60
INVITATION_SECONDS = 72 * 3600


async def _confirm(ctx: Context, password: str, pointer: str) -> Credentials:
    """The person's credentials once they gave the password again; guesses count as for a login."""
    user_id = ctx.principal.user_id
    attempt = throttle.guard("confirm", str(user_id), ctx.address)
    await throttle.count(ctx.runtime.database, attempt)
    async with ctx.transaction("own") as tx:
        known = await tx.maybe(Credentials, q.SQL.credentials, user_id=user_id)
    if known is None or not (await ctx.runtime.passwords.verify(known.password_hash, password)).right:
        raise ValidationFailed(FieldError(pointer, "is not right"))
    await throttle.forgive(ctx.runtime.database, attempt)
    return known


async def confirm_password(ctx: Context, password: str) -> None:
    """Whether it is still the person who logged in. Raises ValidationFailed, and RateLimited after some guesses."""
    await _confirm(ctx, password, "/password")


async def change_password(ctx: Context, data: PasswordChange) -> None:
    """Set a new password and end all other sessions. Raises ValidationFailed saying which password is wrong and why."""
    known = await _confirm(ctx, data.current_password, "/current_password")
    principal = ctx.principal
    async with ctx.transaction("own") as tx:
        await _new_password(tx, ctx.runtime, known, data.new_password)
        await sessions.end_all(tx, ctx.runtime, known.user_id, "password changed", but=principal.session_id)
        await ctx.audit(tx, "user.password_changed", "user", known.user_id, organization_id=principal.organization_id)
        await tell(tx, ctx, known, "password_changed", principal.organization_id)


async def _new_password(tx: Transaction, runtime: Runtime, known: Credentials, password: str) -> None:
    about = [known.email, known.username, known.full_name, "hcc"]
    problem = await strength.problem(tx, runtime.passwords, known.user_id, password, about, known.password_hash, "/new_password")
    if problem is not None:
        raise ValidationFailed(problem)
    await strength.store(tx, known.user_id, await runtime.passwords.hash(password))


async def forgotten(ctx: Context, email: str) -> None:
    """Ask for a reset mail. Known or not, the same is done now; the worker finds out. Raises RateLimited."""
    address = email.strip().lower()
    await throttle.count(ctx.runtime.database, throttle.guard("reset", address, ctx.address))
    async with ctx.runtime.database.transaction(NOBODY) as tx:
        await jobs.defer(tx, "accounts.send_reset", email=address)


def new_reset_token() -> tuple[str, bytes]:
    """A token for a mail, and what is stored of it."""
    token = secrets.token_urlsafe(32)
    return token, hash_reset_token(token)


def hash_reset_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def reset_password(ctx: Context, data: PasswordReset) -> None:
    """Set a password with the token of a mail; the token is good once. All sessions end."""
    runtime = ctx.runtime
    digest = hash_reset_token(data.token)
    await throttle.count(runtime.database, throttle.guard("reset-token", data.token[:8], ctx.address))
    async with runtime.database.transaction(NOBODY) as tx:
        user_id = await tx.value(q.SQL.find_reset_token, token_hash=digest)
        if user_id is None:
            raise BadRequest("The link is not valid or has expired; ask for a new one.")
        await tx.switch(Scope(None, user_id))
        known = await tx.one(Credentials, q.SQL.lock_credentials, user_id=user_id)
        await _new_password(tx, runtime, known, data.new_password)
        await sessions.end_all(tx, runtime, user_id, "password reset")
        memberships = await tx.all(Membership, q.SQL.organizations)
        if memberships:
            organization_id = memberships[0].organization_id
            await tx.switch(Scope(organization_id, user_id))
            actor = Actor(
                kind="user",
                id=user_id,
                organization_id=organization_id,
                address=None if ctx.address is None else str(ctx.address),
                request_id=ctx.request_id,
            )
            await record(tx, actor, "user.password_reset", "user", user_id, organization_id=organization_id)
            await tell(tx, ctx, known, "password_changed", organization_id)


async def enrol_totp(ctx: Context, password: str) -> TotpEnrolment:
    """A new secret, not yet in force. Raises Conflict when a second factor is on already."""
    known = await _confirm(ctx, password, "/password")
    if known.totp_secret is not None:
        raise Conflict("A second factor is on already; disable it first.")
    secret = pyotp.random_base32(32)
    async with ctx.transaction("own") as tx:
        sealed = totp.seal(ctx.runtime.keyring, "totp_pending", known.user_id, secret)
        await tx.run(q.SQL.set_totp_pending, user_id=known.user_id, sealed=sealed)
    return enrolment(ctx, known.email, secret)


def enrolment(ctx: Context, email: str, secret: str) -> TotpEnrolment:
    """A secret as an authenticator takes it."""
    issuer = ctx.runtime.settings.jwt_issuer
    return TotpEnrolment(secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer))


async def confirm_totp(ctx: Context, code: str) -> list[str]:
    """Put the pending secret in force with a first code; the recovery codes."""
    principal = ctx.principal
    keyring = ctx.runtime.keyring
    await throttle.count(ctx.runtime.database, throttle.guard("totp", str(principal.user_id), ctx.address))
    async with ctx.transaction("own") as tx:
        known = await tx.maybe(Credentials, q.SQL.lock_credentials, user_id=principal.user_id)
        if known is None or known.totp_pending is None:
            raise Conflict("There is nothing to confirm; enrol first.")
        secret = totp.unseal(keyring, "totp_pending", known.user_id, known.totp_pending)
        step = totp.matching_step(secret, totp.normalise(code), time.time())
        if step is None:
            raise ValidationFailed(FieldError("/code", "is not right; check the clock of your device"))
        sealed = totp.seal(keyring, "totp_secret", known.user_id, secret)
        await tx.run(q.SQL.enable_totp, user_id=known.user_id, sealed=sealed, step=step)
        codes = await totp.new_recovery_codes(tx, known.user_id)
        await ctx.audit(tx, "user.totp_enabled", "user", known.user_id, organization_id=principal.organization_id)
    await throttle.forgive(ctx.runtime.database, throttle.guard("totp", str(principal.user_id), ctx.address))
    return codes


async def _with_code(ctx: Context, tx: Transaction, code: str) -> Credentials | None:
    known = await tx.maybe(Credentials, q.SQL.lock_credentials, user_id=ctx.principal.user_id)
    if known is None or not known.has_second_factor:
        raise Conflict("No second factor is on.")
    return known if await totp.check(tx, ctx.runtime.keyring, known, code) else None


async def disable_totp(ctx: Context, password: str, code: str) -> None:
    """Take the authenticator away; wants the password and a code. Passkeys stay, and recovery codes with them."""
    await _confirm(ctx, password, "/password")
    principal = ctx.principal
    guard = throttle.guard("totp", str(principal.user_id), ctx.address)
    await throttle.count(ctx.runtime.database, guard)
    async with ctx.transaction("own") as tx:
        known = await _with_code(ctx, tx, code)
        if known is not None and known.totp_secret is None:
            raise Conflict("No authenticator is set up.")
        if known is not None:
            await tx.run(q.SQL.disable_totp, user_id=known.user_id)
            if not known.passkeys:
                await tx.run(q.SQL.forget_recovery_codes, user_id=known.user_id)
            await ctx.audit(tx, "user.totp_disabled", "user", known.user_id, organization_id=principal.organization_id)
            await tell(tx, ctx, known, "totp_disabled", principal.organization_id)
    if known is None:
        raise ValidationFailed(FieldError("/code", "is not right, or was used before"))
    await throttle.forgive(ctx.runtime.database, guard)


async def renew_recovery_codes(ctx: Context, code: str) -> list[str]:
    """Ten new recovery codes in place of the old."""
    principal = ctx.principal
    guard = throttle.guard("totp", str(principal.user_id), ctx.address)
    await throttle.count(ctx.runtime.database, guard)
    codes: list[str] = []
    async with ctx.transaction("own") as tx:
        if (known := await _with_code(ctx, tx, code)) is not None:
            codes = await totp.new_recovery_codes(tx, known.user_id)
            await ctx.audit(tx, "user.recovery_codes_renewed", "user", known.user_id, organization_id=principal.organization_id)
    if not codes:
        raise ValidationFailed(FieldError("/code", "is not right, or was used before"))
    await throttle.forgive(ctx.runtime.database, guard)
    return codes


class _Profile(msgspec.Struct):
    email: str
    username: str
    full_name: str
    locale: str
    timezone: str
    version: int
    totp_enabled: bool
    passkeys: int


async def me(ctx: Context) -> Me:
    """The person, where they work and what they may do there."""
    principal = ctx.principal
    async with ctx.transaction("own") as tx:
        profile = await tx.maybe(_Profile, q.SQL.profile, user_id=principal.user_id)
        memberships = await tx.all(Membership, q.SQL.organizations)
    if profile is None:
        raise NotFound("account")
    return Me(
        user_id=principal.user_id,
        organization_id=principal.organization_id,
        user_type=principal.user_type,
        roles=principal.roles,
        permissions=principal.permissions,
        organizations=memberships,
        **msgspec.structs.asdict(profile),
    )


async def update_me(ctx: Context, changes: dict[str, str]) -> Me:
    """Change name, language or time zone."""
    if "timezone" in changes and changes["timezone"] not in zoneinfo.available_timezones():
        raise ValidationFailed(FieldError("/timezone", "is not a time zone of the IANA database, such as Europe/Berlin"))
    principal = ctx.principal
    async with ctx.transaction("own") as tx:
        before = await tx.one(_Profile, q.SQL.profile, user_id=principal.user_id)
        ctx.if_match(before.version)
        after = {name: changes.get(name, getattr(before, name)) for name in ("full_name", "locale", "timezone")}
        await tx.run(q.SQL.update_profile, user_id=principal.user_id, **after)
        await ctx.audit(
            tx,
            "user.updated",
            "user",
            principal.user_id,
            organization_id=principal.organization_id,
            before={name: getattr(before, name) for name in changes},
            after=changes,
        )
    return await me(ctx)


async def live_sessions(ctx: Context) -> list[SessionInfo]:
    """The devices that are logged in, the present one marked."""
    async with ctx.transaction("own") as tx:
        rows = await tx.all(SessionInfo, q.SQL.live_sessions, user_id=ctx.principal.user_id)
    for row in rows:
        row.current = row.id == ctx.principal.session_id
    return rows


async def end_session(ctx: Context, session_id: UUID | None) -> None:
    """End one session, the present one by default. Raises NotFound when it is not a live one of this person."""
    wanted = session_id or ctx.principal.session_id
    if wanted is None:
        raise Unauthorized("This login has no session.")
    async with ctx.transaction("own") as tx:
        if not await sessions.end(tx, ctx.runtime, wanted, "logged out"):
            raise NotFound("session")
        await ctx.audit(tx, "session.ended", "session", wanted, organization_id=ctx.principal.organization_id)


async def end_all_sessions(ctx: Context) -> int:
    """End every session of the person, this one too; how many."""
    async with ctx.transaction("own") as tx:
        ended = await sessions.end_all(tx, ctx.runtime, ctx.principal.user_id, "logged out everywhere")
        await ctx.audit(tx, "session.all_ended", "user", ctx.principal.user_id, organization_id=ctx.principal.organization_id)
    return ended
