"""For whom passkeys are made: the relying party, one for each name at which the panel is opened."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar.connection import ASGIConnection

from control.core import origins
from control.core.context import Context
from control.core.errors import Conflict
from control.core.settings import Settings
from control.core.words import N_, said


class Party(msgspec.Struct, frozen=True):
    """An origin that the browser must name exactly, and the host that its passkeys are bound to."""

    origin: str
    id: str


def _party(origin: str) -> Party:
    return Party(origin, urlsplit(origin).hostname or "")


def at(connection: ASGIConnection[Any, Any, Any, Any]) -> Party | None:
    """That of the address at which a page was opened; None where passkeys do not work."""
    named = connection.headers.get("origin")
    host = connection.headers.get("host", "").lower()
    for origin in origins.of_panel(connection.app.state.settings):
        if named == origin or (named is None and urlsplit(origin).netloc == host):
            return _party(origin)
    return None


def of(ctx: Context) -> Party | None:
    """That of a request. A program that names no origin means the main one."""
    found = at(ctx.request)
    known = origins.of_panel(ctx.runtime.settings)
    return _party(known[0]) if found is None and known and "origin" not in ctx.request.headers else found


def needed(ctx: Context) -> Party:
    """The same. Raises Conflict with what to do where there is none."""
    found = of(ctx)
    if found is None:
        raise Conflict(_words(ctx.runtime.settings))
    return found


def _words(settings: Settings) -> str:
    known = origins.of_panel(settings)
    if known:
        return said("Passkeys do not work at this address. Open %(address)s instead.", address=known[0])
    return N_("Passkeys need a name such as panel.example, not an address of numbers. HCC_PANEL_ORIGINS sets it.")
