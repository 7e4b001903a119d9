"""The part of a worker that makes the checks of its location."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import psycopg
import structlog
from prometheus_client import Counter
from psycopg_pool import PoolTimeout, TooManyRequests

from control.core import metrics
from control.core.crypto import KeyringError, place
from control.core.db import NOBODY, Scope
from control.core.runtime import Runtime
from control.monitoring.checks import probes
from control.monitoring.checks import queries as q
from control.monitoring.checks.outcome import Outcome
from control.monitoring.checks.probes import Tried
from control.monitoring.checks.pushing import Pusher, line
from control.monitoring.checks.recording import Due, record

log = structlog.get_logger("hcc.checks")
Clock = Callable[[], datetime]
AT_ONCE = 100
"""Checks that one worker makes at one time; each waits for an answer most of it."""
LOOK = 1.0
"""Seconds between looks for what is due."""
PAUSED = timedelta(seconds=60)
"""A location that nobody looked from for so long begins anew: its checks are not stuck, it was away."""
_AWAY = (psycopg.Error, PoolTimeout, TooManyRequests)
CHECKS = Counter("hcc_checks_total", "Checks made by kind and outcome", ["kind", "outcome"], registry=metrics.REGISTRY)


class _Claimed(msgspec.Struct, frozen=True):
    check_id: UUID
    organization_id: UUID


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


class Runner:
    """Makes checks of one location."""

    def __init__(self, runtime: Runtime, now: Clock = clock) -> None:
        self.runtime, self._now = runtime, now
        self.location = runtime.settings.worker_location
        self.pusher = Pusher(runtime, runtime.settings.ingest_url)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled; a database that goes away is waited for."""
        pushing = asyncio.create_task(self.pusher.run(), name="check results")
        try:
            while True:
                try:
                    await self.look()
                except _AWAY as error:
                    log.warning("checks wait for the database", error=type(error).__name__)
                await asyncio.sleep(LOOK)
        finally:
            everything = [pushing, *self._running]
            for task in everything:
                task.cancel()
            await asyncio.gather(*everything, return_exceptions=True)

    async def look(self) -> int:
        """Begin what is due; how many checks that is."""
        now = self._now()
        async with self.runtime.database.transaction(NOBODY) as tx:
            await tx.run(q.SQL.here, location=self.location, at=now, paused=PAUSED)
            free = AT_ONCE - len(self._running)
            claimed = await tx.all(_Claimed, q.SQL.claim, location=self.location, most=free, at=now) if free > 0 else []
        for one in claimed:
            task = asyncio.create_task(self._one(one), name=f"check {one.check_id}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(claimed)

    async def settle(self) -> None:
        """Wait for all that was begun."""
        await asyncio.gather(*self._running)

    async def _one(self, claimed: _Claimed) -> None:
        """One check. When its result cannot be written it is lost, and the next one counts."""
        try:
            async with self.runtime.database.transaction(Scope(claimed.organization_id)) as tx:
                check = await tx.maybe(Due, q.SQL.due, id=claimed.check_id, location=self.location)
            if check is None or not check.is_active:
                return
            tried = await self._try(check)
            milliseconds = None if check.kind == "heartbeat" else tried.seconds * 1000
            now = self._now()
            await record(self.runtime.database, check, self.location, tried.outcome, milliseconds, now)
        except _AWAY as error:
            log.warning("a check's result is lost", check_id=str(claimed.check_id), error=type(error).__name__)
            return
        CHECKS.labels(check.kind, "ok" if tried.outcome.ok else "failed").inc()
        figures = {"up": float(tried.outcome.ok), **tried.outcome.figures}
        if milliseconds is not None:
            figures["seconds"] = tried.seconds
        labels = {**check.labels, "check": check.name, "kind": check.kind, "target": check.target, "location": self.location}
        self.pusher.add(check.organization_id, line(labels, figures, now))

    async def _try(self, check: Due) -> Tried:
        if check.kind == "heartbeat":
            return Tried(beat(check, self._now()), 0.0)
        secret = None
        if check.sealed is not None:
            try:
                secret = self.runtime.keyring.open(check.sealed, place("checks", "sealed", check.id)).decode()
            except KeyringError as error:
                return Tried(Outcome(False, str(error)), 0.0)
        try:
            allowed = await self._may_go_inside(check)
            return await probes.attempt(
                check.kind, check.target, check.expects, secret, allow_private=allowed, limit=float(check.timeout_s)
            )
        except (ValueError, LookupError, RuntimeError) as error:
            log.exception("a check failed by itself", check_id=str(check.id))
            return Tried(Outcome(False, f"the check itself failed: {type(error).__name__}"), 0.0)

    async def _may_go_inside(self, check: Due) -> bool:
        """Whether inner addresses are allowed: HCC_CHECK_ALLOW_PRIVATE."""
        match self.runtime.settings.check_allow_private:
            case "all":
                return True
            case "platform":
                async with self.runtime.database.transaction(Scope(check.organization_id)) as tx:
                    return bool(await tx.value(q.SQL.kind_of_organization, id=check.organization_id) == "platform")
            case _:
                return False


def beat(check: Due, now: datetime) -> Outcome:
    """Whether a sign of life came in time. Before the first one the check waits as long as it would for any other."""
    patience = timedelta(seconds=check.interval_s + (check.expects.grace_s or 0))
    last = check.beat_at or check.waits_since
    if last is not None and now - last <= patience:
        return Outcome(True, "in time" if check.beat_at is not None else "waiting for the first sign of life")
    since = "never" if check.beat_at is None else f"last at {check.beat_at:%Y-%m-%d %H:%M:%S} UTC"
    return Outcome(False, f"no sign of life, {since}")
