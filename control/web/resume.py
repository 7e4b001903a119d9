"""A form that came when its session had ended, or when the password is wanted once more: it is kept, sealed, in the page that
asks for the password, and shown again behind it. Nothing typed is lost, and nothing is kept here.
"""

from __future__ import annotations

import base64
import time

import msgspec
from litestar import Request
from litestar.datastructures import State

from control.core.crypto import KeyringError, place
from control.core.runtime import Runtime
from control.web import csrf

FIELD = "_resume"
_LARGEST = 256 * 1024
_LONGEST = 3600
_NEVER_KEPT = {csrf.FIELD, FIELD}
_WHERE = place("panel", "form", "resume")


class Kept(msgspec.Struct, frozen=True):
    """A form: where it was going, and its fields in order."""

    path: str
    fields: list[tuple[str, str]]
    until: int


async def seal(request: Request[object, object, State]) -> str:
    """The form of a request that our own page made; empty when it is too large. Passwords are not kept."""
    form = await request.form()
    fields = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in _NEVER_KEPT and "password" not in name
    ]
    raw = msgspec.json.encode(Kept(request.url.path, fields, int(time.time()) + _LONGEST))
    if len(raw) > _LARGEST:
        return ""
    runtime: Runtime = request.app.state.runtime
    return base64.urlsafe_b64encode(runtime.keyring.seal(raw, _WHERE)).decode()


def unseal(runtime: Runtime, sealed: str) -> Kept | None:
    """The form; None for what we did not seal, or an hour ago."""
    try:
        raw = runtime.keyring.open(base64.urlsafe_b64decode(sealed.encode()), _WHERE)
    except (KeyringError, ValueError, IndexError):
        return None
    kept = msgspec.json.decode(raw, type=Kept)
    return kept if kept.until > time.time() else None
