"""The PostgreSQL cluster of a run, and the database of each test in it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, Self

import msgspec
import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from control.core import migrate
from control.stack.postgres import THROWAWAY, PrivatePostgres, find_binaries, timescaledb_available
from tests.ports import free_port

ROLES = ("hcc_owner", "hcc_app", "hcc_worker", "hcc_ingest", "hcc_gateway")
TEMPLATE = "hcc_template"
"""The migrated database, empty but for what migrations put there. Metrics are kept in PostgreSQL's own partitions."""
TIMESCALEDB_TEMPLATE = "hcc_template_timescaledb"
"""The same with metrics in TimescaleDB."""
SETTINGS = {**THROWAWAY, "authentication_timeout": "10s", "timescaledb.max_background_workers": "0"}
"""TimescaleDB has no jobs of ours, and its workers would hold the database that is copied.

DROP DATABASE waits for whoever is half-way in, such as a client that was cancelled there; a minute would fail the test."""


class Server:
    """The cluster of this run. One that a test kills is `durable`: what was committed outlives its processes."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        settings = {**SETTINGS, "synchronous_commit": "on"} if durable else SETTINGS
        self.postgres = PrivatePostgres(folder / "postgres", free_port(), password=secrets.token_hex(16), settings=settings)
        self.passwords = {role: secrets.token_hex(16) for role in ROLES}
        self._admin: psycopg.Connection[Any] | None = None
        self._made: set[str] = set()

    def __enter__(self) -> Self:
        self.postgres.start()
        try:
            migrate.bootstrap(self.postgres.superuser_dsn, self.passwords, TEMPLATE)
            migrate.migrate(self.url("hcc_owner", TEMPLATE), metric_storage="partitions")
        except BaseException:
            self.postgres.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._admin is not None:
            self._admin.close()
        self.postgres.stop()

    def url(self, role: str, database: str) -> str:
        if role == "postgres":
            return self.postgres.superuser_dsn.rpartition("/")[0] + f"/{database}"
        return self.postgres.dsn(role, self.passwords[role], database)

    def timescaledb_template(self) -> str | None:
        """A migrated database with metrics in TimescaleDB, made when first asked for; None when the server does not have it."""
        if not timescaledb_available(find_binaries()):
            return None
        if TIMESCALEDB_TEMPLATE not in self._made:
            migrate.bootstrap(self.postgres.superuser_dsn, {}, TIMESCALEDB_TEMPLATE)
            migrate.migrate(self.url("hcc_owner", TIMESCALEDB_TEMPLATE))
            self._made.add(TIMESCALEDB_TEMPLATE)
        return TIMESCALEDB_TEMPLATE

    def copy(self, template: str, name: str) -> None:
        """A new database like another one, file by file: the template is small, and nobody writes to it."""
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._run(copy.format(sql.Identifier(name), sql.Identifier(template)))

    def drop(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        """As superuser, on a connection that is kept: opening one takes as long as making a database."""
        if self._admin is None or self._admin.info.transaction_status != TransactionStatus.IDLE:
            if self._admin is not None:
                self._admin.close()  # a test's time limit ended it in the middle, or the server went away
            self._admin = psycopg.connect(self.postgres.superuser_dsn, autocommit=True)
        self._admin.execute(statement)


class Urls(msgspec.Struct):
    """One test's database, by role."""

    server: Server
    database: str

    def __getitem__(self, role: str) -> str:
        return self.server.url(role, self.database)
