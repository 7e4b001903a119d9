"""The part of the worker that judges what gateways counted: at once when they tell, and every few seconds in any case."""

from __future__ import annotations

import asyncio
import contextlib

import psycopg
import structlog
from psycopg_pool import PoolTimeout, TooManyRequests

from control.core.db import Database
from control.core.listen import listen
from control.security.detection.service import judge

log = structlog.get_logger("hcc.detection")
POLL = 5.0
PAUSE = 0.25
"""Between two judgements: gateways tell twice a second each."""


async def run(database: Database, url: str) -> None:
    """Judge until cancelled."""
    woken = asyncio.Event()
    listening = asyncio.create_task(listen(url, "hcc_tallies", woken.set), name="tallies listener")
    try:
        while True:
            woken.clear()
            try:
                await judge(database)
            except (psycopg.Error, PoolTimeout, TooManyRequests) as error:
                log.warning("detection waits for the database", error=type(error).__name__)
            await asyncio.sleep(PAUSE)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), POLL)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
