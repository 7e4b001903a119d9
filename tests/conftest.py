"""A real PostgreSQL and a real Redis for the whole run, a fresh database for each test that asks for one.

The cluster is made once; the migrated database is a template, so that a test's own copy costs a tenth of a second.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import psycopg
import pytest
from psycopg import sql

from control.core import migrate
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.stack.postgres import THROWAWAY, PrivatePostgres
from control.stack.redis import PrivateRedis
from tests.world import World, build_world

ROLES = ("hcc_owner", "hcc_app", "hcc_worker", "hcc_ingest", "hcc_gateway")
_TEMPLATE = "hcc_template"


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server(msgspec.Struct):
    """The cluster of this run."""

    postgres: PrivatePostgres
    passwords: dict[str, str]

    def url(self, role: str, database: str) -> str:
        if role == "postgres":
            return self.postgres.superuser_dsn.rpartition("/")[0] + f"/{database}"
        return self.postgres.dsn(role, self.passwords[role], database)


class Urls(msgspec.Struct):
    """One test's database, by role."""

    server: Server
    database: str

    def __getitem__(self, role: str) -> str:
        return self.server.url(role, self.database)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder outside the tree that any user may pass through."""
    path = Path(tempfile.mkdtemp(prefix="hcc-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Server]:
    """PostgreSQL with a migrated template database."""
    postgres = PrivatePostgres(folder / "postgres", free_port(), password=secrets.token_hex(16), settings=THROWAWAY)
    postgres.start()
    try:
        running = Server(postgres, {role: secrets.token_hex(16) for role in ROLES})
        migrate.bootstrap(postgres.superuser_dsn, running.passwords, _TEMPLATE)
        migrate.migrate(running.url("hcc_owner", _TEMPLATE))
        yield running
    finally:
        postgres.stop()


@pytest.fixture(scope="session")
def redis_url(folder: Path) -> Iterator[str]:
    """Redis."""
    redis = PrivateRedis(folder / "redis", free_port(), secrets.token_hex(16))
    redis.prepare()
    redis.start()
    try:
        yield redis.url
    finally:
        redis.stop()


@pytest.fixture
def urls(server: Server) -> Iterator[Urls]:
    """A database of its own for one test."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server.postgres.superuser_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(_TEMPLATE)))
    yield Urls(server, name)
    with psycopg.connect(server.postgres.superuser_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def encryption_keys() -> str:
    return "k1:" + base64.b64encode(os.urandom(32)).decode()


@pytest.fixture(scope="session")
def certificate_keys() -> str:
    return "c1:" + base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def settings(urls: Urls, redis_url: str, encryption_keys: str, certificate_keys: str) -> Settings:
    """Settings of a process under test; hashes are cheap, so that a run is quick."""
    with psycopg.connect(urls["postgres"]) as connection:
        connection.execute("SELECT 1")
    return Settings(
        env="test",
        database_url=urls["hcc_app"],
        worker_database_url=urls["hcc_worker"],
        gateway_database_url=urls["hcc_gateway"],
        owner_database_url=urls["hcc_owner"],
        redis_url=redis_url,
        encryption_keys=encryption_keys,
        certificate_keys=certificate_keys,
        db_pool_min=1,
        db_pool_max=8,
        db_acquire_timeout=5,
        argon2_memory_kib=8192,
        webhook_allow_private=True,
    )


@pytest.fixture
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """The open parts of the control plane."""
    running = Runtime(settings)
    if running.redis is not None:
        await running.redis.flushdb()
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture
async def worker_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """The open parts as the worker has them."""
    running = Runtime(settings, settings.worker_database_url)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture
async def client(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the application of all domains, as a stranger from 192.0.2.1."""
    from control.app import create_litestar
    from control.core.addresses import parse_networks
    from control.core.edge import Edge

    app = Edge(create_litestar(runtime), parse_networks("127.0.0.1/32"))
    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 4711))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://hcc.test") as speaking:
        yield speaking


@pytest.fixture
async def world(settings: Settings, runtime: Runtime, client: httpx.AsyncClient) -> World:
    """A platform, two resellers, and customers of each, with people who are logged in."""
    return await build_world(settings, runtime, client)
