"""Who pushes: tokens by their hash, kept in memory and on disk, so that the database may be away.

All active tokens are read when the database says that they changed; a token that was revoked is refused within that time.
When each was last used goes back to the database every few seconds.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
import psycopg
from psycopg import AsyncConnection

from dataplane.log import Log

DEBOUNCE_SECONDS = 0.05
REREAD_SECONDS = 30.0
"""What changes without a notification, such as a plan, is seen after this."""
USES_SECONDS = 10.0
"""When a token was last used is told this often."""
_CONNECT_SECONDS = 5
_LONGEST_BACK_OFF = 1.0
"""A token revoked while the database was away is refused this long after it is back."""
_READ = "SELECT token_hash, organization_id, values_per_s, active_series, for_others FROM hcc.ingest_config_tokens"
_OTHERS = "SELECT id FROM hcc.ingest_config_organizations"
_USED = "SELECT hcc.ingest_tokens_used(%s::bytea[], %s::timestamptz[])"


class Sender(msgspec.Struct, frozen=True):
    """Whose values they are, and what may be sent. `for_others` is a gateway, which says for whom it pushes."""

    organization: bytes
    values_per_s: int
    active_series: int
    for_others: bool = False


class Kept(msgspec.Struct, array_like=True):
    """A token as the file has it."""

    token_hash: bytes
    sender: Sender


class State(msgspec.Struct):
    """What the file has."""

    senders: list[Kept]
    others: list[bytes]


def presented(authorization: str | None, query: str) -> str | None:
    """The token of a request: `Bearer T`, `Token T`, the password of `Basic`, or `p` in the query; None when there is none."""
    if authorization:
        scheme, _, rest = authorization.strip().partition(" ")
        rest = rest.strip()
        match scheme.lower():
            case "bearer" | "token":
                return rest or None
            case "basic":
                try:
                    user, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
                except (binascii.Error, UnicodeDecodeError):
                    return None
                return password or user or None
        return None
    if "p=" in query:
        fields = parse_qs(query, max_num_fields=100)
        return next(iter(fields.get("p", [])), None)
    return None


class Tokens:
    """Keeps the tokens current for as long as it runs."""

    def __init__(self, database_url: str, state: Path, log: Log) -> None:
        self._url = database_url
        self._state = state
        self._log = log
        self._senders: dict[bytes, Sender] = {}
        self._others: frozenset[bytes] = frozenset()
        self._used: dict[bytes, float] = {}
        self.known = False
        """Whether there is a list at all, be it an old one."""
        self.connected = False

    def load(self) -> None:
        """Begin with what was known when the last run ended."""
        try:
            kept = msgspec.msgpack.decode(self._state.read_bytes(), type=State)
        except (OSError, msgspec.DecodeError):
            return
        self._senders = {one.token_hash: one.sender for one in kept.senders}
        self._others = frozenset(kept.others)
        self.known = True

    def find(self, token: str) -> Sender | None:
        """Whose token it is."""
        token_hash = hashlib.sha256(token.encode(errors="replace")).digest()
        sender = self._senders.get(token_hash)
        if sender is not None:
            self._used[token_hash] = time.time()
        return sender

    def on_behalf(self, sender: Sender, organization: str) -> Sender | None:
        """The same sender for the organisation of this id; None when it may not, or there is none."""
        try:
            owner = UUID(organization).bytes
        except ValueError:
            return None
        if not sender.for_others or owner not in self._others:
            return None
        return msgspec.structs.replace(sender, organization=owner)

    async def run(self) -> None:
        """Until cancelled: connect, listen, read; after a failure again, with growing pauses."""
        pause = 0.1
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS, application_name="hcc-ingest"
                ) as connection:
                    await connection.execute("LISTEN hcc_ingest")
                    self.connected = True
                    pause = 0.1
                    await self._follow(connection)
            except (psycopg.Error, OSError) as error:
                self._log("tokens cannot be read", error=type(error).__name__, again_in_s=round(pause, 1))
            finally:
                self.connected = False
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_BACK_OFF)

    async def _follow(self, connection: AsyncConnection[Any]) -> None:
        while True:
            await self._read(connection)
            read_at, told = time.monotonic(), False
            while not told and time.monotonic() - read_at < REREAD_SECONDS:
                async for _ in connection.notifies(timeout=USES_SECONDS, stop_after=1):
                    told = True
                await self._tell_uses(connection)
            await asyncio.sleep(DEBOUNCE_SECONDS)

    async def _read(self, connection: AsyncConnection[Any]) -> None:
        cursor = await connection.execute(_READ, binary=True)
        found = {
            bytes(token): Sender(owner.bytes, rate, series, others)
            for token, owner, rate, series, others in await cursor.fetchall()
        }
        others: frozenset[bytes] = frozenset()
        if any(sender.for_others for sender in found.values()):
            cursor = await connection.execute(_OTHERS, binary=True)
            others = frozenset(owner.bytes for (owner,) in await cursor.fetchall())
        if found != self._senders or others != self._others or not self.known:
            self._senders, self._others = found, others
            self.known = True
            self._log("tokens read", tokens=len(found))
            await asyncio.to_thread(self._keep, State([Kept(*one) for one in found.items()], list(others)))

    async def _tell_uses(self, connection: AsyncConnection[Any]) -> None:
        """Which tokens were used since the last time. Those that cannot be told now are told after the next use."""
        used, self._used = self._used, {}
        if used:
            moments = [datetime.fromtimestamp(at, UTC) for at in used.values()]
            await connection.execute(_USED, (list(used), moments))

    def _keep(self, state: State) -> None:
        content = msgspec.msgpack.encode(state)
        temporary = self._state.with_name(f"{self._state.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            temporary.replace(self._state)
