"""Single requests from gateways to the page of their site, once somebody looks and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from control.core.settings import Settings
from dataplane.config import ConfigFeed
from dataplane.events import EventWriter
from tests.dataplane.test_config import quiet
from tests.gateway.support import Origin, Running
from tests.security.test_in_force import origin
from tests.sites.support import make_route, make_site, make_upstream
from tests.web.browser import Browser
from tests.working import eventually
from tests.world import World

__all__ = ["origin"]
SOON = 5.0


@pytest.fixture
async def gateways(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Running]]:
    """Two that are fed from the database and hand over what they see."""
    running, tasks = [Running() for _ in range(2)], []
    for number, one in enumerate(running):
        monkeypatch.setenv("HCC_GATEWAY_NAME", f"edge-{number}")
        one.start()
        native, url = one.native, settings.gateway_database_url
        feed = ConfigFeed(url, native.apply, native.revoke, native.ban, native.watch, quiet)
        writer = EventWriter(url, native.take_events, native.take_tallies, native.take_requests, quiet)
        tasks += [asyncio.create_task(feed.run()), asyncio.create_task(writer.run())]
    yield running
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for one in running:
        await asyncio.to_thread(one.drain)


async def test_they_are_seen_once_somebody_looks(world: World, browser: Browser, gateways: list[Running], origin: Origin) -> None:
    site, other = await make_site(world, "anna"), await make_site(world, "cleo", "other.example")
    await make_upstream(world, site, "root", targets=[{"address": f"127.0.0.1:{origin.port}"}])
    await make_route(world, site, path_prefix="/", upstream="origin")
    secret = ("Cookie: id=never-shown", "Authorization: Basic never-shown")

    async def ask(gateway: int, path: str, host: str = "shop.example") -> int:
        return (await asyncio.to_thread(gateways[gateway].get, path, *secret, host=host)).status

    async def serves() -> bool:
        return [await ask(n, "/before") for n in range(2)] == [200, 200]

    await eventually(serves, 15)
    assert [msgspec.json.decode(one.native.take_requests()) for one in gateways] == [[], []]
    await browser.log_in(world, "anna")
    path = f"/sites/{site['id']}/requests"

    async def look(*wanted: str) -> bool:
        await browser.get(path)
        return all(text in browser.page for text in wanted)

    await eventually(lambda: look("2 gateways hand requests over."), SOON)
    assert "/before" not in browser.page
    assert await ask(0, "/from-0?password=never-shown") == 200
    assert await ask(1, "/from-1") == 200
    assert await ask(0, "/elsewhere", "other.example") == 404
    await eventually(lambda: look("shop.example/from-0<", "shop.example/from-1<"), SOON)
    for text in ("never-shown", "/elsewhere"):
        assert text not in browser.page
    assert f"127.0.0.1:{origin.port}" in browser.page
    assert all(f">edge-{n}<" in browser.page for n in range(2))
    # More than can be read: some are shown, the others counted.
    for _ in range(15):
        await asyncio.gather(*(ask(0, "/many") for _ in range(20)))
    await eventually(lambda: look("were left out"), SOON)
    assert 0 < browser.page.count("shop.example/many<") < 100
    assert other["id"] not in browser.page
