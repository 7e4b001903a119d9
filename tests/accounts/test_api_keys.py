"""API keys: shown once, hashed, within their scopes, gone when they should be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from control.core.settings import Settings
from tests.accounts.test_login import execute
from tests.world import World

NEW = {"name": "robot", "scopes": ["users:read"]}


async def make(world: World, name: str = "anna", **changes: Any) -> dict[str, Any]:
    answer = await world.send(name, "POST", "/v1/api-keys", {**NEW, **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


async def use(world: World, key: str, path: str = "/v1/users", method: str = "GET", **more: Any) -> httpx.Response:
    return await world.client.request(method, path, headers={"X-API-Key": key}, **more)


async def test_shown_once_and_hashed(world: World, settings: Settings) -> None:
    made = await make(world)
    assert made["key"].startswith(f"hcc_{made['prefix']}_")
    for path in ("/v1/api-keys", f"/v1/api-keys/{made['id']}"):
        assert made["key"] not in (await world.get("anna", path)).text
    secret = made["key"].split("_", 2)[2]
    everything = str(execute(settings, "SELECT t::text FROM hcc.api_keys t UNION ALL SELECT t::text FROM hcc.audit_log t"
                                       " UNION ALL SELECT t::text FROM hcc.outbox_events t"))  # fmt: skip
    assert secret not in everything


async def test_both_headers(world: World) -> None:
    made = await make(world)
    assert (await use(world, made["key"])).status_code == 200
    answer = await world.client.get("/v1/users", headers={"Authorization": f"Bearer {made['key']}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1],
        lambda key: key + "x",
        lambda key: key.replace("hcc_", "hcx_"),
        lambda key: "hcc_",
        lambda key: "",
        lambda key: "hcc_ffffffffffff_" + key.split("_", 2)[2],
        lambda key: key.upper(),
        lambda key: "hcc_%_x",
        lambda key: "_" * 5000,
    ],
)
async def test_wrong_keys(world: World, spoil: Any) -> None:
    made = await make(world)
    answer = await use(world, spoil(made["key"]))
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "The API key is not valid."


ENDED = {
    "deleted": "UPDATE hcc.api_keys SET deleted_at = now()",
    "expired": "UPDATE hcc.api_keys SET expires_at = now()",
    "its owner was closed": "UPDATE hcc.users SET is_active = false WHERE username = 'anna'",
    "its owner left": "DELETE FROM hcc.memberships WHERE user_id = (SELECT id FROM hcc.users WHERE username = 'anna')",
    "its organisation was closed": "UPDATE hcc.organizations SET is_active = false WHERE slug = 'apple'",
    "the reseller was closed": "UPDATE hcc.organizations SET is_active = false WHERE slug = 'north'",
}


@pytest.mark.parametrize("case", ENDED)
async def test_keys_that_ended(world: World, settings: Settings, case: str) -> None:
    made = await make(world)
    assert (await use(world, made["key"])).status_code == 200
    execute(settings, ENDED[case])
    assert (await use(world, made["key"])).status_code == 401


SCOPES: dict[str, tuple[list[str], dict[str, int]]] = {
    "one": (["users:read"], {"/v1/users": 200, "/v1/api-keys": 403, "/v1/organizations": 403}),
    "an area": (["users:*"], {"/v1/users": 200, "/v1/api-keys": 403}),
    "all of the owner's": (["*"], {"/v1/users": 200, "/v1/api-keys": 200, "/v1/organizations": 200}),
}


@pytest.mark.parametrize("case", SCOPES)
async def test_scopes_limit(world: World, case: str) -> None:
    scopes, expected = SCOPES[case]
    made = await make(world, scopes=scopes)
    assert {path: (await use(world, made["key"], path)).status_code for path in expected} == expected
    for path in ("/v1/auth/me", "/v1/auth/sessions"):
        assert (await use(world, made["key"], path)).status_code == 403, "a person's account is not for keys"
    create = await use(world, made["key"], "/v1/organizations", "POST", json={"name": "x", "slug": "x"})
    assert create.status_code == 403, "never more than its owner"


async def test_scopes_shrink_with_the_owner(world: World, settings: Settings) -> None:
    await world.send("anna", "PATCH", f"/v1/users/{world.users['alex']}", {"roles": ["owner"]})
    made = await make(world, "alex", scopes=["*"])
    assert (await use(world, made["key"], "/v1/api-keys")).status_code == 200
    await world.send("anna", "PATCH", f"/v1/users/{world.users['alex']}", {"roles": ["member"]})
    assert (await use(world, made["key"], "/v1/api-keys")).status_code == 403


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"scopes": ["organizations:create"]}, "/scopes/0"),
        ({"scopes": ["users:read", "organizations:*"]}, "/scopes/1"),
        ({"scopes": ["no:such"]}, "/scopes/0"),
        ({"scopes": [":*"]}, "/scopes/0"),
        ({"scopes": [""]}, "/scopes/0"),
        ({"scopes": []}, "/scopes"),
        ({"name": ""}, "/name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2999-01-01T00:00:00"}, "/expires_at"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
    ],
)
async def test_what_is_refused(world: World, changes: dict[str, Any], pointer: str) -> None:
    answer = await world.send("anna", "POST", "/v1/api-keys", {**NEW, **changes})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["error"]["details"]["errors"]] == [pointer]


async def test_keys_do_not_make_keys(world: World) -> None:
    made = await make(world, scopes=["*"])
    assert (await use(world, made["key"], "/v1/api-keys", "POST", json=NEW)).status_code == 403
    inside = {"X-Organization-Id": str(world.organizations["apple"])}
    answer = await world.client.post("/v1/api-keys", json=NEW, headers={**world.headers("nora"), **inside})
    assert answer.status_code == 403, "not for an organisation that one only visits"


async def test_only_the_owner_widens(world: World) -> None:
    await world.send("anna", "PATCH", f"/v1/users/{world.users['alex']}", {"roles": ["owner"]})
    made = await make(world, "alex")
    path = f"/v1/api-keys/{made['id']}"
    assert (await world.send("anna", "PATCH", path, {"scopes": ["users:read", "users:write"]})).status_code == 403
    assert (await world.send("anna", "PATCH", path, {"name": "renamed"})).status_code == 200
    assert (await world.send("alex", "PATCH", path, {"scopes": ["users:*"]})).status_code == 200
    assert (await use(world, made["key"])).status_code == 200


async def test_a_key_does_not_widen_keys(world: World) -> None:
    """A key with few scopes cannot give itself more, although its owner could."""
    made = await make(world, scopes=["api-keys:*"])
    path = f"/v1/api-keys/{made['id']}"
    assert (await use(world, made["key"], path, "PATCH", json={"scopes": ["*"]})).status_code in {403, 422}
    assert (await use(world, made["key"], path, "PATCH", json={"scopes": ["users:read"]})).status_code in {403, 422}
    assert (await use(world, made["key"])).status_code == 403


async def test_versions_expiry_and_last_use(world: World, settings: Settings) -> None:
    end = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = await make(world, expires_at=end)
    path = f"/v1/api-keys/{made['id']}"
    assert made["last_used_at"] is None
    await use(world, made["key"])
    read = await world.get("anna", path)
    assert read.json()["data"]["last_used_at"] is not None
    tag = read.headers["etag"]
    put = {"name": "n", "scopes": ["users:read"], "expires_at": None}
    assert (await world.send("anna", "PUT", path, put, If_Match=tag)).json()["data"]["expires_at"] is None
    assert (await world.send("anna", "PUT", path, put, If_Match=tag)).status_code == 412
    assert (await world.send("anna", "DELETE", path)).status_code == 204
    assert (await world.send("anna", "DELETE", path)).status_code == 404
    assert (await use(world, made["key"])).status_code == 401
    actions = execute(settings, "SELECT action FROM hcc.audit_log WHERE subject_type = 'api_key' ORDER BY id")
    assert [a for (a,) in actions] == ["api_key.created", "api_key.updated", "api_key.deleted"]


async def test_a_change_by_key_names_the_key_holder(world: World, settings: Settings) -> None:
    made = await make(world, scopes=["*"])
    await use(world, made["key"], f"/v1/users/{world.users['alex']}", "PATCH", json={"full_name": "By robot"})
    rows = execute(settings, "SELECT actor_type, actor_id FROM hcc.audit_log WHERE action = 'user.updated'")
    assert rows == [("api_key", world.users["anna"])]


async def test_entering_is_written_down_once(world: World, settings: Settings) -> None:
    inside = str(world.organizations["apple"])
    for _ in range(3):
        assert (await world.get("nora", "/v1/users", X_Organization_Id=inside)).status_code == 200
    rows = execute(
        settings, "SELECT organization_id, actor_id, actor_org_id FROM hcc.audit_log WHERE action = 'organization.entered'"
    )
    assert rows == [(world.organizations["apple"], world.users["nora"], world.organizations["north"])]
