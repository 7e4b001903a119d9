"""The worker as a process: signals, a sudden death, a database that goes away, and what it forgets."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from control.automation.maintenance import jobs as maintenance
from control.automation.maintenance.stalled import MOST_ATTEMPTS, rescue
from control.core import jobs
from control.core.db import NOBODY
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.worker import import_jobs
from tests.conftest import Urls, free_port
from tests.working import eventually

PROGRAM = Path(__file__).with_name("worker_process.py")
ROOT = PROGRAM.parents[2]


@asynccontextmanager
async def worker(settings: Settings, file: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A running worker that is ready, and the address of its health port."""
    address = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HCC_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "HCC_WORKER_DATABASE_URL": settings.worker_database_url,
        "HCC_ENCRYPTION_KEYS": settings.encryption_keys,
        "HCC_WORKER_LISTEN_ADDR": address,
        "HCC_DB_POOL_MIN": "1",
    }
    with file.with_suffix(".log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(sys.executable, str(PROGRAM), env=environment, stdout=log, stderr=log)
    try:
        async with httpx.AsyncClient() as client:

            async def is_ready() -> bool:
                assert process.returncode is None, file.with_suffix(".log").read_text()
                try:
                    return (await client.get(f"http://{address}/readyz")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(is_ready)
        yield process, address
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def queue(runtime: Runtime, file: Path, name: str, seconds: float = 0) -> None:
    async with runtime.database.transaction(NOBODY) as tx:
        await jobs.defer(tx, "test.work", file=str(file), name=name, seconds=seconds)


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


async def told(file: Path, line: str) -> float:
    """Wait until the job said so; seconds that it took."""
    start = time.monotonic()

    async def is_there() -> bool:
        return line in lines(file)

    await eventually(is_there)
    return time.monotonic() - start


async def test_a_signal_lets_running_jobs_finish(settings: Settings, runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    async with worker(settings, file) as (process, address):
        await queue(runtime, file, "a", seconds=1)
        await told(file, "began a 0")
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://{address}/livez")).text == "alive\n"
            assert "hcc_outbox_waiting 0.0" in (await client.get(f"http://{address}/metrics")).text
            assert (await client.get(f"http://{address}/other")).status_code == 404
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert lines(file) == ["began a 0", "ended a 0"]


async def test_a_job_outlives_its_killed_worker(
    settings: Settings, runtime: Runtime, worker_runtime: Runtime, tmp_path: Path
) -> None:
    file = tmp_path / "notes"

    async def state() -> str:
        async with worker_runtime.database.transaction(NOBODY) as tx:
            return str(await tx.value("SELECT status::text FROM jobs.procrastinate_jobs WHERE task_name = 'test.work'"))

    async with worker(settings, file) as (process, _):
        await queue(runtime, file, "a", seconds=60)
        await told(file, "began a 0")
        process.kill()
        await process.wait()
    assert await rescue(worker_runtime.database) == 0, "its silence is not long enough yet"
    assert await state() == "doing"
    # The hourly forgetting may have been at work too, so that more than one job can be found.
    assert await rescue(worker_runtime.database, timedelta(0)) >= 1
    assert await state() == "todo"
    async with worker(settings, file):
        await told(file, "ended a 1")


async def test_the_worker_heals_when_its_connections_die(
    settings: Settings, runtime: Runtime, urls: Urls, tmp_path: Path
) -> None:
    file = tmp_path / "notes"
    async with worker(settings, file) as (process, _):
        for round_ in ("a", "b"):
            with psycopg.connect(urls["postgres"]) as connection:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hcc_worker'")
            await queue(runtime, file, round_)
            await told(file, f"ended {round_} 0")
        assert process.returncode is None


@pytest.mark.parametrize(("attempts", "status"), [(0, "todo"), (MOST_ATTEMPTS, "failed")])
async def test_a_job_that_kills_its_workers_is_given_up(
    runtime: Runtime, worker_runtime: Runtime, urls: Urls, tmp_path: Path, attempts: int, status: str
) -> None:
    await queue(runtime, tmp_path / "notes", "a")
    with psycopg.connect(urls["hcc_worker"]) as connection:
        connection.execute("UPDATE jobs.procrastinate_jobs SET status = 'doing', attempts = %s", (attempts,))
    assert await rescue(worker_runtime.database) == 1
    with psycopg.connect(urls["hcc_worker"]) as connection:
        assert connection.execute("SELECT status::text FROM jobs.procrastinate_jobs").fetchone() == (status,)


async def test_a_job_whose_like_waits_holds_up_no_other(
    runtime: Runtime, worker_runtime: Runtime, urls: Urls, tmp_path: Path
) -> None:
    """Two jobs of a dead worker; for one of them the next of its kind is queued already, and only one may be."""
    for argument in ("a", "b", "c"):
        await queue(runtime, tmp_path / "notes", argument)
    with psycopg.connect(urls["hcc_worker"]) as connection:
        first, second, _ = [row[0] for row in connection.execute("SELECT id FROM jobs.procrastinate_jobs ORDER BY id")]
        connection.execute("UPDATE jobs.procrastinate_jobs SET status = 'doing' WHERE id IN (%s, %s)", (first, second))
        connection.execute("UPDATE jobs.procrastinate_jobs SET queueing_lock = 'one' WHERE id <> %s", (second,))
    assert await rescue(worker_runtime.database) == 2
    with psycopg.connect(urls["hcc_worker"]) as connection:
        found = connection.execute("SELECT status::text FROM jobs.procrastinate_jobs ORDER BY id").fetchall()
    assert [row[0] for row in found] == ["failed", "todo", "todo"]


def test_every_job_module_is_found() -> None:
    found = import_jobs()
    assert {"control.core.mailer", "control.automation.webhooks.jobs", "control.automation.maintenance.jobs"} <= set(found)
    assert {"mail.send", "webhooks.deliver", "maintenance.forget"} <= set(jobs.app.tasks)


AGED: dict[str, tuple[str, str]] = {
    "idempotency_keys": (
        (
            "INSERT INTO hcc.idempotency_keys (organization_id, actor_id, key, request_hash, status, response, created_at)"
            " VALUES (%(organization)s, gen_random_uuid(), 'k', '', 200, '', %(at)s)"
        ),
        "SELECT count(*) FROM hcc.idempotency_keys",
    ),
    "relayed_events": (
        (
            "INSERT INTO hcc.outbox_events (event_id, organization_id, topic, payload, relayed_at)"
            " VALUES (gen_random_uuid(), %(organization)s, 'user.created', '{}', %(at)s)"
        ),
        "SELECT count(*) FROM hcc.outbox_events",
    ),
    "webhook_deliveries": (
        (
            "WITH e AS (INSERT INTO hcc.webhook_endpoints (id, organization_id, url, topics, secret)"
            " VALUES (gen_random_uuid(), %(organization)s, 'https://x.example', '{*}', '') RETURNING id)"
            " INSERT INTO hcc.webhook_deliveries (id, organization_id, endpoint_id, event_id, topic, body, status, updated_at)"
            " SELECT gen_random_uuid(), %(organization)s, e.id, gen_random_uuid(), 't', '{}', 'failed', %(at)s FROM e"
        ),
        "SELECT count(*) FROM hcc.webhook_deliveries",
    ),
    "outgoing_mail": (
        (
            "INSERT INTO hcc.outgoing_mail (id, organization_id, recipient, template, context, message_id, status, created_at)"
            " VALUES (gen_random_uuid(), %(organization)s, 'a@b.c', 't', '', gen_random_uuid()::text, 'sent', %(at)s)"
        ),
        "SELECT count(*) FROM hcc.outgoing_mail",
    ),
    "login_throttle": (
        (
            "INSERT INTO hcc.login_throttle (key_hash, failures, last_failure, blocked_until)"
            " VALUES (decode(md5(%(at)s::text), 'hex'), 1, %(at)s, %(at)s)"
        ),
        "SELECT count(*) FROM hcc.login_throttle",
    ),
    "client_tallies": (
        (
            "INSERT INTO hcc.client_tallies (organization_id, gateway, client, login, unauthorized, not_found, scanner, limited,"
            " waf_score, sample, at) VALUES (%(organization)s, 'edge', '192.0.2.1', 0, 0, 1, 0, 0, 0, '/', %(at)s)"
        ),
        "SELECT count(*) FROM hcc.client_tallies",
    ),
    "alerts": (
        (
            "INSERT INTO hcc.alert_changes (id, organization_id, alert_id, name, labels, before, after, at)"
            " VALUES (gen_random_uuid(), %(organization)s, gen_random_uuid(), 'x', '{}', 'pending', 'firing', %(at)s)"
        ),
        "SELECT count(*) FROM hcc.alert_changes",
    ),
    "notifications": (
        (
            "WITH c AS (INSERT INTO hcc.notification_channels (id, organization_id, name, kind, sealed)"
            " VALUES (gen_random_uuid(), %(organization)s, gen_random_uuid()::text, 'mail', '') RETURNING id)"
            " INSERT INTO hcc.notifications (id, organization_id, channel_id, kind, message, status, created_at)"
            " SELECT gen_random_uuid(), %(organization)s, c.id, 'test', '{}', 'succeeded', %(at)s FROM c"
        ),
        "SELECT count(*) FROM hcc.notifications",
    ),
    "checks": (
        (
            "WITH c AS (INSERT INTO hcc.checks (id, organization_id, name, kind)"
            " VALUES (gen_random_uuid(), %(organization)s, gen_random_uuid()::text, 'http') RETURNING id)"
            " INSERT INTO hcc.check_spans (id, organization_id, check_id, state, began, ended)"
            " SELECT gen_random_uuid(), %(organization)s, c.id, 'up', %(at)s, %(at)s FROM c"
        ),
        "SELECT count(*) FROM hcc.check_spans",
    ),
    "finished_jobs": (
        (
            "WITH j AS (INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 't', 'succeeded')"
            " RETURNING id), n AS (SELECT count(*) FROM j)"
            " INSERT INTO jobs.procrastinate_events (job_id, type, at) SELECT id, 'succeeded', %(at)s FROM j, n"
        ),
        "SELECT count(*) FROM jobs.procrastinate_jobs",
    ),
}


@pytest.mark.parametrize("what", sorted(maintenance.TERMS))
async def test_what_is_past_its_term_is_forgotten(worker_runtime: Runtime, urls: Urls, what: str) -> None:
    insert, count = AGED[what]
    with psycopg.connect(urls["postgres"], autocommit=True) as connection:
        row = connection.execute(
            "INSERT INTO hcc.organizations (kind, path, name, slug) VALUES ('platform', '{}', 'P', 'p') RETURNING id, now()"
        ).fetchone()
        assert row is not None
        if what == "finished_jobs":  # the queue writes an event of its own, which counts as the newest
            connection.execute("ALTER TABLE jobs.procrastinate_jobs DISABLE TRIGGER USER")
        for age in (maintenance.TERMS[what] - timedelta(minutes=5), maintenance.TERMS[what] + timedelta(minutes=5)):
            connection.execute(insert, {"organization": row[0], "at": row[1] - age})
        if what == "finished_jobs":
            connection.execute("ALTER TABLE jobs.procrastinate_jobs ENABLE TRIGGER USER")
        work: Any = Work(worker_runtime, 1, 0)
        await maintenance.forget(work, timestamp=0)
        assert connection.execute(count).fetchone() == (1,)
