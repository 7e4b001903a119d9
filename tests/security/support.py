"""Making policies, rules and lists through the API."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sites.support import made
from tests.world import World

ALL = "/v1/security"


async def make(world: World, what: str, body: dict[str, Any], who: str = "anna") -> dict[str, Any]:
    """What a POST below /v1/security makes."""
    return await made(world, who, f"{ALL}/{what}", body)


async def post(world: World, what: str, body: dict[str, Any], who: str = "anna") -> httpx.Response:
    return await world.send(who, "POST", f"{ALL}/{what}", body)
