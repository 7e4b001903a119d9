"""A message for the next page that this browser sees, such as "The invoice was sent". Sealed, so that nobody else writes one."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from control.core.crypto import KeyringError, place
from control.core.runtime import Runtime
from control.web import sessions

_WHERE = place("panel", "cookie", "flash")
_SECONDS = 60
_LONGEST = 3_000
"""Bytes that go into a cookie; browsers take 4,096 with its name."""


class Undo(msgspec.Struct, frozen=True):
    """How what was just done is taken back: a form that a button of the message posts."""

    path: str
    fields: list[tuple[str, str]]


class Flash(msgspec.Struct, frozen=True):
    """Words, in the person's language, and their tone."""

    text: str
    tone: str = "success"
    undo: Undo | None = None


def give(runtime: Runtime, flash: Flash) -> Cookie:
    """The cookie that carries it; without the way back where that is too long."""
    text = msgspec.json.encode(flash)
    if len(text) * 4 // 3 > _LONGEST:
        text = msgspec.json.encode(Flash(flash.text[:500], flash.tone))
    sealed = runtime.keyring.seal(text, _WHERE)
    return sessions.cookie(runtime.settings, "flash", base64.urlsafe_b64encode(sealed).decode(), _SECONDS)


def take(connection: ASGIConnection[Any, Any, Any, Any]) -> Flash | None:
    """What the browser brought."""
    runtime: Runtime = connection.app.state.runtime
    sent = connection.cookies.get(sessions.cookie_name(runtime.settings, "flash"))
    if not sent:
        return None
    try:
        return msgspec.json.decode(runtime.keyring.open(base64.urlsafe_b64decode(sent.encode()), _WHERE), type=Flash)
    except (KeyringError, ValueError, IndexError, msgspec.DecodeError):
        return None


def taken(runtime: Runtime) -> Cookie:
    """Takes the cookie away."""
    return sessions.cookie(runtime.settings, "flash", "", 0)
