"""Idempotency keys: done once, answered twice; raced, mismatched, failed and scoped."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from control.core.settings import Settings
from tests.accounts.test_login import execute
from tests.world import World

USER = {"email": "new@example.com", "full_name": "New"}


async def post(
    world: World, key: str, body: Any = USER, name: str = "anna", path: str = "/v1/users", **headers: str
) -> httpx.Response:
    return await world.send(name, "POST", path, body, Idempotency_Key=key, **headers)


def count(settings: Settings, table: str = "users", where: str = "starts_with(email, 'new')") -> int:
    ((found,),) = execute(settings, f"SELECT count(*) FROM hcc.{table} WHERE {where}")
    return int(found)


async def test_replay(world: World, settings: Settings) -> None:
    first = await post(world, "k-1")
    second = await post(world, "k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["data"] == second.json()["data"]
    assert first.headers["etag"] == second.headers["etag"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert first.json()["request_id"] != second.json()["request_id"]
    assert count(settings) == 1
    assert count(settings, "outgoing_mail", "template = 'invitation'") == 1
    assert count(settings, "outbox_events", "topic = 'user.created'") == 1
    assert count(settings, "audit_log", "action = 'user.created'") == 1


async def test_without_a_key_it_is_done_again(world: World) -> None:
    assert (await world.send("anna", "POST", "/v1/users", USER)).status_code == 201
    assert (await world.send("anna", "POST", "/v1/users", USER)).status_code == 409


@pytest.mark.parametrize(("path", "body"), [
    ("/v1/users", {**USER, "full_name": "Other"}),
    ("/v1/users", {**USER, "email": "new2@example.com"}),
    ("/v1/api-keys", {"name": "k", "scopes": ["users:read"]}),
])  # fmt: skip
async def test_another_request_with_the_key(world: World, settings: Settings, path: str, body: Any) -> None:
    assert (await post(world, "k-1")).status_code == 201
    answer = await post(world, "k-1", body, path=path)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["errors"][0]["pointer"] == "Idempotency-Key"
    assert count(settings) == 1
    assert count(settings, "api_keys", "true") == 0


async def test_race(world: World, settings: Settings) -> None:
    """Several at once: one does it, the others hear that it is being done, or get its answer. None waits for another."""
    answers = await asyncio.gather(*(post(world, "k-1") for _ in range(6)))
    assert {a.status_code for a in answers} <= {201, 409}
    done = [a for a in answers if a.status_code == 201]
    assert len({a.json()["data"]["id"] for a in done}) == 1
    assert sum("idempotency-replayed" not in a.headers for a in done) == 1
    for busy in (a for a in answers if a.status_code == 409):
        assert busy.headers["retry-after"] == "1"
    assert count(settings) == 1


async def test_a_twin_at_work_answers_at_once(world: World, settings: Settings) -> None:
    """While another transaction holds the key, the answer is 409 and does not wait for it."""
    name = f"{world.organizations['apple']}:{world.users['anna']}:k-1"
    with psycopg.connect(settings.database_url) as twin:
        twin.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", (name,))
        busy = await asyncio.wait_for(post(world, "k-1"), timeout=5)
        assert busy.status_code == 409
        assert busy.headers["retry-after"] == "1"
        assert (await post(world, "k-2", {"email": "new2@example.com"})).status_code == 201, "another key goes through"
        twin.rollback()
    assert (await post(world, "k-1")).status_code == 201


@pytest.mark.parametrize(("body", "status"), [
    ({"email": "anna@example.com"}, 409),
    ({"email": "not an address"}, 422),
    ({"email": "new@example.com", "roles": ["superadmin"]}, 422),
    ({"email": "new@example.com", "organization_id": "00000000-0000-0000-0000-000000000000"}, 422),
])  # fmt: skip
async def test_a_failure_is_not_stored(world: World, settings: Settings, body: Any, status: int) -> None:
    assert (await post(world, "k-1", body)).status_code == status
    assert count(settings, "idempotency_keys", "true") == 0
    assert (await post(world, "k-1")).status_code == 201, "the key is still free, for a mended request"


async def test_keys_are_the_actors_own(world: World, settings: Settings) -> None:
    """The same key of another person, or of the same person in another organisation, is another key."""
    assert (await post(world, "k-1", {"email": "new1@example.com"})).status_code == 201
    assert (await post(world, "k-1", {"email": "new2@example.com"}, "bert")).status_code == 201
    assert (await post(world, "k-1", {"email": "new3@example.com"}, "nora")).status_code == 201
    apple = str(world.organizations["apple"])
    assert (await post(world, "k-1", {"email": "new4@example.com"}, "nora", X_Organization_Id=apple)).status_code == 201
    assert count(settings) == 4


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256, "a\tb", '"quoted with space "'])
async def test_bad_keys(world: World, settings: Settings, key: str) -> None:
    headers = {**world.headers("anna"), "Idempotency-Key": key.encode()}
    answer = await world.client.post("/v1/users", json=USER, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["errors"][0]["pointer"] == "Idempotency-Key"
    assert count(settings) == 0


@pytest.mark.parametrize("key", ["a", "x" * 255, '"0190-uuid"', "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"])
async def test_good_keys(world: World, key: str) -> None:
    assert (await post(world, key)).status_code == 201
    assert (await post(world, key)).headers["idempotency-replayed"] == "true"


async def test_an_api_key_is_shown_again_and_stored_sealed(world: World, settings: Settings) -> None:
    body = {"name": "robot", "scopes": ["users:read"]}
    first = await post(world, "k-1", body, path="/v1/api-keys")
    second = await post(world, "k-1", body, path="/v1/api-keys")
    key = first.json()["data"]["key"]
    assert second.json()["data"]["key"] == key
    ((stored,),) = execute(settings, "SELECT response FROM hcc.idempotency_keys")
    assert key.encode() not in bytes(stored)
    assert (await world.client.get("/v1/users", headers={"X-API-Key": key})).status_code == 200


async def test_the_operation_is_the_same_one(world: World, settings: Settings) -> None:
    path = f"/v1/users/{world.users['alex']}/export"
    first, second = await post(world, "k-1", None, path=path), await post(world, "k-1", None, path=path)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["data"]["id"] == second.json()["data"]["id"]
    assert count(settings, "operations", "true") == 1


async def test_a_key_does_not_outlive_its_right(world: World) -> None:
    """A replay is authorised like the request itself."""
    assert (await post(world, "k-1", {"email": "new@example.com"}, "nora")).status_code == 201
    assert (await world.send("nora", "POST", "/v1/auth/logout")).status_code == 200
    assert (await post(world, "k-1", {"email": "new@example.com"}, "nora")).status_code == 401
