"""A database in which there are people, made once and copied for each test; and the application that serves them."""

from __future__ import annotations

import asyncio
import secrets
import time

import httpx
import msgspec
from litestar import Litestar

from control.app import attach, create_litestar
from control.core.addresses import parse_networks
from control.core.edge import Edge
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.cluster import TEMPLATE, Server, Urls
from tests.world import People, build_world

_GOOD_FOR = 300.0
"""Seconds for which people stay logged in; their tokens are good for 900."""


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
        check_allow_private="all",
        vies_url="",
        exchange_rates_url="",
    )


class Application:
    """The application of all domains. Making it costs more than most tests; there is one, and each test attaches its parts."""

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
            self._server.copy(TEMPLATE, name)
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
