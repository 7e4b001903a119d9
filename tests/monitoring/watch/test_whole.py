"""The worker as it runs: its own clock, its queue, its checks; an alert is told to a receiver on loopback and taken back."""

from __future__ import annotations

import asyncio
import json
import time

import msgspec
import pytest

from control.core.settings import Settings
from control.worker import Worker, import_jobs
from tests.automation.receiver import receiving
from tests.monitoring.kept import keep
from tests.monitoring.watch.pages import serving
from tests.ports import free_port
from tests.working import eventually
from tests.world import World


@pytest.mark.timeout(90)
async def test_an_alert_fires_and_recovers(world: World, settings: Settings) -> None:
    import_jobs()
    apple = world.organizations["apple"]
    async with receiving() as receiver, serving() as pages:
        pages.put("/", "well")
        made = await world.send(
            "anna", "POST", "/v1/monitoring/channels", {"name": "hook", "kind": "webhook", "url": receiver.url}
        )
        steps = [{"channel_ids": [made.json()["data"]["id"]]}]
        route = {"name": "all", "steps": steps, "group_wait_s": 0, "group_interval_s": 0}
        assert (await world.send("anna", "POST", "/v1/monitoring/notification-routes", route)).status_code == 201
        rule = {"name": "Load", "expression": "load > 5", "interval_s": 10}
        assert (await world.send("anna", "POST", "/v1/monitoring/rules", rule)).status_code == 201
        check = {"name": "site", "kind": "http", "target": f"{pages.url}/", "interval_s": 20}
        assert (await world.send("anna", "POST", "/v1/monitoring/checks", check)).status_code == 201
        keep(settings, apple, [({"__name__": "load", "host": "web"}, [(time.time(), 9.0)])])
        stop = asyncio.Event()
        worker = Worker(msgspec.structs.replace(settings, worker_listen=f"127.0.0.1:{free_port()}"))
        running = asyncio.create_task(worker.run(stop))

        async def told(status: str) -> bool:
            assert not running.done(), running.exception()
            return any(json.loads(request.body)["status"] == status for request in receiver.received)

        async def up() -> bool:
            return bool((await world.get("anna", "/v1/monitoring/checks")).json()["data"][0]["state"] == "up")

        try:
            await eventually(lambda: told("firing"))
            keep(settings, apple, [({"__name__": "load", "host": "web"}, [(time.time(), 1.0)])])
            await eventually(lambda: told("resolved"))
            await eventually(up)
        finally:
            stop.set()
            await running
