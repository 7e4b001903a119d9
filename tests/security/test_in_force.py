"""From the API to the port and back: what is said is in force on every gateway within two seconds, and what is found is seen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec
import pytest

from control.core.runtime import Runtime
from control.core.settings import Settings
from control.security.detection import watching
from dataplane.config import ConfigFeed
from dataplane.events import EventWriter
from tests.dataplane.test_config import quiet
from tests.gateway.support import Origin, Response, Running
from tests.security.support import ALL, make
from tests.sites.support import make_route, make_site, make_upstream
from tests.working import eventually
from tests.world import World

SOON = 2.0
HOST = "shop.example"
SETTINGS: dict[str, Any] = {"trusted_proxies": ["127.0.0.1/32"], "defaults": {}, "response_headers": {}}


class Fleet:
    """Two gateways that are fed from the database and write down what they find, before one site."""

    def __init__(self, gateways: list[Running], site: dict[str, Any]) -> None:
        self.gateways = gateways
        self.site = site

    async def ask(self, path: str = "/", client: str = "192.0.2.7", gateway: int = 0) -> Response:
        return await asyncio.to_thread(self.gateways[gateway].get, path, f"X-Forwarded-For: {client}", host=HOST)

    async def everywhere(self, status: int, path: str = "/", client: str = "192.0.2.7", within: float = SOON) -> float:
        """Wait until every gateway answers so; how long that took."""
        begun = time.monotonic()

        async def so() -> bool:
            return all([(await self.ask(path, client, n)).status == status for n in range(len(self.gateways))])

        await eventually(so, within)
        return time.monotonic() - begun


@pytest.fixture
async def fleet(world: World, settings: Settings, origin: Origin) -> AsyncIterator[Fleet]:
    site = await make_site(world, "anna", HOST)
    await make_upstream(world, site, "root", targets=[{"address": f"127.0.0.1:{origin.port}"}])
    await make_route(world, site, path_prefix="/shop", upstream="origin")
    await make_route(world, site, path="/", upstream="origin")
    assert (await world.send("root", "PUT", "/v1/gateway/settings", SETTINGS)).status_code == 200
    gateways = [Running(certificate_keys=settings.certificate_keys) for _ in range(2)]
    tasks = []
    for one in gateways:
        one.start()
        native = one.native
        url = settings.gateway_database_url
        feed = ConfigFeed(url, native.apply, native.revoke, native.ban, native.watch, quiet)
        writer = EventWriter(url, native.take_events, native.take_tallies, native.take_requests, quiet)
        tasks += [asyncio.create_task(feed.run()), asyncio.create_task(writer.run())]
    found = Fleet(gateways, site)
    await found.everywhere(200, within=15)
    yield found
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for one in gateways:
        await asyncio.to_thread(one.drain)


@pytest.fixture
def origin() -> Iterator[Origin]:
    one = Origin()
    yield one
    one.close()


async def test_a_ban_comes_and_goes_everywhere(world: World, fleet: Fleet) -> None:
    made = await make(world, "bans", {"network": "192.0.2.0/24", "reason": "scans", "seconds": 600})
    await fleet.everywhere(403)
    assert (await fleet.ask(client="198.51.100.1")).status == 200
    assert (await world.send("anna", "POST", f"{ALL}/bans/{made['id']}/lift", {})).status_code == 200
    await fleet.everywhere(200)
    await make(world, "bans", {"network": "192.0.2.7", "reason": "x"}, "cleo")
    await make(world, "bans", {"network": "198.51.100.1", "reason": "x"}, "root")
    await fleet.everywhere(403, client="198.51.100.1")
    assert (await fleet.ask()).status == 200, "another organisation's ban is its own"


async def test_lists_and_rules_are_in_force(world: World, fleet: Fleet) -> None:
    await make(world, "access", {"action": "deny", "network": "192.0.2.0/24", "site_id": fleet.site["id"]})
    await fleet.everywhere(403)
    conditions = {"paths": ["/shop/admin*"]}
    rule = await make(world, "match-rules", {"name": "admin", "conditions": conditions, "action": "block"}, "root")
    await fleet.everywhere(403, "/shop/admin/x", "198.51.100.1")
    assert (await fleet.ask("/shop", "198.51.100.1")).status == 200
    assert (await world.send("root", "DELETE", f"{ALL}/match-rules/{rule['id']}")).status_code == 204
    await fleet.everywhere(200, "/shop/admin/x", "198.51.100.1")


async def test_what_is_found_is_seen(world: World, fleet: Fleet) -> None:
    rule = await make(world, "match-rules", {"name": "no x", "conditions": {"paths": ["/shop/x"]}, "action": "block"})
    await fleet.everywhere(403, "/shop/x", "198.51.100.9")
    answer = await fleet.ask("/shop/x")
    request_id = answer.json()["request_id"]

    async def seen() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await world.get("anna", f"{ALL}/events?request_id={request_id}")).json()["data"]
        return rows

    (event,) = await eventually(seen, SOON)
    assert (event["action"], event["source"], event["subject_id"], event["message"]) == ("blocked", "rule", rule["id"], "no x")
    assert (event["client"], event["site_id"], event["path"]) == ("192.0.2.7", fleet.site["id"], "/shop/x")
    assert (await world.get("cleo", f"{ALL}/events/{event['id']}")).status_code == 404


async def test_a_scanner_is_banned(
    world: World, fleet: Fleet, worker_runtime: Runtime, settings: Settings, origin: Origin
) -> None:
    """Five requests for what only scanners ask for, over two gateways; then both keep it out, and say why."""
    watcher = asyncio.create_task(watching.run(worker_runtime.database, settings.worker_database_url))
    try:
        for n in range(6):
            await fleet.ask("/.env", gateway=n % 2)
        await fleet.everywhere(403, within=10)
        (ban,) = (await world.get("anna", f"{ALL}/bans")).json()["data"]
        assert (ban["detector"], ban["network"], ban["evidence"]["sample"]) == ("scanner", "192.0.2.7/32", "/.env")
        assert "requests for what only scanners ask for" in ban["reason"]
        await world.send("anna", "POST", f"{ALL}/bans/{ban['id']}/lift", {"reason": "our own"})
        await fleet.everywhere(200)
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)


@pytest.mark.alone
async def test_exclusions_and_policies_reach_the_gateways(world: World, fleet: Fleet) -> None:
    def hashes() -> list[str]:
        found = [msgspec.json.decode(one.native.status())["sections"] for one in fleet.gateways]
        return [section["hash"] for sections in found for section in sections if section["id"] == f"site:{fleet.site['id']}"]

    def others(before: list[str]) -> Callable[[], Any]:
        async def so() -> bool:
            return not set(hashes()) & set(before)

        return so

    for what, body in (("exclusions", {"rule_from": 942100}), ("policies", {"mode": "block"})):
        before = hashes()
        await make(world, what, {**body, "site_id": fleet.site["id"]})
        await eventually(others(before), SOON)
