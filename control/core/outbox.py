"""The relay: hands the events of committed transactions to their listeners, at least once, in the order of their ids.

A batch is claimed, handed on and marked in one transaction, so a crash at any point hands it on again and loses nothing.
Each event has its own savepoint: a listener that fails takes back what it and its siblings did for this one event, which is
tried again later while the events after it go on. After the last of `DELAYS` the event is dead: kept, counted and shown.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import structlog
from prometheus_client import Gauge
from psycopg_pool import PoolTimeout, TooManyRequests

from control.core import events, metrics
from control.core.db import NOBODY, Database, Scope, Transaction
from control.core.events import Event
from control.core.listen import listen

log = structlog.get_logger("hcc.outbox")

BATCH = 100
POLL = 5.0
DELAYS = (5, 30, 120, 600, 3_600, 21_600, 86_400)
"""Seconds until the next attempt, after the first, second, … failure."""
LISTENER_LIMIT = 10.0
"""Seconds for all listeners of one event; they only write to the database and queue jobs."""

WAITING = Gauge("hcc_outbox_waiting", "Events not yet handed on", registry=metrics.REGISTRY)
OLDEST = Gauge("hcc_outbox_oldest_seconds", "Age of the oldest event not yet handed on", registry=metrics.REGISTRY)
DEAD = Gauge("hcc_outbox_dead", "Events given up after the last attempt", registry=metrics.REGISTRY)

_CLAIM = "SELECT id, event_id, organization_id, topic, payload, created_at, attempts FROM hcc.claim_outbox(%(batch)s)"
_RELAYED = "SELECT hcc.outbox_relayed(%(events)s)"
_FAILED = "SELECT hcc.outbox_failed(%(event)s, %(reason)s, %(again_in)s)"
_STATE = "SELECT waiting, oldest_seconds, dead FROM hcc.outbox_state()"


class Claimed(msgspec.Struct, frozen=True):
    """An event of the outbox that this transaction holds."""

    id: int
    event_id: UUID
    organization_id: UUID
    topic: str
    payload: dict[str, Any]
    created_at: datetime
    attempts: int


class State(msgspec.Struct, frozen=True):
    """How far the relay is behind."""

    waiting: int
    oldest_seconds: float
    dead: int


async def relay(database: Database, batch: int = BATCH) -> int:
    """Hand on one batch; the number of events taken, 0 when none is due or another relay is at work."""
    outcomes: list[tuple[str, str]] = []
    async with database.transaction(NOBODY, timeout=POLL) as tx:
        claimed = await tx.all(Claimed, _CLAIM, batch=batch)
        relayed: list[int] = []
        failed: list[tuple[Claimed, Exception]] = []
        for event in claimed:
            try:
                await _hand_on(tx, event)
                relayed.append(event.id)
            except Exception as error:
                if tx.connection.closed:
                    raise
                failed.append((event, error))
        await tx.switch(NOBODY)
        if relayed:
            await tx.run(_RELAYED, events=relayed)
        for event, reason in failed:
            delay = DELAYS[event.attempts] if event.attempts < len(DELAYS) else None
            outcomes.append((event.topic, "dead" if delay is None else "failed"))
            log.error("listener failed", event_id=str(event.event_id), topic=event.topic, again_in=delay, exc_info=reason)
            again_in = None if delay is None else timedelta(seconds=delay)
            await tx.run(_FAILED, event=event.id, reason=type(reason).__name__, again_in=again_in)
    done = set(relayed)
    outcomes += [(event.topic, "relayed") for event in claimed if event.id in done]
    for topic, outcome in outcomes:
        metrics.OUTBOX.labels(topic, outcome).inc()
    return len(claimed)


async def _hand_on(tx: Transaction, event: Claimed) -> None:
    shown = Event(
        event_id=event.event_id,
        organization_id=event.organization_id,
        topic=event.topic,
        payload=event.payload,
        created_at=event.created_at,
    )
    async with tx.connection.transaction(), asyncio.timeout(LISTENER_LIMIT):
        for listener in events.listeners(event.topic):
            await tx.switch(Scope(event.organization_id))
            await listener(tx, shown)


async def observe(database: Database) -> State:
    """Read how far the relay is behind into the gauges."""
    async with database.transaction(NOBODY, timeout=POLL) as tx:
        state = await tx.one(State, _STATE)
    WAITING.set(state.waiting)
    OLDEST.set(state.oldest_seconds)
    DEAD.set(state.dead)
    return state


async def run(database: Database, url: str) -> None:
    """Relay until cancelled: at once when an event is committed, and every `POLL` seconds in any case."""
    woken = asyncio.Event()
    listening = asyncio.create_task(listen(url, "hcc_outbox", woken.set), name="outbox listener")
    try:
        while True:
            woken.clear()
            try:
                while await relay(database) == BATCH:
                    pass
                await observe(database)
            except (psycopg.Error, PoolTimeout, TooManyRequests) as error:
                log.warning("relay waits for the database", error=type(error).__name__)
                await asyncio.sleep(0.5)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), POLL)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
