"""The database: one pool, and one narrow door through which every transaction learns whom it works for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, AsyncCursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, scalar_row
from psycopg_pool import AsyncConnectionPool

from control.core.settings import Settings
from control.core.sql import AdHoc

T = TypeVar("T")
_GIVE_UP = 1.0
_LOOK_AGAIN = 0.2
Access = Literal["own", "tree"]


class Scope(msgspec.Struct, frozen=True):
    """Whom a transaction works for. `tree` also opens the organisations below, for those who hold that permission."""

    organization_id: UUID | None = None
    user_id: UUID | None = None
    access: Access = "own"


NOBODY = Scope()
"""A transaction before anybody is known: it sees no tenant's row."""


class Transaction:
    """An open transaction. Rows come back as msgspec structs; parameters are always bound, never pasted."""

    def __init__(self, connection: AsyncConnection[Any], scope: Scope) -> None:
        self.connection = connection
        self.scope = scope
        self._after_commit: list[Callable[[], Awaitable[None]]] = []

    async def _execute(self, cursor: AsyncCursor[Any], sql: str, params: dict[str, Any]) -> AsyncCursor[Any]:
        return await cursor.execute(sql, params, prepare=False if isinstance(sql, AdHoc) else None)

    async def all(self, into: type[T], sql: str, **params: Any) -> list[T]:
        """All rows of a query."""
        async with self.connection.cursor(row_factory=dict_row) as cursor:
            await self._execute(cursor, sql, params)
            return msgspec.convert(await cursor.fetchall(), list[into])  # type: ignore[valid-type]

    async def maybe(self, into: type[T], sql: str, **params: Any) -> T | None:
        """The first row, or None."""
        async with self.connection.cursor(row_factory=dict_row) as cursor:
            await self._execute(cursor, sql, params)
            row = await cursor.fetchone()
            return None if row is None else msgspec.convert(row, into)

    async def one(self, into: type[T], sql: str, **params: Any) -> T:
        """The row of a query that always has one. Raises LookupError when it has none."""
        row = await self.maybe(into, sql, **params)
        if row is None:
            raise LookupError("the query gave no row")
        return row

    async def value(self, sql: str, **params: Any) -> Any:
        """The first column of the first row, or None."""
        async with self.connection.cursor(row_factory=scalar_row) as cursor:
            await self._execute(cursor, sql, params)
            return await cursor.fetchone()

    async def run(self, sql: str, **params: Any) -> int:
        """Execute; the number of rows touched."""
        async with self.connection.cursor() as cursor:
            await self._execute(cursor, sql, params)
            return cursor.rowcount

    async def run_many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each row of parameters, without waiting for one answer before the next is sent."""
        if rows:
            async with self.connection.cursor() as cursor:
                await cursor.executemany(sql, rows)

    def after_commit(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Do something once the transaction is safe, such as dropping a cached read."""
        self._after_commit.append(callback)

    async def committed(self) -> None:
        """Run what was registered with `after_commit`; the pool's side calls it, nobody else."""
        for callback in self._after_commit:
            await callback()

    async def switch(self, scope: Scope) -> None:
        """Work for somebody else from here on: the login flow learns the person half-way."""
        await _enter(self.connection, scope)
        self.scope = scope


async def _enter(connection: AsyncConnection[Any], scope: Scope) -> None:
    """Set the scope, local to the transaction. Every value is set, also the empty ones, so that none is left over."""
    await connection.execute(
        "SELECT set_config('app.current_org_id', %s, true), set_config('app.current_user_id', %s, true),"
        " set_config('app.current_access', %s, true)",
        (str(scope.organization_id or ""), str(scope.user_id or ""), scope.access),
    )


def _without_jit(url: str) -> dict[str, str]:
    """Compiling a statement takes PostgreSQL a tenth of a second, which no statement of a page ever gets back. A URL with options
    of its own keeps them."""
    return {} if "options" in conninfo_to_dict(url) else {"options": "-c jit=off"}


def make_pool(
    url: str, settings: Settings, *, name: str, smallest: int, largest: int
) -> AsyncConnectionPool[AsyncConnection[Any]]:
    """A pool that finds a returning server within about a second, however long it was away. Not yet open.

    The library's own attempts come at growing intervals. Here it gives up after a second, and is set going again.
    """
    waking: set[asyncio.Task[None]] = set()

    async def look_again(pool: AsyncConnectionPool[Any]) -> None:
        await asyncio.sleep(_LOOK_AGAIN)
        if not pool.closed:
            await pool.check()

    async def on_failure(pool: AsyncConnectionPool[Any]) -> None:
        task = asyncio.get_running_loop().create_task(look_again(pool))
        waking.add(task)
        task.add_done_callback(waking.discard)

    return AsyncConnectionPool(
        url,
        min_size=smallest,
        max_size=largest,
        max_lifetime=settings.db_max_lifetime,
        max_idle=settings.db_max_idle,
        timeout=float(settings.db_acquire_timeout),
        max_waiting=largest * 25,
        reconnect_timeout=_GIVE_UP,
        reconnect_failed=on_failure,
        kwargs={"connect_timeout": settings.db_connect_timeout, "application_name": name} | _without_jit(url),
        check=AsyncConnectionPool.check_connection,
        open=False,
        name=name,
    )


class Database:
    """The pool of one process."""

    def __init__(self, url: str, settings: Settings) -> None:
        self.pool = make_pool(url, settings, name="hcc", smallest=settings.db_pool_min, largest=settings.db_pool_max)

    async def open(self) -> None:
        """Start filling the pool; does not wait, so that a process starts while the database is away."""
        await self.pool.open(wait=False)

    async def close(self) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def transaction(
        self,
        scope: Scope,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the pool has its own
    ) -> AsyncIterator[Transaction]:
        """A transaction that works for `scope`; committed at the end, rolled back on an exception.

        Raises psycopg_pool.PoolTimeout when no connection is free in time.
        """
        async with self.pool.connection(timeout=timeout) as connection, connection.transaction():
            await _enter(connection, scope)
            transaction = Transaction(connection, scope)
            yield transaction
        await transaction.committed()
