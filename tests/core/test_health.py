"""/health, /readyz and /livez when parts are away, and requests that cannot reach the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec

from control.app import create_litestar
from control.core.addresses import parse_networks
from control.core.edge import Edge
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.conftest import free_port


@asynccontextmanager
async def serving(settings: Settings, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The application with some settings changed."""
    runtime = Runtime(msgspec.structs.replace(settings, **changes))
    await runtime.start()
    app = Edge(create_litestar(runtime), parse_networks("127.0.0.1/32"))
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hcc.test") as client:  # type: ignore[arg-type]
            yield client
    finally:
        await runtime.stop()


async def test_all_is_well(settings: Settings) -> None:
    async with serving(settings) as client:
        answer = await client.get("/health")
        data = answer.json()["data"]
        assert (answer.status_code, data["status"]) == (200, "healthy")
        assert set(data["checks"]) == {"database", "redis", "memory"}
        assert data["version"]
        for check in data["checks"].values():
            assert check["status"] == "healthy"
            assert check["response_time_ms"] >= 0
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/livez")).text == "ok\n"


async def test_without_redis_it_is_degraded_and_works(settings: Settings) -> None:
    async with serving(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0") as client:
        answer = await client.get("/health")
        data = answer.json()["data"]
        assert (answer.status_code, data["status"]) == (200, "degraded")
        assert data["checks"]["redis"]["status"] == "degraded"
        assert data["checks"]["database"]["status"] == "healthy"
        assert (await client.get("/readyz")).status_code == 200


async def test_without_the_database_it_is_unhealthy(settings: Settings) -> None:
    nowhere = settings.database_url.rpartition("@")[0] + f"@127.0.0.1:{free_port()}/hcc"
    async with serving(settings, database_url=nowhere, db_acquire_timeout=1, db_connect_timeout=1) as client:
        answer = await client.get("/health")
        assert answer.status_code == 503
        assert answer.json()["data"]["status"] == "unhealthy"
        assert answer.json()["data"]["checks"]["database"]["status"] == "unhealthy"
        assert nowhere.split(":")[2].split("@")[0] not in answer.text, "no password in the answer"
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/livez")).status_code == 200
        login = await client.post("/v1/auth/login", json={"email": "a@example.com", "password": "x"})
        assert login.status_code == 503
        assert login.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
        assert int(login.headers["retry-after"]) > 0


async def test_too_much_memory_is_degraded(settings: Settings) -> None:
    async with serving(settings, memory_limit_mib=1) as client:
        answer = await client.get("/health")
        assert (answer.status_code, answer.json()["data"]["status"]) == (200, "degraded")
        assert "MiB resident, above 1" in answer.json()["data"]["checks"]["memory"]["message"]


async def test_redis_is_not_needed_to_log_in(settings: Settings, world: Any) -> None:
    async with serving(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0") as client:
        answer = await client.get("/v1/users", headers=world.headers("anna"))
        assert answer.status_code == 200


async def test_metrics_are_not_for_the_world(settings: Settings) -> None:
    async with serving(settings) as client:
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/metrics", headers={"X-Forwarded-For": "198.51.100.1"})).status_code == 404
