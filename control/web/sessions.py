"""Sessions in the browser: a cookie with a random secret, which pages take in place of a token. The API never looks at it, so
that no other site can use it there.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from control.core.context import Context
from control.core.db import NOBODY, Scope, Transaction
from control.core.errors import Forbidden, NotFound
from control.core.permissions import Principal
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.web import queries as q

_CACHE_SECONDS = 30
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LONGEST = timedelta(days=30)
"""After which the password is wanted again, however busy the session was."""
CONFIRMED_FOR = timedelta(minutes=10)
_SEEN_AGAIN = timedelta(minutes=10)
"""How often the time of the last use is written down, which is also what keeps a session in use from expiring."""


class WebSession(msgspec.Struct, frozen=True):
    """What is known of a cookie."""

    session_id: UUID
    user_id: UUID
    organization_id: UUID
    entered_org_id: UUID | None
    confirmed_at: datetime
    last_seen_at: datetime

    @property
    def is_confirmed(self) -> bool:
        """Whether the password was given a short time ago."""
        return datetime.now(UTC) - self.confirmed_at < CONFIRMED_FOR


def secure(settings: Settings) -> bool:
    """Whether cookies are for TLS only: everywhere but on the machine itself."""
    url = urlsplit(settings.public_url)
    return not (url.scheme == "http" and url.hostname in _LOOPBACK)


def cookie_name(settings: Settings, what: str = "session") -> str:
    """A cookie's name. `__Host-` keeps other hosts of the domain from setting it (RFC 6265bis section 4.1.3.2)."""
    return f"{'__Host-' if secure(settings) else ''}hcc_{what}"


def cookie(settings: Settings, what: str, value: str, age: int | None) -> Cookie:
    """A cookie that scripts cannot read and other sites cannot send along with a POST. An age of 0 removes it."""
    name = cookie_name(settings, what)
    return Cookie(key=name, value=value, max_age=age, path="/", httponly=True, secure=secure(settings), samesite="lax")


def secret_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The secret that the browser sent; empty when there is none."""
    return connection.cookies.get(cookie_name(connection.app.state.settings), "")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _cache_key(digest: bytes) -> str:
    return f"web:{digest.hex()}"


async def find(runtime: Runtime, secret: str) -> WebSession | None:
    """The session of a secret, if it is one that is good. Kept for some seconds."""
    if not secret:
        return None
    digest = _hash(secret)

    async def load() -> WebSession | None:
        async with runtime.database.transaction(NOBODY) as tx:
            return await tx.maybe(WebSession, q.SQL.find_web_session, hash=digest, longest=LONGEST)

    return await runtime.cache.get(_cache_key(digest), WebSession, _CACHE_SECONDS, load)


async def identify(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal | None:
    """Who a page is for, by the cookie alone; None when nobody is logged in."""
    runtime: Runtime = connection.app.state.runtime
    secret = secret_of(connection)
    found = await find(runtime, secret)
    if found is None:
        return None
    principal = await runtime.authenticator.of_session(found.session_id, found.user_id, found.organization_id)
    if principal is None:
        return None
    scope: Any = connection.scope
    scope["web_session"] = found
    if datetime.now(UTC) - found.last_seen_at > _SEEN_AGAIN and not is_background(connection):
        await _seen(runtime, found, _hash(secret), scope)
    if found.entered_org_id is not None:
        try:
            return await runtime.authenticator.enter(connection, principal, str(found.entered_org_id))
        except (Forbidden, NotFound):  # no longer allowed, or it is gone: back in one's own
            return principal
    return principal


def is_background(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether a page asks by itself, with nobody at it perhaps: that keeps no session alive, and leads nobody away."""
    return "hcc-background" in connection.headers or connection.scope["path"] == "/live"


async def _seen(runtime: Runtime, found: WebSession, digest: bytes, scope: Any) -> None:
    address = scope.get("client_address")
    async with runtime.database.transaction(Scope(None, found.user_id)) as tx:
        await tx.run(
            q.SQL.extend_session,
            id=found.session_id,
            seconds=runtime.settings.jwt_refresh_ttl,
            address=None if address is None else str(address),
        )
        tx.after_commit(lambda: runtime.cache.drop(_cache_key(digest)))


async def begin(ctx: Context, user_id: UUID, session_id: UUID) -> Cookie:
    """The cookie of a session that has just begun."""
    secret = secrets.token_urlsafe(32)
    async with ctx.runtime.database.transaction(Scope(None, user_id)) as tx:
        await tx.run(q.SQL.add_web_session, session_id=session_id, user_id=user_id, secret_hash=_hash(secret))
    return _cookie(ctx.runtime.settings, secret)


async def confirm(ctx: Context, tx: Transaction) -> Cookie:
    """The password was given once more: a new secret, with which dangerous acts are allowed for a while."""
    return await _renew(ctx, tx, q.SQL.confirm_web_session)


async def has_passkeys(runtime: Runtime, user_id: UUID) -> bool:
    """Whether a person may prove with a passkey once more that it is them."""
    async with runtime.database.transaction(Scope(None, user_id)) as tx:
        return bool(await tx.value(q.SQL.has_passkeys, user_id=user_id))


async def enter(ctx: Context, tx: Transaction, organization_id: UUID | None) -> Cookie:
    """Work in another organisation from now on, or in one's own again: a new secret."""
    return await _renew(ctx, tx, q.SQL.enter_web_session, organization_id=organization_id)


async def _renew(ctx: Context, tx: Transaction, sql: str, **values: Any) -> Cookie:
    old, secret = _hash(secret_of(ctx.request)), secrets.token_urlsafe(32)
    await tx.run(sql, old=old, new=_hash(secret), **values)
    tx.after_commit(lambda: ctx.runtime.cache.drop(_cache_key(old)))
    return _cookie(ctx.runtime.settings, secret)


def _cookie(settings: Settings, secret: str) -> Cookie:
    # Older than any session, so that a form sent too late can still be told from a forged one.
    return cookie(settings, "session", secret, int(LONGEST.total_seconds()) * 2)


def ended(settings: Settings) -> Cookie:
    """Takes the cookie away."""
    return cookie(settings, "session", "", 0)
