"""Forms of other sites are refused: each unsafe request of a page needs a token that only our pages know, and must not say that
it comes from elsewhere.

A token is a nonce and an HMAC over it and the browser's secret, with a key of ours: nothing is kept, a token is good as long as
the secret, and differs in each page (so that compressed pages do not give it away, BREACH). Before anybody is logged in, the
secret is that of a cookie made for the login form.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler

from control.core.errors import Forbidden
from control.core.runtime import Runtime
from control.web import sessions
from control.web.language import N_

FIELD = "_csrf"
HEADER = "x-csrf-token"
SAFE = {"GET", "HEAD", "OPTIONS"}
_NONCE = 12
_REFUSED = N_("This form was not made by this site, or is too old. Load the page again and send it once more.")


def _mac(runtime: Runtime, secret: str, nonce: bytes) -> bytes:
    key = runtime.keyring.derive(b"panel csrf")
    return hmac.new(key, nonce + hashlib.sha256(secret.encode()).digest(), hashlib.sha256).digest()


def token(runtime: Runtime, secret: str) -> str:
    """A token for forms shown to the browser that has this secret."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _mac(runtime, secret, nonce)).decode()


def is_right(runtime: Runtime, secret: str, sent: str) -> bool:
    """Whether a token was made for this secret. No secret or no token is a no."""
    if not secret or not sent:
        return False
    try:
        raw = base64.urlsafe_b64decode(sent.encode())
    except (ValueError, UnicodeEncodeError):
        return False
    return hmac.compare_digest(_mac(runtime, secret, raw[:_NONCE]), raw[_NONCE:])


def is_from_here(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """What the browser says of where a request began (Fetch Metadata, RFC 6454). A client that says nothing is no browser."""
    if connection.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    public = urlsplit(connection.app.state.settings.public_url)
    return urlsplit(origin).netloc in {connection.headers.get("host", ""), public.netloc} - {""}


async def sent_token(request: Request[Any, Any, Any]) -> str:
    """The token of the header, or of the form's hidden field."""
    return request.headers.get(HEADER) or str((await request.form()).get(FIELD) or "")


def browser_secret(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """What tells this browser from others: the session's secret, or that of the login form."""
    settings = connection.app.state.settings
    return sessions.secret_of(connection) or connection.cookies.get(sessions.cookie_name(settings, "visit"), "")


def new_visit(runtime: Runtime) -> tuple[str, Cookie]:
    """A secret for a browser that has none, and its cookie."""
    secret = secrets.token_urlsafe(32)
    return secret, sessions.cookie(runtime.settings, "visit", secret, 24 * 3600)


async def is_good(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether an unsafe request was made by a page of ours in this browser. The session may have ended meanwhile."""
    if not isinstance(connection, Request) or not is_from_here(connection):
        return False
    return is_right(connection.app.state.runtime, browser_secret(connection), await sent_token(connection))


async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse unsafe requests that were not made by a page of ours. Raises Forbidden."""
    if connection.scope["method"] not in SAFE and not await is_good(connection):  # type: ignore[typeddict-item]
        raise Forbidden(_REFUSED, details={"reason": "csrf"})
