"""The migration runner: in order, once, one at a time, and never against a database that it does not know."""

from __future__ import annotations

import argparse
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from control.core import migrate
from tests.conftest import Server, Urls


@pytest.fixture
def empty(server: Server) -> Iterator[Urls]:
    """A database with its roles and nothing else."""
    name = f"empty_{secrets.token_hex(6)}"
    migrate.bootstrap(server.postgres.superuser_dsn, {}, name)
    yield Urls(server, name)
    with psycopg.connect(server.postgres.superuser_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations in a folder that a test may change."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.SQL_FOLDER / "migrations", folder)
    read = migrate.read_migrations
    monkeypatch.setattr(migrate, "read_migrations", lambda: read(folder))
    return folder


@pytest.mark.parametrize(("names", "words"), [
    (["0001_one.sql", "0003_three.sql"], "0003_three.sql: expected number 0002"),
    (["0002_two.sql"], "expected number 0001"),
    (["0001_one.sql", "0001_other.sql"], "expected number 0002"),
    (["0001-one.sql"], "NNNN_what.sql"),
    (["1_one.sql"], "NNNN_what.sql"),
    (["0001_One.sql"], "NNNN_what.sql"),
])  # fmt: skip
def test_names_that_are_refused(tmp_path: Path, names: list[str], words: str) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;", encoding="utf-8")
    with pytest.raises(migrate.MigrationError, match=words):
        migrate.read_migrations(tmp_path)


def test_all_then_nothing(empty: Urls) -> None:
    expected = [f"{m.version:04}_{m.name}" for m in migrate.read_migrations()]
    said: list[str] = []
    assert migrate.migrate(empty["hcc_owner"], said.append) == [*expected, "jobs"]
    assert len(said) == len(expected) + 1
    assert migrate.migrate(empty["hcc_owner"]) == []


def test_a_changed_file_is_refused(urls: Urls, files: Path) -> None:
    path = files / "0002_people.sql"
    path.write_text(path.read_text(encoding="utf-8") + "-- more\n", encoding="utf-8")
    with pytest.raises(migrate.MigrationError, match=r"0002_people\.sql was changed after it was applied"):
        migrate.migrate(urls["hcc_owner"])


def test_an_unknown_newer_version_is_refused(urls: Urls) -> None:
    with psycopg.connect(urls["hcc_owner"]) as connection:
        connection.execute("INSERT INTO hcc.schema_migrations (version, name, checksum) VALUES (9999, 'future', '')")
    with pytest.raises(migrate.MigrationError, match="9999, which this version of hcc does not know"):
        migrate.migrate(urls["hcc_owner"])


def test_a_file_that_fails_leaves_nothing_and_can_be_mended(urls: Urls, files: Path) -> None:
    number = len(list(files.glob("*.sql"))) + 1
    broken = files / f"{number:04}_broken.sql"
    broken.write_text("CREATE TABLE hcc.half (id int); SELECT 1 / 0;", encoding="utf-8")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate.migrate(urls["hcc_owner"])
    with psycopg.connect(urls["hcc_owner"]) as connection:
        assert connection.execute("SELECT to_regclass('hcc.half')").fetchone() == (None,)
    broken.write_text("CREATE TABLE hcc.half (id int);", encoding="utf-8")
    assert migrate.migrate(urls["hcc_owner"]) == [f"{number:04}_broken"]


def test_two_runners_take_turns(empty: Urls) -> None:
    """Started at the same moment: each migration is applied by exactly one of them, and neither fails."""
    done: list[list[str]] = []
    failed: list[Exception] = []
    start = threading.Barrier(3)

    def run() -> None:
        start.wait()
        try:
            done.append(migrate.migrate(empty["hcc_owner"]))
        except Exception as error:  # noqa: BLE001  # shown by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(map(len, done)) == [0, 0, len(migrate.read_migrations()) + 1]


def test_bootstrap_twice(server: Server, empty: Urls) -> None:
    migrate.migrate(empty["hcc_owner"])
    migrate.bootstrap(server.postgres.superuser_dsn, server.passwords, empty.database)
    assert migrate.migrate(empty["hcc_owner"]) == []


@pytest.mark.parametrize("check", [True, False])
def test_command(empty: Urls, capsys: pytest.CaptureFixture[str], check: bool) -> None:
    def run(**more: object) -> tuple[int, str]:
        code = migrate.command(argparse.Namespace(database_url=empty["hcc_owner"], json=True, metric_storage="auto", **more))
        return code, capsys.readouterr().out.strip()

    names = [f"{m.version:04}_{m.name}" for m in migrate.read_migrations()]
    if check:
        code, out = run(check=True)
        assert code == 1
        assert all(name in out for name in names)
    code, out = run(check=False)
    assert code == 0
    assert all(name in out for name in names)
    assert run(check=True) == (0, '{"pending":[]}')
    assert run(check=False) == (0, '{"applied":[]}')


def test_command_without_a_server(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HCC_OWNER_DATABASE_URL", raising=False)
    assert migrate.command(argparse.Namespace(database_url=None, json=False, check=False)) == 2
    nowhere = "postgresql://hcc_owner:secret-word@127.0.0.1:1/hcc"
    assert migrate.command(argparse.Namespace(database_url=nowhere, json=False, check=False, metric_storage="auto")) == 1
    said = capsys.readouterr().err
    assert "migrate:" in said
    assert "secret-word" not in said
