"""Refresh tokens: each good once, and a copy that is used ends the family."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from control.core.settings import Settings
from tests.world import PASSWORD, World


async def refresh(world: World, token: str) -> httpx.Response:
    return await world.client.post("/v1/auth/refresh", json={"refresh_token": token})


async def me(world: World, access: str) -> int:
    answer = await world.client.get("/v1/auth/me", headers={"Authorization": f"Bearer {access}"})
    return answer.status_code


def rows(settings: Settings, query: str, *params: Any) -> list[Any]:
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        return connection.execute(query, params).fetchall()


async def test_rotation(world: World) -> None:
    first = world.refresh_tokens["anna"]
    second = (await refresh(world, first)).json()["data"]
    third = (await refresh(world, second["refresh_token"])).json()["data"]
    assert len({first, second["refresh_token"], third["refresh_token"]}) == 3
    assert second["session_id"] == third["session_id"]
    assert third["user_id"] == str(world.users["anna"])
    assert await me(world, third["access_token"]) == 200


async def test_a_thief_ends_the_family(world: World, settings: Settings) -> None:
    """The old token seen again: the newest refresh token and every access token of the family are refused at once, the
    gateways are told, and the organisation can read about it."""
    old = world.refresh_tokens["anna"]
    newest = (await refresh(world, old)).json()["data"]
    assert await me(world, newest["access_token"]) == 200  # now it is in the cache too
    listening = await psycopg.AsyncConnection.connect(settings.gateway_database_url, autocommit=True)
    try:
        await listening.execute("LISTEN hcc_revocations")
        answer = await refresh(world, old)
        assert answer.status_code == 401
        told = [json.loads(notice.payload) async for notice in listening.notifies(timeout=5, stop_after=1)]
    finally:
        await listening.close()
    assert [(notice["sid"]) for notice in told] == [newest["session_id"]]
    assert await me(world, newest["access_token"]) == 401
    assert await me(world, world.tokens["anna"]) == 401
    assert (await refresh(world, newest["refresh_token"])).status_code == 401
    revoked = rows(settings, "SELECT session_id, extract(epoch FROM until)::bigint FROM hcc.revoked_sessions")
    assert revoked == [(UUID(newest["session_id"]), told[0]["until"])]
    left = rows(settings, "SELECT until - now() BETWEEN interval '900 s' AND interval '960 s' FROM hcc.revoked_sessions")
    assert left == [(True,)]
    entries = rows(settings, "SELECT organization_id, actor_id FROM hcc.audit_log WHERE action = 'session.refresh_reused'")
    assert entries == [(world.organizations["apple"], world.users["anna"])]
    # Others are not touched.
    assert await me(world, world.tokens["alex"]) == 200


async def test_reuse_does_not_end_other_sessions_of_the_person(world: World) -> None:
    other = await world.client.post("/v1/auth/login", json={"email": world.email("anna"), "password": PASSWORD})
    old = world.refresh_tokens["anna"]
    await refresh(world, old)
    assert (await refresh(world, old)).status_code == 401
    assert await me(world, other.json()["data"]["access_token"]) == 200
    assert (await refresh(world, other.json()["data"]["refresh_token"])).status_code == 200


async def test_two_refreshes_at_once(world: World, settings: Settings) -> None:
    """Exactly one gets new tokens; the other is the reuse that ends the family."""
    token = world.refresh_tokens["anna"]
    answers = await asyncio.gather(*(refresh(world, token) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 401, 401, 401]
    won = next(a for a in answers if a.status_code == 200).json()["data"]
    assert await me(world, won["access_token"]) == 401
    tokens = rows(settings, "SELECT count(*) FROM hcc.refresh_tokens WHERE session_id = %s", won["session_id"])
    assert tokens == [(2,)]
    assert rows(settings, "SELECT count(*) FROM hcc.audit_log WHERE action = 'session.refresh_reused'") == [(1,)]


@pytest.mark.parametrize("change", [
    "UPDATE hcc.refresh_tokens SET expires_at = now() - interval '1 s'",
    "UPDATE hcc.sessions SET expires_at = now() - interval '1 s'",
    "UPDATE hcc.users SET is_active = false WHERE username = 'anna'",
    "UPDATE hcc.users SET deleted_at = now() WHERE username = 'anna'",
    "UPDATE hcc.organizations SET is_active = false WHERE slug = 'apple'",
    "UPDATE hcc.organizations SET is_active = false WHERE slug = 'north'",
    "DELETE FROM hcc.memberships WHERE user_id = (SELECT id FROM hcc.users WHERE username = 'anna')",
])  # fmt: skip
async def test_no_new_tokens(world: World, settings: Settings, change: str) -> None:
    """Expired, closed, gone: also when the organisation above was closed."""
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        connection.execute(change)
    answer = await refresh(world, world.refresh_tokens["anna"])
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "The refresh token is not valid; log in again."


@pytest.mark.parametrize("token", ["hcr_unknown", "x", "\u0000", "ü", "e30.e30.e30"])
async def test_strange_tokens(world: World, token: str) -> None:
    assert (await refresh(world, token)).status_code == 401


async def test_tokens_do_not_pass_for_each_other(world: World) -> None:
    assert (await refresh(world, world.tokens["anna"])).status_code in {401, 422}  # it is longer than a refresh token can be
    assert await me(world, world.refresh_tokens["anna"]) == 401


async def test_only_hashes_are_stored(world: World, settings: Settings) -> None:
    secret = world.refresh_tokens["anna"]
    found = rows(settings, "SELECT t::text FROM hcc.refresh_tokens t UNION ALL SELECT t::text FROM hcc.sessions t")
    assert not [row for row in found if secret in str(row) or secret.encode().hex() in str(row)]


async def test_logout_ends_one_session(world: World) -> None:
    other = (await world.client.post("/v1/auth/login", json={"email": world.email("anna"), "password": PASSWORD})).json()["data"]
    assert (await world.send("anna", "POST", "/v1/auth/logout")).status_code == 200
    assert await me(world, world.tokens["anna"]) == 401
    assert (await refresh(world, world.refresh_tokens["anna"])).status_code == 401
    assert await me(world, other["access_token"]) == 200


async def test_logout_all_ends_every_session(world: World) -> None:
    other = (await world.client.post("/v1/auth/login", json={"email": world.email("anna"), "password": PASSWORD})).json()["data"]
    answer = await world.send("anna", "POST", "/v1/auth/logout-all")
    assert answer.json()["data"]["message"] == "2 sessions ended."
    assert [await me(world, token) for token in (world.tokens["anna"], other["access_token"])] == [401, 401]
    assert await me(world, world.tokens["alex"]) == 200


async def test_sessions_are_listed_and_ended_by_id(world: World) -> None:
    agent = {"User-Agent": "Toaster/1.0", "Authorization": ""}
    body = {"email": world.email("anna"), "password": PASSWORD}
    other = (await world.client.post("/v1/auth/login", json=body, headers=agent)).json()["data"]
    listed = (await world.get("anna", "/v1/auth/sessions")).json()["data"]
    assert {row["id"]: row["current"] for row in listed} == {
        other["session_id"]: False,
        next(row["id"] for row in listed if row["current"]): True,
    }
    assert next(row for row in listed if not row["current"])["user_agent"] == "Toaster/1.0"
    assert (await world.send("anna", "DELETE", f"/v1/auth/sessions/{other['session_id']}")).status_code == 200
    assert (await world.send("anna", "DELETE", f"/v1/auth/sessions/{other['session_id']}")).status_code == 404
    assert await me(world, other["access_token"]) == 401


async def test_closing_an_account_ends_its_sessions_at_once(world: World) -> None:
    assert (await world.send("anna", "PATCH", f"/v1/users/{world.users['alex']}", {"is_active": False})).status_code == 200
    assert await me(world, world.tokens["alex"]) == 401
    assert (await refresh(world, world.refresh_tokens["alex"])).status_code == 401


@pytest.mark.parametrize("closed", ["apple", "north"])
async def test_closing_an_organization_ends_work_below_it_at_once(world: World, closed: str) -> None:
    assert await me(world, world.tokens["anna"]) == 200
    organization = f"/v1/organizations/{world.organizations[closed]}"
    assert (await world.send("root", "PATCH", organization, {"is_active": False})).status_code == 200
    assert await me(world, world.tokens["anna"]) == 401
    assert await me(world, world.tokens["cleo"]) == 200
    assert (await world.send("root", "PATCH", organization, {"is_active": True})).status_code == 200
    assert await me(world, world.tokens["anna"]) == 200


async def test_a_change_of_roles_counts_from_the_next_request(world: World) -> None:
    assert (await world.get("alex", "/v1/api-keys")).status_code == 403
    assert (await world.send("anna", "PATCH", f"/v1/users/{world.users['alex']}", {"roles": ["owner"]})).status_code == 200
    assert (await world.get("alex", "/v1/api-keys")).status_code == 200
