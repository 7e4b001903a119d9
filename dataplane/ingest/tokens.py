"""Who pushes: tokens by their hash, kept in memory and on disk, so that the database may be away.

All active tokens are read when the database says that they changed; a token that was revoked is refused within that time.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import psycopg
from psycopg import AsyncConnection

from dataplane.log import Log

DEBOUNCE_SECONDS = 0.05
REREAD_SECONDS = 30.0
"""What changes without a notification, such as a plan, is seen after this."""
_CONNECT_SECONDS = 5
_LONGEST_BACK_OFF = 1.0
"""A token revoked while the database was away is refused this long after it is back."""
_READ = "SELECT token_hash, organization_id, values_per_s, active_series FROM hcc.ingest_config_tokens"


class Sender(msgspec.Struct, frozen=True):
    """Whose values they are, and what may be sent."""

    organization: bytes
    values_per_s: int
    active_series: int


class Kept(msgspec.Struct, array_like=True):
    """A token as the file has it."""

    token_hash: bytes
    sender: Sender


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
        self.known = False
        """Whether there is a list at all, be it an old one."""
        self.connected = False

    def load(self) -> None:
        """Begin with what was known when the last run ended."""
        try:
            kept = msgspec.msgpack.decode(self._state.read_bytes(), type=list[Kept])
        except (OSError, msgspec.DecodeError):
            return
        self._senders = {one.token_hash: one.sender for one in kept}
        self.known = True

    def find(self, token: str) -> Sender | None:
        """Whose token it is."""
        return self._senders.get(hashlib.sha256(token.encode(errors="replace")).digest())

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
            cursor = await connection.execute(_READ, binary=True)
            rows = await cursor.fetchall()
            found = {bytes(token): Sender(owner.bytes, rate, series) for token, owner, rate, series in rows}
            if found != self._senders or not self.known:
                self._senders = found
                self.known = True
                self._log("tokens read", tokens=len(found))
                await asyncio.to_thread(self._keep, found)
            timeout = REREAD_SECONDS
            async for _ in connection.notifies(timeout=timeout, stop_after=1):
                await asyncio.sleep(DEBOUNCE_SECONDS)

    def _keep(self, senders: dict[bytes, Sender]) -> None:
        content = msgspec.msgpack.encode([Kept(token_hash, sender) for token_hash, sender in senders.items()])
        temporary = self._state.with_name(f"{self._state.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            temporary.replace(self._state)
