"""`hcc metrics storage`: how values are kept, and changing it while they come and are read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import psycopg

from control.core.settings import SettingsError, load
from control.monitoring.storage import queries as q

Connection = psycopg.Connection[Any]
WORDS = {"timescaledb": "TimescaleDB's columnstore", "partitions": "PostgreSQL's own partitions"}


class Storage(msgspec.Struct, frozen=True):
    """How values are kept. `bytes` are those on disk; `left_*` is what still stands in the former way."""

    storage: str
    parts: int
    bytes: int
    left_parts: int = 0
    left_bytes: int = 0
    why_not_timescaledb: str | None = None


def look(connection: Connection) -> Storage:
    """As the owner of the schema."""
    storage = _value(connection, q.SQL.storage)
    row = connection.execute(q.SQL.parts).fetchone()
    assert row is not None
    moving, parts, size = row
    before = (connection.execute(q.SQL.parts_before).fetchone() if moving else None) or (0, 0)
    why_not = None if storage == "timescaledb" else _value(connection, q.SQL.timescaledb)
    return Storage(storage, parts, size, before[0], before[1], why_not)


def convert(connection: Connection, wanted: str, say: Callable[[str], None]) -> None:
    """Change the way, and move what there is; goes on where an earlier call was ended. Needs autocommit. Raises psycopg.Error."""
    connection.execute(q.SQL.begin, {"wanted": wanted})
    while (step := _value(connection, q.SQL.move)) is not None:
        say(step)


def _value(connection: Connection, statement: str) -> Any:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def _told(found: Storage) -> str:
    lines = [f"values are kept in {WORDS[found.storage]}: {found.parts} parts, {found.bytes / 2**20:,.1f} MiB"]
    if found.left_parts:
        lines.append(f"to be moved: {found.left_parts} parts, {found.left_bytes / 2**20:,.1f} MiB")
    if found.why_not_timescaledb:
        lines.append(f"TimescaleDB cannot be used: {found.why_not_timescaledb}")
    return "\n".join(lines)


def _plan(found: Storage, wanted: str) -> str:
    if wanted == found.storage and not found.left_parts:
        return f"nothing to do: values are kept in {WORDS[wanted]} already"
    parts, size = (found.left_parts, found.left_bytes) if wanted == found.storage else (found.parts, found.bytes)
    return (
        f"new values go to {WORDS[wanted]} at once; {parts} parts ({size / 2**20:,.1f} MiB) are moved one by one, newest"
        " first. Values come and are read meanwhile. A part needs room for its copy before it is dropped."
    )


def command(args: argparse.Namespace) -> int:
    """Exit code 1 when it cannot be changed. Raises SettingsError and psycopg.OperationalError."""
    settings = load()
    if not settings.owner_database_url:
        raise SettingsError(["HCC_OWNER_DATABASE_URL is not set: PostgreSQL as role hcc_owner"])
    say: Callable[[str], None] = (lambda _line: None) if args.json else print
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        if args.convert:
            say(_plan(look(connection), args.convert))
            if not args.dry_run:
                try:
                    convert(connection, args.convert, say)
                except (psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.InsufficientPrivilege) as error:
                    print(f"metrics storage: {error.diag.message_primary}", file=sys.stderr)
                    return 1
        found = look(connection)
    print(msgspec.json.encode(found).decode() if args.json else _told(found))
    return 0
