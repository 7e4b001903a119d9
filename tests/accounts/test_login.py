"""Logging in, as people and as thieves do it."""

from __future__ import annotations

from tests.world import PASSWORD, World


async def test_login_gives_what_the_guide_names(world: World) -> None:
    answer = await world.client.post("/v1/auth/login", json={"email": "ANNA@example.com", "password": PASSWORD})
    body = answer.json()
    assert answer.status_code == 200
    assert body["success"] is True
    assert set(body["data"]) >= {"access_token", "refresh_token", "user_id", "expires_in"}
    assert body["data"]["user_id"] == str(world.users["anna"])
    assert body["data"]["expires_in"] == 900
    assert answer.headers["x-request-id"] == body["request_id"]


async def test_users_wants_a_token(world: World) -> None:
    assert (await world.get(None, "/v1/users")).status_code == 401
    answer = await world.get("anna", "/v1/users")
    assert answer.status_code == 200
    assert {u["email"] for u in answer.json()["data"]} == {"anna@example.com", "alex@example.com"}
