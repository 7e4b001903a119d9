"""Being woken by PostgreSQL's NOTIFY, on a connection of its own that comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
import structlog
from psycopg import AsyncConnection, sql

log = structlog.get_logger("hcc.listen")
RECONNECT = 0.5
ALIVE = 5.0


async def listen(url: str, channel: str, wake: Callable[[], None], heard: Callable[[str], None] | None = None) -> None:
    """Call `wake` for each notification, and once after each (re)connect, since something may have been missed. With `heard`,
    what a notification says goes there instead.

    Runs until cancelled. A connection that dies quietly is noticed within `ALIVE` seconds.
    """
    away = False
    while True:
        try:
            connecting = AsyncConnection.connect(url, autocommit=True, connect_timeout=5, application_name="hcc-listen")
            async with await connecting as connection:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                if away:
                    log.info("listening again", channel=channel)
                    away = False
                wake()
                while True:
                    async for notification in connection.notifies(timeout=ALIVE):
                        if heard is None:
                            wake()
                        else:
                            heard(notification.payload)
                    async with asyncio.timeout(ALIVE):
                        await connection.execute("SELECT 1")
        except (psycopg.Error, OSError, TimeoutError) as error:
            if not away:
                log.warning("cannot listen", channel=channel, error=type(error).__name__)
                away = True
            await asyncio.sleep(RECONNECT)
