"""A real PostgreSQL and a real Redis for the whole run, a fresh database for each test that asks for one.

The cluster is made once; the migrated database is a template, and so is the one with people in it who are logged in. A
test's own copy costs some hundredths of a second: the cluster lies in memory where there is room.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from litestar import Litestar
from psycopg import sql

from control.app import attach, create_litestar
from control.core import migrate
from control.core.addresses import parse_networks
from control.core.edge import Edge
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.stack.postgres import THROWAWAY, PrivatePostgres
from control.stack.redis import PrivateRedis
from tests.ports import free_port
from tests.world import People, World, build_world, world_of

__all__ = ["free_port"]

ROLES = ("hcc_owner", "hcc_app", "hcc_worker", "hcc_ingest", "hcc_gateway")
_TEMPLATE = "hcc_template"
_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""Bytes that must be free in memory: each running test has a database of 10 MiB, and the log keeps up to 512 MiB."""
_GOOD_FOR = 300.0
"""Seconds for which people stay logged in; their tokens are good for 900."""


class Server(msgspec.Struct):
    """The cluster of this run."""

    postgres: PrivatePostgres
    passwords: dict[str, str]
    admin: psycopg.Connection[Any]
    """The superuser's connection that makes and drops databases."""

    def url(self, role: str, database: str) -> str:
        if role == "postgres":
            return self.postgres.superuser_dsn.rpartition("/")[0] + f"/{database}"
        return self.postgres.dsn(role, self.passwords[role], database)

    def copy(self, template: str, name: str) -> None:
        """A new database like another one, file by file: the template is small, and nobody writes to it."""
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self.admin.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))

    def drop(self, name: str) -> None:
        self.admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class Urls(msgspec.Struct):
    """One test's database, by role."""

    server: Server
    database: str

    def __getitem__(self, role: str) -> str:
        return self.server.url(role, self.database)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder outside the tree that any user may pass through, in memory where there is room."""
    memory = _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None
    path = Path(tempfile.mkdtemp(prefix="hcc-test-", dir=memory))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Server]:
    """PostgreSQL with a migrated template database."""
    postgres = PrivatePostgres(folder / "postgres", free_port(), password=secrets.token_hex(16), settings=THROWAWAY)
    postgres.start()
    try:
        passwords = {role: secrets.token_hex(16) for role in ROLES}
        migrate.bootstrap(postgres.superuser_dsn, passwords, _TEMPLATE)
        with psycopg.connect(postgres.superuser_dsn, autocommit=True) as admin:
            running = Server(postgres, passwords, admin)
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


class Keys(msgspec.Struct):
    """What processes of this run encrypt with."""

    encryption: str
    certificates: str


def settings_for(urls: Urls, redis_url: str, keys: Keys) -> Settings:
    """Settings of a process under test; hashes are cheap, so that a run is quick."""
    return Settings(
        env="test",
        database_url=urls["hcc_app"],
        worker_database_url=urls["hcc_worker"],
        gateway_database_url=urls["hcc_gateway"],
        owner_database_url=urls["hcc_owner"],
        redis_url=redis_url,
        encryption_keys=keys.encryption,
        certificate_keys=keys.certificates,
        db_pool_min=1,
        db_pool_max=8,
        db_acquire_timeout=5,
        argon2_memory_kib=8192,
        webhook_allow_private=True,
    )


class Application:
    """The application of all domains. Making it costs more than most tests, so there is one, which a test's parts are given to."""

    def __init__(self) -> None:
        self._made: Litestar | None = None

    def client(self, runtime: Runtime, address: str) -> httpx.AsyncClient:
        """Speaks to the application with these open parts."""
        if self._made is None:
            self._made = create_litestar(runtime)
        else:
            attach(self._made, runtime)
        app = Edge(self._made, parse_networks("127.0.0.1/32"))
        transport = httpx.ASGITransport(app=app, client=(address, 4711))  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url="http://hcc.test")


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(*(f"{name}:{base64.b64encode(os.urandom(32)).decode()}" for name in ("k1", "c1")))


@pytest.fixture(scope="session")
def application() -> Application:
    return Application()


class Peopled(msgspec.Struct):
    """A template database in which there are people, and who they are."""

    database: str
    people: People
    made_at: float


class Peopling:
    """Makes that template when it is first asked for, and again when the tokens have become old."""

    def __init__(self, server: Server, redis_url: str, keys: Keys, application: Application) -> None:
        self._server = server
        self._redis_url = redis_url
        self._keys = keys
        self._application = application
        self._made: Peopled | None = None

    def __call__(self) -> Peopled:
        if self._made is None or time.monotonic() - self._made.made_at > _GOOD_FOR:
            began = time.monotonic()
            name = f"peopled_{secrets.token_hex(6)}"
            self._server.copy(_TEMPLATE, name)
            people = asyncio.run(self._fill(Urls(self._server, name)))
            if self._made is not None:
                self._server.drop(self._made.database)
            self._made = Peopled(name, people, began)
        return self._made

    async def _fill(self, urls: Urls) -> People:
        settings = settings_for(urls, self._redis_url, self._keys)
        runtime = Runtime(settings)
        await runtime.start()
        try:
            async with self._application.client(runtime, "192.0.2.1") as client:
                return await build_world(settings, runtime, client)
        finally:
            await runtime.stop()


@pytest.fixture(scope="session")
def peopling(server: Server, redis_url: str, keys: Keys, application: Application) -> Peopling:
    return Peopling(server, redis_url, keys, application)


@pytest.fixture
def people(peopling: Peopling) -> Peopled:
    """A test that asks for this has a database with people in it."""
    return peopling()


@pytest.fixture
def urls(request: pytest.FixtureRequest, server: Server) -> Iterator[Urls]:
    """A database of its own for one test."""
    peopled: Peopled | None = request.getfixturevalue("people") if "people" in request.fixturenames else None
    name = f"test_{secrets.token_hex(6)}"
    server.copy(peopled.database if peopled else _TEMPLATE, name)
    yield Urls(server, name)
    server.drop(name)


@pytest.fixture
def settings(urls: Urls, redis_url: str, keys: Keys) -> Settings:
    """Settings of a process under test."""
    return settings_for(urls, redis_url, keys)


async def flushed(runtime: Runtime) -> None:
    """Forget what an earlier test left in Redis: people have the same ids in all of them."""
    assert runtime.redis is not None
    await runtime.redis.flushdb()


@pytest.fixture
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """The open parts of the control plane."""
    running = Runtime(settings)
    await flushed(running)
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
async def client(runtime: Runtime, application: Application) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the application of all domains, as a stranger from 192.0.2.1."""
    async with application.client(runtime, "192.0.2.1") as speaking:
        yield speaking


@pytest.fixture
async def world(people: Peopled, client: httpx.AsyncClient) -> World:
    """A platform, two resellers, and customers of each, with people who are logged in."""
    return world_of(people.people, client)
