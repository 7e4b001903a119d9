"""Security events, counts of clients and requests of watched sites on their way from the gateway to PostgreSQL: taken twice a
second, written in batches.

PostgreSQL away is waited for; events that find no room meanwhile are dropped and counted, oldest first.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
from psycopg import AsyncConnection

from dataplane.log import Log

PAUSE_SECONDS = 0.5
"""An event is in the database within this, the time of a batch, and what the database takes to answer."""
BATCH = 500
WAITING = 20_000
"""Events kept while the database is away; about 20 MB."""
_CONNECT_SECONDS = 5
_LONGEST_BACK_OFF = 5.0

Take = Callable[[], bytes]
_COUNT = "SELECT hcc.client_tallies_add(%s, %s::jsonb)"
_ADD = "SELECT hcc.security_events_add(%s, %s::jsonb)"
_SHOW = "SELECT hcc.seen_requests_add(%s, %s::jsonb)"


class EventWriter:
    """Writes down what a gateway finds, for as long as it runs."""

    def __init__(self, database_url: str, take: Take, take_tallies: Take, take_requests: Take, log: Log) -> None:
        self._url = database_url
        self._take = take
        self._take_tallies = take_tallies
        self._take_requests = take_requests
        self._log = log
        self._name = os.environ.get("HCC_GATEWAY_NAME") or socket.gethostname()
        self._waiting: deque[msgspec.Raw] = deque()
        self._tallies: list[msgspec.Raw] = []
        self._requests: list[msgspec.Raw] = []
        self.written = 0
        self.dropped = 0

    async def run(self) -> None:
        """Until cancelled."""
        pause = PAUSE_SECONDS
        while True:
            self.gather()
            try:
                if self._waiting or self._tallies or self._requests:
                    async with await AsyncConnection.connect(
                        self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS, application_name="hcc-gateway-events"
                    ) as connection:
                        await self._write_on(connection)
                pause = PAUSE_SECONDS
            except (psycopg.Error, OSError) as error:
                self._log("security events wait", error=type(error).__name__, waiting=len(self._waiting))
                pause = min(pause * 2, _LONGEST_BACK_OFF)
            await asyncio.sleep(pause)

    def gather(self) -> None:
        """Take what the gateway found since the last time."""
        self._waiting.extend(msgspec.json.decode(self._take(), type=list[msgspec.Raw]))
        # What was counted and seen in a time without the database is of no use later.
        self._tallies = msgspec.json.decode(self._take_tallies(), type=list[msgspec.Raw])
        self._requests = msgspec.json.decode(self._take_requests(), type=list[msgspec.Raw])
        while len(self._waiting) > WAITING:
            self._waiting.popleft()
            self.dropped += 1

    async def _write_on(self, connection: AsyncConnection[Any]) -> None:
        """Write for as long as the connection stands."""
        while True:
            if self._tallies:
                await connection.execute(_COUNT, (self._name, msgspec.json.encode(self._tallies).decode()))
                self._tallies = []
            await self._show(connection)
            while self._waiting:
                batch = [self._waiting[n] for n in range(min(BATCH, len(self._waiting)))]
                await self._write(connection, batch)
                for _ in batch:
                    self._waiting.popleft()
            await asyncio.sleep(PAUSE_SECONDS)
            self.gather()

    async def _show(self, connection: AsyncConnection[Any]) -> None:
        """Write what was seen at each watched site; what the database does not take is of that site alone."""
        requests, self._requests = self._requests, []
        for one in requests:
            try:
                await connection.execute(_SHOW, (self._name, bytes(one).decode()))
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                self._log("requests of a watched site refused", error=type(error).__name__)

    async def _write(self, connection: AsyncConnection[Any], batch: list[msgspec.Raw]) -> None:
        try:
            await connection.execute(_ADD, (self._name, msgspec.json.encode(batch).decode()))
            self.written += len(batch)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            # One event that the database does not take must not hold up the others.
            if len(batch) > 1:
                for one in batch:
                    await self._write(connection, [one])
                return
            self.dropped += 1
            self._log("security event refused", error=type(error).__name__)
