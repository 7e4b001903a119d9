"""/v1/sites/{id}/status: what gateways made of a site, from a change through the feed to the answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest

from control.core.settings import Settings
from dataplane.config import ConfigFeed
from tests.dataplane.test_config import Remembering, quiet
from tests.sites.pem import make
from tests.sites.support import made, make_route, make_site, make_upstream
from tests.working import eventually
from tests.world import World


@pytest.fixture
async def gateway(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Remembering]:
    monkeypatch.setenv("HCC_GATEWAY_NAME", "edge-1")
    remembering = Remembering()
    feed = ConfigFeed(
        settings.gateway_database_url, remembering.apply, remembering.revoke, remembering.ban, remembering.watch, quiet
    )
    task = asyncio.create_task(feed.run())
    yield remembering
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def status_of(world: World, site: dict[str, Any], who: str = "anna") -> dict[str, Any]:
    answer = await world.get(who, f"/v1/sites/{site['id']}/status")
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def until(world: World, site: dict[str, Any], state: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found = await status_of(world, site)
        return found if found["state"] == state else None

    return await eventually(look)


async def test_without_a_gateway_nothing_is_known(world: World) -> None:
    site = await make_site(world)
    found = await status_of(world, site)
    assert (found["state"], found["gateways"], found["certificates"]) == ("unknown", [], [])


async def test_applied_refused_and_mended(world: World, gateway: Remembering) -> None:
    site = await make_site(world)
    applied = await until(world, site, "applied")
    assert [(g["gateway"], g["state"], g["error"]) for g in applied["gateways"]] == [("edge-1", "applied", None)]
    assert applied["gateways"][0]["revision"] == applied["revision"]
    gateway.refuse = f"site:{site['id']}"
    await make_upstream(world, site)
    refused = await until(world, site, "refused")
    assert [(g["state"], g["error"]) for g in refused["gateways"]] == [("refused", "no")]
    gateway.refuse = None
    await make_route(world, site, path_prefix="/", upstream="origin")
    mended = await until(world, site, "applied")
    assert mended["revision"] > refused["revision"] > applied["revision"]
    assert (await world.send("anna", "PATCH", f"/v1/sites/{site['id']}", {"is_active": False})).status_code == 200
    assert (await status_of(world, site))["state"] == "off"


async def test_a_refusal_is_the_sites_own(world: World, gateway: Remembering) -> None:
    """Another's mistake is neither shown nor counted."""
    mine, theirs = await make_site(world), await make_site(world, "cleo", "other.example")
    gateway.refuse = f"site:{theirs['id']}"
    await make_upstream(world, theirs, "cleo")
    await make_upstream(world, mine)
    found = await until(world, mine, "applied")
    assert theirs["id"] not in str(found)
    assert (await status_of(world, theirs, "cleo"))["state"] == "refused"


async def test_a_change_that_is_not_read_yet_is_pending(world: World, gateway: Remembering, settings: Settings) -> None:
    site = await make_site(world)
    await until(world, site, "applied")
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        # A gateway that was lately heard of and has read an older revision only.
        connection.execute("INSERT INTO hcc.gateway_reports (gateway, generation) VALUES ('edge-2', 1), ('new', 1), ('gone', 1)")
        connection.execute("UPDATE hcc.gateway_reports SET reported_at = now() - interval '1 hour' WHERE gateway = 'gone'")
        connection.execute("SELECT hcc.gateway_report_sites('edge-2', ARRAY[%s::uuid], '{0}', '{NULL}')", (site["id"],))
    found = await status_of(world, site)
    assert found["state"] == "pending"
    assert {g["gateway"]: (g["state"], g["revision"]) for g in found["gateways"]} == {
        "edge-1": ("applied", found["revision"]), "edge-2": ("pending", 0), "new": ("pending", None),
    }  # fmt: skip


