"""The relay: at least once, in order, one bad listener harms only its own event, a crash loses nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from control.core import events, jobs, outbox
from control.core.db import Scope, Transaction
from control.core.events import Event
from control.core.runtime import Runtime
from tests.conftest import Urls
from tests.working import eventually


class Listening:
    """What the listeners of a test saw, and which events they refuse."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.refuse: set[Any] = set()
        self.scopes: list[Scope] = []


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Listening:
    noted = Listening()

    async def writes(tx: Transaction, event: Event) -> None:
        noted.scopes.append(tx.scope)
        await jobs.defer(tx, "test.nothing", number=event.payload["number"])

    async def refuses(_tx: Transaction, event: Event) -> None:
        if event.payload["number"] in noted.refuse:
            raise RuntimeError("not now")
        noted.seen.append(event.payload["number"])

    monkeypatch.setattr(events, "_listeners", [("*", writes), ("user.created", refuses), ("user.deleted", refuses)])
    return noted


@pytest.fixture
def organization(urls: Urls) -> Any:
    with psycopg.connect(urls["hcc_owner"]) as connection:
        row = connection.execute(
            "INSERT INTO hcc.organizations (kind, path, name, slug) VALUES ('platform', '{}', 'P', 'p') RETURNING id"
        ).fetchone()
    assert row is not None
    return row[0]


async def emit(runtime: Runtime, organization: Any, *numbers: int, topic: str = "user.created") -> None:
    for number in numbers:
        async with runtime.database.transaction(Scope(organization)) as tx:
            await events.emit(tx, topic, organization, {"number": number})


def queued(urls: Urls) -> list[int]:
    with psycopg.connect(urls["hcc_worker"]) as connection:
        rows = connection.execute("SELECT (args->>'number')::int FROM jobs.procrastinate_jobs ORDER BY id").fetchall()
    return [number for (number,) in rows]


def change(urls: Urls, sql: Any) -> None:
    with psycopg.connect(urls["hcc_owner"]) as connection:
        connection.execute(sql)


async def test_events_are_handed_on_once_and_in_order(
    runtime: Runtime, worker_runtime: Runtime, organization: Any, listening: Listening, urls: Urls
) -> None:
    await emit(runtime, organization, 1, 2, 3)
    assert await outbox.relay(worker_runtime.database, batch=2) == 2
    assert await outbox.relay(worker_runtime.database, batch=2) == 1
    assert await outbox.relay(worker_runtime.database) == 0
    assert listening.seen == [1, 2, 3]
    assert queued(urls) == [1, 2, 3]
    assert set(listening.scopes) == {Scope(organization)}


async def test_what_was_rolled_back_is_no_event(runtime: Runtime, worker_runtime: Runtime, organization: Any) -> None:
    async def fail_after_emit() -> None:
        async with runtime.database.transaction(Scope(organization)) as tx:
            await events.emit(tx, "user.created", organization, {"number": 1})
            raise LookupError

    with pytest.raises(LookupError):
        await fail_after_emit()
    assert await outbox.relay(worker_runtime.database) == 0


async def test_a_failing_listener_takes_back_its_own_event_only(
    runtime: Runtime, worker_runtime: Runtime, organization: Any, listening: Listening, urls: Urls
) -> None:
    listening.refuse = {2}
    await emit(runtime, organization, 1, 2, 3)
    assert await outbox.relay(worker_runtime.database) == 3
    assert listening.seen == [1, 3]
    assert queued(urls) == [1, 3]
    assert await outbox.relay(worker_runtime.database) == 0, "it is not due yet"
    listening.refuse = set()
    change(urls, "UPDATE hcc.outbox_events SET next_attempt_at = now() WHERE relayed_at IS NULL")
    assert await outbox.relay(worker_runtime.database) == 1
    assert queued(urls) == [1, 3, 2]


