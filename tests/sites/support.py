"""Making sites through the API, and reading what it says is wrong."""

from __future__ import annotations

from typing import Any

import httpx

from tests.world import World

PUBLIC = "9.9.9.9:443"
"""An address out on the Internet that nothing here connects to."""


def pointers(answer: httpx.Response) -> list[str]:
    """Where the fields are that a 422 speaks of."""
    assert answer.status_code == 422, answer.text
    return sorted(error["pointer"] for error in answer.json()["error"]["details"]["errors"])


async def made(world: World, who: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a POST that succeeds makes."""
    answer = await world.send(who, "POST", path, body)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def make_site(world: World, who: str = "anna", host: str = "shop.example", **more: Any) -> dict[str, Any]:
    return await made(world, who, "/v1/sites", {"name": "Shop", "hosts": [host], **more})


async def make_upstream(
    world: World, site: dict[str, Any], who: str = "anna", name: str = "origin", **more: Any
) -> dict[str, Any]:
    body = {"name": name, "targets": [{"address": PUBLIC}], **more}
    return await made(world, who, f"/v1/sites/{site['id']}/upstreams", body)


async def make_route(world: World, site: dict[str, Any], who: str = "anna", **fields: Any) -> dict[str, Any]:
    return await made(world, who, f"/v1/sites/{site['id']}/routes", fields)