async def test_a_refused_certificate_is_shown_with_its_site(world: World, gateway: Remembering) -> None:
    site = await make_site(world)
    pair = make(["shop.example"])
    certificate = await made(world, "anna", "/v1/certificates", {"chain_pem": pair.pem, "private_key_pem": pair.key_pem})
    gateway.refuse = f"certificate:{certificate['id']}"
    await world.send("anna", "PATCH", f"/v1/sites/{site['id']}", {"name": "again"})

    async def look() -> list[dict[str, Any]] | None:
        found = (await status_of(world, site))["certificates"]
        return found if found and found[0]["refused"] else None

    shown = await eventually(look)
    assert shown[0]["host"] == "shop.example"
    assert shown[0]["refused"] == [{"gateway": "edge-1", "error": "no"}]


CHANGES = ["site", "upstream", "target", "route", "certificate", "key made", "key deleted", "person off", "organization closed"]


@pytest.mark.alone
@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_reaches_the_gateway_within_a_second(
    world: World, settings: Settings, gateway: Remembering, change: str
) -> None:
    site = await make_site(world)
    upstream = await make_upstream(world, site)
    auth = {"mode": "optional", "api_keys": "verify"}
    route = await make_route(world, site, path_prefix="/", upstream="origin", auth=auth)
    key = await made(world, "anna", "/v1/api-keys", {"name": "k", "scopes": ["users:read"]})
    pair = make(["shop.example"])
    path = f"/v1/sites/{site['id']}"
    # The last owner cannot be switched off.
    assert (await world.send("nora", "PATCH", f"/v1/users/{world.users['alex']}", {"roles": ["owner"]})).status_code == 200
    await until(world, site, "applied")
    while not gateway.snapshots.empty():
        gateway.snapshots.get_nowait()
    began = time.monotonic()
    match change:
        case "site":
            await world.send("anna", "PATCH", path, {"hsts_s": 77})
        case "upstream":
            await world.send("anna", "PATCH", f"{path}/upstreams/{upstream['id']}", {"connect_ms": 77})
        case "target":
            await world.send("anna", "PATCH", f"{path}/upstreams/{upstream['id']}", {"targets": [{"address": "9.9.9.77:80"}]})
        case "route":
            await world.send("anna", "PATCH", f"{path}/routes/{route['id']}", {"priority": 77})
        case "certificate":
            await made(world, "anna", "/v1/certificates", {"chain_pem": pair.pem, "private_key_pem": pair.key_pem})
        case "key made":
            await made(world, "anna", "/v1/api-keys", {"name": "l", "scopes": ["users:read"]})
        case "key deleted":
            await world.send("anna", "DELETE", f"/v1/api-keys/{key['id']}")
        case "person off":
            await world.send("nora", "PATCH", f"/v1/users/{world.users['anna']}", {"is_active": False})
        case _:
            await world.send("nora", "PATCH", f"/v1/organizations/{world.organizations['apple']}", {"is_active": False})
    snapshot = await gateway.next()
    assert time.monotonic() - began < 1.0
    sections = {section["id"].partition(":")[0]: section["body"] for section in snapshot["sections"]}
    shown = sections.get("site", {})
    found: dict[str, Callable[[], bool]] = {
        "site": lambda: shown["hsts_s"] == 77,
        "upstream": lambda: shown["upstreams"]["origin"]["connect_ms"] == 77,
        "target": lambda: shown["upstreams"]["origin"]["targets"][0]["address"] == "9.9.9.77:80",
        "route": lambda: shown["routes"][0]["priority"] == 77,
        "certificate": lambda: sections["certificate"]["hosts"] == ["shop.example"],
        "key made": lambda: len(sections["api_keys"]["keys"]) == 2,
        "key deleted": lambda: sections["api_keys"]["keys"] == [],
        "person off": lambda: sections["api_keys"]["keys"] == [],
        "organization closed": lambda: "site" not in sections and sections["api_keys"]["keys"] == [],
    }
    assert found[change](), snapshot
