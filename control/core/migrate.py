"""Bringing a database to the newest schema: roles once, then sql/migrations in order, each in its own transaction.

The runner executes a file as it stands (statement splitters stumble over function bodies), keeps a checksum of it, and
refuses to go on when an applied file was changed afterwards. Two runners at once wait for each other.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

SQL_FOLDER = Path(__file__).resolve().parents[2] / "sql"
_FILE = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_LOCK = 0x68636301  # "hcc" and 1: the advisory lock of migrations
DATABASE = "hcc"


class MigrationError(Exception):
    """The database and the files do not fit together; the message says what to do."""


class Migration(msgspec.Struct, frozen=True):
    """One file of sql/migrations."""

    version: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_migrations(folder: Path = SQL_FOLDER / "migrations") -> list[Migration]:
    """The files in order. Raises MigrationError for a gap, a double number or a name of another form."""
    migrations = []
    for path in sorted(folder.glob("*.sql")):
        match = _FILE.match(path.name)
        if match is None:
            raise MigrationError(f"{path.name}: migrations are named NNNN_what.sql")
        migrations.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    for expected, migration in enumerate(migrations, start=1):
        if migration.version != expected:
            raise MigrationError(f"{migration.version:04}_{migration.name}.sql: expected number {expected:04}")
    return migrations


def bootstrap(superuser_dsn: str, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """Create the database, the roles and the schemas with a superuser's connection. Safe to run again."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(database)))
    with psycopg.connect(superuser_dsn, dbname=database, autocommit=True) as connection:
        # Roles belong to the whole server; databases bootstrapped at the same time take turns.
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        _script(connection, (SQL_FOLDER / "roles.sql").read_text(encoding="utf-8"))
        for role, password in passwords.items():
            connection.execute("SET log_statement = 'none'")
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
        connection.execute(sql.SQL("GRANT CONNECT, CREATE ON DATABASE {} TO hcc_owner").format(sql.Identifier(database)))


def migrate(owner_dsn: str, say: Callable[[str], None] = lambda _line: None, *, metric_storage: str = "auto") -> list[str]:
    """Apply what is missing; the names applied. Raises MigrationError when an applied file has changed.

    `metric_storage` is `partitions` to keep metrics in PostgreSQL's own partitions also where the server has TimescaleDB.
    """
    migrations = read_migrations()
    applied: list[str] = []
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute("SELECT set_config('hcc.metric_storage', %s, false)", (metric_storage,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS hcc.schema_migrations (version integer PRIMARY KEY, name text NOT NULL,"
            " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        for migration in pending(connection, migrations):
            say(f"migration {migration.version:04} {migration.name}")
            with connection.transaction():
                _script(connection, migration.text)
                connection.execute(
                    "INSERT INTO hcc.schema_migrations (version, name, checksum) VALUES (%s, %s, %s)",
                    (migration.version, migration.name, migration.checksum),
                )
            applied.append(f"{migration.version:04}_{migration.name}")
        applied += _job_queue(connection, say)
    return applied


def pending(connection: psycopg.Connection[Any], migrations: list[Migration]) -> list[Migration]:
    """The migrations still to apply. Raises MigrationError when the applied ones differ from the files."""
    known = dict(connection.execute("SELECT version, checksum FROM hcc.schema_migrations").fetchall())
    by_version = {m.version: m for m in migrations}
    for version, checksum in known.items():
        if version not in by_version:
            raise MigrationError(f"the database has migration {version:04}, which this version of hcc does not know")
        if by_version[version].checksum != checksum:
            raise MigrationError(
                f"{version:04}_{by_version[version].name}.sql was changed after it was applied; "
                "put the file back and write a new migration"
            )
    return [m for m in migrations if m.version not in known]


def _job_queue(connection: psycopg.Connection[Any], say: Callable[[str], None]) -> list[str]:
    """The job queue's own schema, taken from the installed library, in the schema `jobs`."""
    done = []
    if connection.execute("SELECT to_regclass('jobs.procrastinate_jobs')").fetchone() == (None,):
        say("job queue")
        with connection.transaction():
            connection.execute("SET LOCAL search_path = jobs")
            _script(connection, SchemaManager.get_schema())
            connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO hcc_worker")
            connection.execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA jobs TO hcc_app")
            connection.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO hcc_app, hcc_worker")
            connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO hcc_app, hcc_worker")
        done.append("jobs")
    return done


def _script(connection: psycopg.Connection[Any], text: str) -> None:
    connection.execute(text)


def command(args: argparse.Namespace) -> int:
    """`hcc migrate`: apply, or with --check only say what is missing (exit code 1 when something is)."""
    dsn = args.database_url or os.environ.get("HCC_OWNER_DATABASE_URL", "")
    if not dsn:
        print("Set HCC_OWNER_DATABASE_URL, or give --database-url (role hcc_owner).", file=sys.stderr)
        return 2
    try:
        if args.check:
            with psycopg.connect(dsn) as connection:
                exists = connection.execute("SELECT to_regclass('hcc.schema_migrations')").fetchone() != (None,)
                missing = pending(connection, read_migrations()) if exists else read_migrations()
            names = [f"{m.version:04}_{m.name}" for m in missing]
            print(msgspec.json.encode({"pending": names}).decode() if args.json else "\n".join(names) or "up to date")
            return 1 if names else 0
        names = migrate(dsn, (lambda _line: None) if args.json else print, metric_storage=args.metric_storage)
    except (MigrationError, psycopg.Error) as error:
        print(f"migrate: {error}", file=sys.stderr)
        return 1
    print(msgspec.json.encode({"applied": names}).decode() if args.json else f"{len(names)} applied; the schema is up to date")
    return 0
