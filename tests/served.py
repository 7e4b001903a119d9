"""The application for tests that are plain functions."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from control.core.runtime import Runtime
from tests.world import World


class Served:
    """The application on a loop of its own, since generated requests come one by one from plain functions."""

    def __init__(self, runner: asyncio.Runner, world: World, runtime: Runtime) -> None:
        self._runner = runner
        self._runtime = runtime
        self.world = world

    def send(self, request: dict[str, Any]) -> httpx.Response:
        return self._runner.run(self._send(request))

    async def _send(self, request: dict[str, Any]) -> httpx.Response:
        # Guessing passwords is not what is tried here.
        async with self._runtime.database.pool.connection() as connection:
            await connection.execute("DELETE FROM hcc.login_throttle")
        return await self.world.client.request(**request)
