"""A real PostgreSQL and a real Redis for the whole run, a fresh database for each test that asks for one.

The cluster is made once; the migrated database is a template, and so is the one with people in it who are logged in. A
test's own copy costs some hundredths of a second: the cluster lies in memory where there is room.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import hypothesis
import pytest

from control.core.runtime import Runtime
from control.core.settings import Settings
from control.stack.redis import PrivateRedis
from tests.cluster import TEMPLATE, Server, Urls
from tests.memory import in_memory
from tests.peopling import Application, Keys, Peopled, Peopling, settings_for
from tests.ports import free_port
from tests.world import World, world_of

# How long one example takes says something of the machine alone.
hypothesis.settings.register_profile("calm", deadline=None)
hypothesis.settings.load_profile("calm")

__all__ = ["Application", "Peopled", "Server", "Urls", "free_port"]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder outside the tree that any user may pass through, in memory where there is room."""
    path = Path(tempfile.mkdtemp(prefix="hcc-test-", dir=in_memory()))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Server]:
    """PostgreSQL with a migrated template database."""
    with Server(folder) as running:
        yield running


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


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(*(f"{name}:{base64.b64encode(os.urandom(32)).decode()}" for name in ("k1", "c1")))


@pytest.fixture(scope="session")
def application() -> Application:
    return Application()


@pytest.fixture(scope="session")
def peopling(server: Server, redis_url: str, keys: Keys, application: Application) -> Peopling:
    return Peopling(server, redis_url, keys, application)


@pytest.fixture
def people(peopling: Peopling) -> Peopled:
    """A test that asks for this has a database with people in it."""
    return peopling()


@pytest.fixture
def database_template(request: pytest.FixtureRequest) -> str:
    """The database that the test's own is a copy of. A module whose tests all begin alike puts its own in this place."""
    if "people" not in request.fixturenames:
        return TEMPLATE
    peopled: Peopled = request.getfixturevalue("people")
    return peopled.database


@pytest.fixture
def urls(server: Server, database_template: str) -> Iterator[Urls]:
    """A database of its own for one test."""
    name = f"test_{secrets.token_hex(6)}"
    server.copy(database_template, name)
    yield Urls(server, name)
    server.drop(name)


@pytest.fixture
def settings(urls: Urls, redis_url: str, keys: Keys) -> Settings:
    """Settings of a process under test."""
    return settings_for(urls, redis_url, keys)


async def begin(runtime: Runtime) -> None:
    """Open the parts, and forget what an earlier test left in Redis: people have the same ids in all of them.

    Waits for the first connection. A plain test holds the loop, and a login left half-way holds up DROP DATABASE.
    """
    if runtime.redis is not None:
        await runtime.redis.flushdb()
    await runtime.start()
    await runtime.database.pool.wait()


@pytest.fixture
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """The open parts of the control plane."""
    running = Runtime(settings)
    await begin(running)
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture
async def worker_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """The open parts as the worker has them."""
    running = Runtime(settings, settings.worker_database_url)
    await running.start()
    await running.database.pool.wait()
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
