"""The private servers: where they can live, how they heal, what they give away."""

from __future__ import annotations

import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from control.stack import secrets
from control.stack.launch import StackError, descendants_of
from control.stack.ports import free_port
from control.stack.postgres import THROWAWAY, PrivatePostgres, find_binaries
from control.stack.redis import PrivateRedis

PASSWORD = "it's 100% / @ sécret"


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder that only its owner may enter: as root, the server's account cannot get to what lies below."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o700)
        yield Path(folder)


def test_postgres_below_a_closed_folder_survives_kill(closed_folder: Path) -> None:
    server = PrivatePostgres(closed_folder / "pg", free_port(), password=PASSWORD, settings=THROWAWAY)
    server.start()
    try:
        with psycopg.connect(server.superuser_dsn, autocommit=True) as connection:
            connection.execute("SET synchronous_commit = on")
            connection.execute("CREATE TABLE kept (n int)")
            connection.execute("INSERT INTO kept VALUES (7)")
        assert server._process is not None
        assert PASSWORD.encode() not in Path(f"/proc/{server._process.pid}/cmdline").read_bytes()
        os.kill(server._process.pid, signal.SIGKILL)
        server.stop()
        server.start()
        with psycopg.connect(server.superuser_dsn) as connection:
            assert connection.execute("SELECT n FROM kept").fetchall() == [(7,)]
        below = descendants_of(server._process.pid)
    finally:
        server.stop()
    assert below
    assert not any(Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/exe").exists() for pid in below)


@pytest.mark.parametrize("password", ["wrong", ""])
def test_postgres_wants_the_password(closed_folder: Path, password: str) -> None:
    server = PrivatePostgres(closed_folder / "pg", free_port(), password=PASSWORD, settings=THROWAWAY)
    server.start()
    try:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.dsn("postgres", password, "postgres"))
    finally:
        server.stop()


def test_redis_wants_the_password(closed_folder: Path) -> None:
    server = PrivateRedis(closed_folder / "redis", free_port(), "right")
    server.start()
    try:
        assert server._process is not None
        assert b"right" not in Path(f"/proc/{server._process.pid}/cmdline").read_bytes()
        assert server.answers()
        assert not PrivateRedis(closed_folder / "redis", server.port, "wrong").answers()
        with pytest.raises(StackError, match=rf"port {server.port} \(redis\) is taken by redis-server \(pid \d+\)"):
            PrivateRedis(closed_folder / "other", server.port, "x").start()
    finally:
        server.stop()
    assert not server.answers()


def test_a_missing_version_is_said() -> None:
    with pytest.raises(StackError, match="PostgreSQL 99 is not installed"):
        find_binaries(99)


def test_secrets_are_private_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = secrets.load(folder)
    assert secrets.load(folder) == first
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert len(modes) == 14
    assert set(modes.values()) == {0o600}
    assert len({first.postgres, first.redis, *first.roles.values(), *first.demo.values()}) == 11
