"""/v1/security/bans: made, told to gateways at once, lifted, kept."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import psycopg

from control.core.settings import Settings
from tests.security.support import ALL, make, post
from tests.world import World


async def test_a_ban_from_its_making_to_its_lifting(world: World) -> None:
    made = await make(world, "bans", {"network": "192.0.2.7/24", "reason": "scans us", "seconds": 600})
    assert (made["network"], made["in_force"], made["detector"], made["evidence"]) == ("192.0.2.0/24", True, None, None)
    assert made["created_by"] == str(world.users["anna"])
    for query, there in (
        ("address=192.0.2.9", True), ("address=198.51.100.1", False), ("in_force=true", True), ("in_force=false", False),
        ("search=scans", True), ("detector=scanner", False),
    ):  # fmt: skip
        rows = (await world.get("anna", f"{ALL}/bans?{query}")).json()["data"]
        assert [row["id"] for row in rows] == ([made["id"]] if there else []), query
    lifted = await world.send("anna", "POST", f"{ALL}/bans/{made['id']}/lift", {"reason": "it was us"}, If_Match='"1"')
    assert lifted.status_code == 200
    data = lifted.json()["data"]
    assert (data["in_force"], data["lift_reason"], data["lifted_by"]) == (False, "it was us", str(world.users["anna"]))
    assert (await world.send("anna", "POST", f"{ALL}/bans/{made['id']}/lift", {})).status_code == 409
    assert (await world.get("anna", f"{ALL}/bans/{made['id']}")).json()["data"] == data, "it is kept"


async def test_the_same_again_is_a_conflict_and_longer_is_not(world: World) -> None:
    await make(world, "bans", {"network": "192.0.2.0/24", "reason": "x", "seconds": 600})
    assert (await post(world, "bans", {"network": "192.0.2.7", "reason": "x", "seconds": 60})).status_code == 409
    assert (await post(world, "bans", {"network": "192.0.2.7", "reason": "x", "seconds": 6000})).status_code == 201
    assert (await post(world, "bans", {"network": "192.0.2.7", "reason": "x"})).status_code == 201
    assert (await post(world, "bans", {"network": "192.0.2.7", "reason": "x"})).status_code == 409
    assert (await post(world, "bans", {"network": "192.0.2.7", "reason": "x"}, "bert")).status_code == 201, "another's own"


async def test_a_trusted_proxy_is_never_banned(world: World) -> None:
    body = {"trusted_proxies": ["10.0.0.0/8"], "defaults": {}, "response_headers": {}}
    assert (await world.send("root", "PUT", "/v1/gateway/settings", body)).status_code == 200
    for network in ("10.1.2.3", "10.0.0.0/8"):
        assert (await post(world, "bans", {"network": network, "reason": "x"}, "root")).status_code == 409
    assert (await post(world, "bans", {"network": "11.0.0.0/8", "reason": "x"}, "root")).status_code == 201


async def test_an_address_in_the_query_must_be_one(world: World) -> None:
    assert (await world.get("anna", f"{ALL}/bans?address=nobody")).status_code == 422


async def test_gateways_are_told_at_once(world: World, settings: Settings) -> None:
    async with await psycopg.AsyncConnection.connect(settings.gateway_database_url, autocommit=True) as connection:
        await connection.execute("LISTEN hcc_bans")
        made = await make(world, "bans", {"network": "192.0.2.7", "reason": "é" * 500, "seconds": 60})
        everywhere = await make(world, "bans", {"network": "2001:db8::/32", "reason": "x"}, "root")
        await world.send("anna", "POST", f"{ALL}/bans/{made['id']}/lift", {})
        async with asyncio.timeout(5):
            notes: list[Any] = [msgspec.json.decode(note.payload) async for note in connection.notifies(stop_after=3)]
    first = {**notes[0], "until": None}
    scope = str(world.organizations["apple"])
    assert first == {
        "id": made["id"], "network": "192.0.2.7/32", "reason": "é" * 200, "scope": scope, "until": None, "lifted": False,
    }  # fmt: skip
    assert (notes[1]["id"], notes[1]["scope"], notes[1]["until"]) == (everywhere["id"], None, None)
    assert (notes[2]["id"], notes[2]["lifted"]) == (made["id"], True)
