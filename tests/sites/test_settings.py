"""/v1/gateway/settings: the platform's, for all gateways."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sites.support import pointers
from tests.world import World

PATH = "/v1/gateway/settings"


async def test_what_is_there_at_first(world: World) -> None:
    data = (await world.get("agent", PATH)).json()["data"]
    assert data["trusted_proxies"] == []
    assert (data["defaults"]["max_body"], data["defaults"]["header_timeout_ms"]) == (52_428_800, 15_000)
    assert data["response_headers"] == {"X-Version": "0.1.0", "X-API-Gateway": "true"}


async def test_changes(world: World) -> None:
    tag = (await world.get("root", PATH)).headers["etag"]
    changed = await world.send("root", "PATCH", PATH, {"trusted_proxies": ["10.0.0.1/8", "2001:db8::1"]}, if_match=tag)
    data = changed.json()["data"]
    assert (changed.status_code, data["trusted_proxies"]) == (200, ["10.0.0.0/8", "2001:db8::1/128"])
    assert data["response_headers"]["X-API-Gateway"] == "true", "the rest stays"
    assert (await world.send("root", "PATCH", PATH, {"trusted_proxies": []}, if_match=tag)).status_code == 412
    body = {"trusted_proxies": [], "defaults": {"max_connections": 5}, "response_headers": {}}
    whole = (await world.send("root", "PUT", PATH, body)).json()["data"]
    assert (whole["defaults"]["max_connections"], whole["defaults"]["keep_alive_ms"]) == (5, 75_000)
    entries = await world.get("root", "/v1/audit-log?subject_type=gateway_settings&sort_order=asc")
    assert [entry["action"] for entry in entries.json()["data"]] == ["gateway_settings.updated"] * 2


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"trusted_proxies": ["10.0.0.0/8", "everybody", "10.0.0.0/40"]}, ["/trusted_proxies/1", "/trusted_proxies/2"]),
        ({"defaults": {"max_body": 0, "header_timeout_ms": 0, "access_log_sample": 2, "max_header_bytes": 1, "x": 1}},
         ["/defaults/access_log_sample", "/defaults/header_timeout_ms", "/defaults/max_body", "/defaults/max_header_bytes",
          "/defaults/x"]),
        ({"response_headers": {"a b": "1", "Content-Length": "1", "X": "a\r\nb", "Y": " c"}},
         ["/response_headers/Content-Length", "/response_headers/X", "/response_headers/Y", "/response_headers/a b"]),
        ({"response_headers": {"X": 1}, "trusted_proxies": "10.0.0.0/8"}, ["/response_headers/X", "/trusted_proxies"]),
    ],
)  # fmt: skip
async def test_what_is_refused(world: World, changes: dict[str, Any], wrong: list[str]) -> None:
    assert pointers(await world.send("root", "PATCH", PATH, changes)) == wrong


async def test_not_while_working_for_somebody_else(world: World) -> None:
    inside = str(world.organizations["apple"])
    assert (await world.get("root", PATH, X_Organization_Id=inside)).status_code == 403
    assert (await world.send("root", "PATCH", PATH, {"trusted_proxies": []}, X_Organization_Id=inside)).status_code == 403
