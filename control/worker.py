"""`hcc worker`: background jobs, the outbox relay, threat detection, the checks of its location, and their health.

Each part heals by itself when PostgreSQL goes away and comes back. SIGTERM or SIGINT: no new jobs, running ones get ten
seconds, what is still at work then is queued again. A worker that is killed says nothing any more; another finds its jobs.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import pkgutil
import signal
import sys
from importlib import import_module

import psycopg
import structlog
import uvloop
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ProcrastinateException
from psycopg_pool import PoolTimeout, TooManyRequests

import control
from control.automation.maintenance.stalled import rescue
from control.core import jobs, logs, outbox
from control.core.db import NOBODY, make_pool
from control.core.loading import loading
from control.core.runtime import Runtime
from control.core.settings import Settings, SettingsError, check, load
from control.monitoring.checks.running import Runner
from control.security.detection import watching
from control.worker_health import serve_health

log = structlog.get_logger("hcc.worker")

CONCURRENCY = 8
GRACE = 10.0
HEARTBEAT = 3.0
SIGN_OFF = 2.0
PAUSE = 0.5
LOOK = 1.0
"""Seconds between looks at the queue when no notification came, for example because the listener was just reconnecting."""
RESCUE_EVERY = 5.0
_JOB_MODULES = ("jobs", "listeners")
_AWAY = (psycopg.Error, PoolTimeout, TooManyRequests, ProcrastinateException, OSError)


def import_jobs() -> list[str]:
    """Import every module of a domain that registers jobs or listeners; their names."""
    names = ["control.core.mailer"]
    for module in pkgutil.walk_packages(control.__path__, "control."):
        parts = module.name.split(".")
        if parts[-1] in _JOB_MODULES and parts[1] not in ("core", "worker"):
            names.append(module.name)
    for name in names:
        import_module(name)
    return names


class Worker:
    """The parts of one process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.runtime = Runtime(settings, database_url=settings.worker_database_url)
        self.working = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set and running jobs are done."""
        await self.runtime.start()
        pool = make_pool(self.settings.worker_database_url, self.settings, name="hcc-jobs", smallest=1, largest=4)
        await pool.open(wait=False)
        connector = PsycopgConnector()
        await connector.open_async(pool)
        parts = [
            asyncio.create_task(outbox.run(self.runtime.database, self.settings.worker_database_url), name="relay"),
            asyncio.create_task(self._rescue(), name="rescue"),
            asyncio.create_task(watching.run(self.runtime.database, self.settings.worker_database_url), name="threat detection"),
            asyncio.create_task(Runner(self.runtime).run(), name="checks"),
            asyncio.create_task(serve_health(self.settings.worker_listen, self.ready), name="health"),
        ]
        try:
            with jobs.app.replace_connector(connector):
                queue = asyncio.create_task(self._queue(stop), name="queue")
                stopping = asyncio.create_task(stop.wait())
                # A part only ever ends by an error that it cannot heal; then the supervisor starts a new process.
                await asyncio.wait({stopping, queue, *parts}, return_when=asyncio.FIRST_COMPLETED)
                stop.set()
                queue.cancel()
                stopping.cancel()
                # Without the database the queue cannot sign off; its jobs are then found by their silence.
                await asyncio.wait({queue, stopping}, timeout=GRACE + SIGN_OFF)
                for part in parts:
                    if part.done():
                        part.result()
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await pool.close()
            await self.runtime.stop()

    async def ready(self) -> bool:
        """Whether jobs are being taken and the database answers."""
        try:
            async with self.runtime.database.transaction(NOBODY, timeout=1.0) as tx:
                await tx.value("SELECT 1")
        except _AWAY:
            return False
        return self.working

    async def _queue(self, stop: asyncio.Event) -> None:
        """Take jobs; the library's worker ends when the database goes away, and is begun again."""
        while not stop.is_set():
            try:
                self.working = True
                await jobs.app.run_worker_async(
                    concurrency=CONCURRENCY,
                    install_signal_handlers=False,
                    listen_notify=True,
                    fetch_job_polling_interval=LOOK,
                    shutdown_graceful_timeout=GRACE,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=60.0,
                    additional_context={"runtime": self.runtime},
                )
            except _AWAY as error:
                log.warning("queue waits for the database", error=type(error).__name__)
            finally:
                self.working = False
            await asyncio.sleep(PAUSE)

    async def _rescue(self) -> None:
        while True:
            await asyncio.sleep(RESCUE_EVERY)
            with contextlib.suppress(*_AWAY):
                await rescue(self.runtime.database)


async def run(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Work until a signal, or until `stop` is set."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with loading():
        import_jobs()
    worker = Worker(settings)
    log.info("worker started", tasks=sorted(jobs.app.tasks))
    await worker.run(stop)
    log.info("worker stopped")


def command(_args: argparse.Namespace) -> int:
    """Work until a signal. Exit code 2 when the settings do not do, 1 when the health port is taken."""
    try:
        settings = load()
        problems = check(settings)
        if not settings.worker_database_url:
            problems.append("HCC_WORKER_DATABASE_URL is not set: PostgreSQL as role hcc_worker")
        if problems:
            raise SettingsError(problems)
    except SettingsError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return 2
    logs.configure("worker", form=settings.log_format, level=settings.log_level)
    try:
        uvloop.run(run(settings))
    except OSError as error:
        print(f"HCC_WORKER_LISTEN_ADDR {settings.worker_listen}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0
