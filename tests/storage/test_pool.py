"""A connection goes back to the pool knowing nothing of whom it worked for, however its transaction ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from control.core.db import NOBODY, Database, Scope, Transaction
from control.core.settings import Settings

SETTINGS = """
SELECT concat_ws('', current_setting('app.current_org_id', true), current_setting('app.current_user_id', true)),
       coalesce(nullif(current_setting('app.current_access', true), ''), 'own')
"""
Ending = Callable[[Database, Scope], Awaitable[None]]


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """A pool of one connection."""
    one = Database(settings.database_url, msgspec.structs.replace(settings, db_pool_min=1, db_pool_max=1))
    await one.open()
    yield one
    await one.close()


@pytest.fixture
def scope(settings: Settings) -> Scope:
    """Somebody with full access to the tree of an organisation that exists."""
    organization, person = uuid4(), uuid4()
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute(
            "INSERT INTO hcc.organizations (id, kind, path, name, slug) VALUES (%s, 'platform', '{}', 'P', 'p')", (organization,)
        )
        owner.execute(
            "INSERT INTO hcc.users (id, organization_id, email, username) VALUES (%s, %s, 'a@x.test', 'aa')",
            (person, organization),
        )
    return Scope(organization, person, "tree")


async def _count(tx: Transaction) -> int:
    found: int = await tx.value("SELECT count(*) FROM hcc.users")
    return found


async def committed(database: Database, scope: Scope) -> None:
    async with database.transaction(scope) as tx:
        assert await _count(tx) == 1


async def rolled_back(database: Database, scope: Scope) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012  # the block is a transaction
        async with database.transaction(scope) as tx:
            assert await _count(tx) == 1
            raise RuntimeError


async def failed(database: Database, scope: Scope) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        async with database.transaction(scope) as tx:
            await tx.value("SELECT 1 / 0")


async def failed_and_caught(database: Database, scope: Scope) -> None:
    """The handler swallows the error; the transaction is broken all the same."""
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):  # noqa: PT012  # the block is a transaction
        async with database.transaction(scope) as tx:
            try:
                await tx.value("SELECT 1 / 0")
            except psycopg.errors.DivisionByZero:
                await tx.value("SELECT 1")


async def cancelled_in_a_query(database: Database, scope: Scope) -> None:
    began = asyncio.Event()

    async def work() -> None:
        async with database.transaction(scope) as tx:
            began.set()
            await tx.value("SELECT pg_sleep(30)")

    task = asyncio.create_task(work())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def cancelled_between_queries(database: Database, scope: Scope) -> None:
    began = asyncio.Event()

    async def work() -> None:
        async with database.transaction(scope) as tx:
            assert await _count(tx) == 1
            began.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def switched(database: Database, scope: Scope) -> None:
    async with database.transaction(NOBODY) as tx:
        await tx.switch(scope)
        assert await _count(tx) == 1


async def savepoint_undone(database: Database, scope: Scope) -> None:
    async with database.transaction(scope) as tx:
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with tx.connection.transaction():
                await tx.value("SELECT 1 / 0")
        assert await _count(tx) == 1


@pytest.mark.parametrize(
    "ending",
    [
        committed,
        rolled_back,
        failed,
        failed_and_caught,
        cancelled_in_a_query,
        cancelled_between_queries,
        switched,
        savepoint_undone,
    ],
    ids=lambda ending: ending.__name__,
)
async def test_the_next_one_sees_nothing(database: Database, scope: Scope, ending: Ending) -> None:
    await ending(database, scope)
    async with database.transaction(NOBODY) as tx:
        assert await _count(tx) == 0
    await ending(database, scope)
    # Not even the raw connection, without anybody setting a scope.
    async with database.pool.connection() as connection:
        found = await (await connection.execute(SETTINGS)).fetchone()
        rows = await (await connection.execute("SELECT count(*) FROM hcc.users")).fetchone()
    assert found == ("", "own")
    assert rows == (0,)


async def test_it_is_the_same_connection(database: Database, scope: Scope) -> None:
    """Otherwise the tests above would prove nothing."""
    pids = []
    for whom in (scope, NOBODY, scope):
        async with database.transaction(whom) as tx:
            pids.append(await tx.value("SELECT pg_backend_pid()"))
    assert len(set(pids)) == 1


async def test_twins_on_a_small_pool_keep_apart(settings: Settings, scope: Scope) -> None:
    """Many transactions for different organisations at once, on two connections: each knows its own."""
    pool = Database(settings.database_url, msgspec.structs.replace(settings, db_pool_min=2, db_pool_max=2))
    await pool.open()

    async def work(number: int) -> bool:
        mine = scope.organization_id if number % 2 else UUID(int=number)
        async with pool.transaction(Scope(mine)) as tx:
            said = await tx.value("SELECT hcc.current_org_id()")
            return bool(said == mine and await _count(tx) == number % 2)

    try:
        assert all(await asyncio.gather(*(work(number) for number in range(2, 42))))
    finally:
        await pool.close()


async def test_callbacks_run_after_the_commit_only(database: Database, scope: Scope) -> None:
    ran: list[str] = []

    async def note() -> None:
        async with database.transaction(scope) as tx:  # the connection is free again by then
            ran.append(await tx.value("SELECT 'ran'"))

    async with database.transaction(scope) as tx:
        tx.after_commit(note)
        assert ran == []
    assert ran == ["ran"]
    with pytest.raises(RuntimeError):  # noqa: PT012  # the block is a transaction
        async with database.transaction(scope) as tx:
            tx.after_commit(note)
            raise RuntimeError
    assert ran == ["ran"]
