"""sql/schema.sql and sql/migrations say the same."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from control.core import migrate
from control.core.schema import SEEDS, dump, normalised
from tests.conftest import Server, Urls

FILE = migrate.SQL_FOLDER / "schema.sql"


@contextmanager
def database(server: Server, text: str) -> Iterator[str]:
    """A database made from roles.sql and a schema, without a migration; how its owner connects."""
    name = f"schema_{secrets.token_hex(6)}"
    migrate.bootstrap(server.postgres.superuser_dsn, {}, name)
    owner = server.url("hcc_owner", name)
    with psycopg.connect(owner) as connection:
        connection.execute(text)
    yield owner
    with psycopg.connect(server.postgres.superuser_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_both_ways_agree(server: Server, urls: Urls) -> None:
    """Both are loaded and dumped by the server at hand: its version does not matter, nor does the parser's view of brackets."""
    migrated = dump(urls["hcc_owner"])
    with database(server, migrated) as first, database(server, FILE.read_text(encoding="utf-8")) as second:
        assert dump(second) == dump(first), "run `python -m control.core.schema > sql/schema.sql`"


def test_the_comparison_sees_a_difference(urls: Urls) -> None:
    changes = (
        "ALTER TABLE hcc.users NO FORCE ROW LEVEL SECURITY",
        "GRANT DELETE ON hcc.audit_log TO hcc_app",
        "DROP POLICY member_read ON hcc.users",
        "ALTER TABLE hcc.users ALTER locale SET DEFAULT 'de'",
        "UPDATE hcc.roles SET permissions = '{*}' WHERE name = 'member'",
        "CREATE OR REPLACE FUNCTION hcc.writable(owner uuid) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'",
    )
    last = dump(urls["hcc_owner"])
    for change in changes:
        with psycopg.connect(urls["hcc_owner"]) as connection:
            connection.execute(change)
        now = dump(urls["hcc_owner"])
        assert now != last, change
        last = now


def test_the_command_writes_the_file(urls: Urls) -> None:
    """The file is what the command writes; on another version of PostgreSQL the words may differ, the tests above do not."""
    environ = {**os.environ, "HCC_OWNER_DATABASE_URL": urls["hcc_owner"]}
    done = subprocess.run([sys.executable, "-m", "control.core.schema"], env=environ, capture_output=True, text=True, check=True)
    with psycopg.connect(urls["hcc_owner"]) as connection:
        version = connection.info.server_version // 10000
    if version == 15:
        assert done.stdout == FILE.read_text(encoding="utf-8")
    for table in SEEDS:
        assert f"INSERT INTO hcc.{table}" in done.stdout


def test_without_a_database_the_command_says_what_it_needs() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "HCC_OWNER_DATABASE_URL"}
    done = subprocess.run([sys.executable, "-m", "control.core.schema"], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "HCC_OWNER_DATABASE_URL" in done.stderr


def test_noise_is_taken_out() -> None:
    text = "\\restrict abc\n--\n-- Name: a; Type: TABLE; Schema: hcc; Owner: -\n--\n\nSET x = 1;\nCREATE TABLE a ();\n\n\n\nB;\n"
    assert normalised(text) == "CREATE TABLE a ();\n\nB;\n"