async def test_after_the_last_attempt_an_event_is_dead_and_visible(
    runtime: Runtime, worker_runtime: Runtime, organization: Any, listening: Listening, urls: Urls
) -> None:
    listening.refuse = {1}
    await emit(runtime, organization, 1)
    attempts = 0
    while await outbox.relay(worker_runtime.database):
        attempts += 1
        change(urls, "UPDATE hcc.outbox_events SET next_attempt_at = now()")
    assert attempts == len(outbox.DELAYS) + 1
    assert await outbox.observe(worker_runtime.database) == outbox.State(waiting=0, oldest_seconds=0, dead=1)
    with psycopg.connect(urls["hcc_owner"]) as connection:
        row = connection.execute("SELECT attempts, last_error, dead_at IS NOT NULL FROM hcc.outbox_events").fetchone()
    assert row == (attempts, "RuntimeError", True)


async def test_a_crash_between_claim_and_commit_loses_nothing(
    runtime: Runtime,
    worker_runtime: Runtime,
    organization: Any,
    listening: Listening,
    urls: Urls,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await emit(runtime, organization, 1, 2)
    whole = outbox._hand_on

    async def cut(tx: Transaction, event: outbox.Claimed) -> None:
        if event.payload["number"] == 2:
            with psycopg.connect(urls["postgres"]) as connection:
                connection.execute("SELECT pg_terminate_backend(%s)", (tx.connection.info.backend_pid,))
        await whole(tx, event)

    monkeypatch.setattr(outbox, "_hand_on", cut)
    with pytest.raises(psycopg.OperationalError):
        await outbox.relay(worker_runtime.database)
    assert queued(urls) == []
    monkeypatch.setattr(outbox, "_hand_on", whole)
    assert await outbox.relay(worker_runtime.database) == 2
    assert queued(urls) == [1, 2]


async def test_two_relays_hand_on_every_event_once(
    runtime: Runtime, worker_runtime: Runtime, organization: Any, listening: Listening
) -> None:
    numbers = list(range(40))
    await emit(runtime, organization, *numbers)

    async def drain() -> None:
        for _ in range(20):
            await outbox.relay(worker_runtime.database, batch=3)

    await asyncio.gather(drain(), drain())
    while await outbox.relay(worker_runtime.database):
        pass
    assert listening.seen == numbers


async def test_a_listener_that_hangs_is_cut_off(
    runtime: Runtime, worker_runtime: Runtime, organization: Any, monkeypatch: pytest.MonkeyPatch, urls: Urls
) -> None:
    async def hangs(tx: Transaction, event: Event) -> None:
        if event.payload["number"] == 1:
            await tx.value("SELECT pg_sleep(30)")

    monkeypatch.setattr(events, "_listeners", [("*", hangs)])
    monkeypatch.setattr(outbox, "LISTENER_LIMIT", 0.1)
    await emit(runtime, organization, 1, 2)
    assert await outbox.relay(worker_runtime.database) == 2
    with psycopg.connect(urls["hcc_owner"]) as connection:
        rows = connection.execute("SELECT last_error, relayed_at IS NULL FROM hcc.outbox_events ORDER BY id").fetchall()
    assert rows == [("TimeoutError", True), (None, False)]


async def test_the_relay_is_woken_and_comes_back_after_a_lost_connection(
    runtime: Runtime,
    worker_runtime: Runtime,
    organization: Any,
    listening: Listening,
    urls: Urls,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "POLL", 30.0)
    database = worker_runtime.database
    running = asyncio.create_task(outbox.run(database, urls["hcc_worker"]))

    async def arrived() -> bool:
        # Committed too: what is cut off before that is handed on once more.
        return len(listening.seen) == expected and (await outbox.observe(database)).waiting == 0

    try:
        expected = 1
        await emit(runtime, organization, 1)
        await eventually(arrived)
        with psycopg.connect(urls["postgres"]) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hcc_worker'")
        expected = 2
        await emit(runtime, organization, 2)
        await eventually(arrived)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert listening.seen == [1, 2]
