"""Challenges. One goes out sealed together with what it is for, and is kept only once it is answered, so that it is good once."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from typing import Literal
from uuid import UUID

import msgspec

from control.accounts.passkeys import queries as q
from control.accounts.passkeys.parties import Party
from control.core.crypto import KeyringError, place
from control.core.db import NOBODY
from control.core.errors import Unauthorized
from control.core.runtime import Runtime

Kind = Literal["register", "login", "second", "confirm"]
SECONDS = 300
"""Time to find the telephone or the key."""


class For(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a challenge is. `browser` is a hash of the secret of the browser that shows the page; empty for programs."""

    user_id: UUID | None = None
    session_id: UUID | None = None
    browser: str = ""


class Ceremony(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge and what it is bound to."""

    challenge: bytes
    origin: str
    rp_id: str
    until: int
    whom: For


def refused() -> Unauthorized:
    """What is said of every passkey that is not good, whatever the reason."""
    return Unauthorized("The passkey was not accepted.")


def begin(runtime: Runtime, kind: Kind, party: Party, whom: For) -> tuple[Ceremony, str]:
    """A new challenge, and the text that comes back with the answer."""
    made = Ceremony(
        challenge=secrets.token_bytes(32), origin=party.origin, rp_id=party.id, until=int(time.time()) + SECONDS, whom=whom
    )
    sealed = runtime.keyring.seal(msgspec.json.encode(made), place("passkeys", "ceremony", kind))
    return made, base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _open(runtime: Runtime, kind: Kind, sealed: str) -> Ceremony | None:
    try:
        raw = base64.urlsafe_b64decode(sealed.encode() + b"=" * (-len(sealed) % 4))
        return msgspec.json.decode(runtime.keyring.open(raw, place("passkeys", "ceremony", kind)), type=Ceremony)
    except (KeyringError, ValueError, IndexError):
        return None


async def spend(runtime: Runtime, kind: Kind, sealed: str, whom: For) -> Ceremony:
    """The challenge of an answer, once and for this person, session and browser alone. Raises Unauthorized.

    What is spent stays spent when the answer turns out wrong: each challenge is one try.
    """
    found = _open(runtime, kind, sealed)
    if found is None or found.whom != whom:
        raise refused()
    if found.until <= time.time():
        raise Unauthorized("That took too long. Try again.")
    async with runtime.database.transaction(NOBODY) as tx:
        await tx.run(q.SQL.forget_challenges)
        digest = hashlib.sha256(found.challenge).digest()
        # Kept a little longer than it is good, for clocks of several machines.
        if not await tx.run(q.SQL.spend_challenge, hash=digest, until=found.until + 60):
            raise refused()
    return found
