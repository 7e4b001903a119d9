"""Logging in, as people and as thieves do it."""

from __future__ import annotations

import asyncio
from typing import Any

import bcrypt
import httpx
import msgspec
import psycopg
import pytest

from control.app import create_litestar
from control.core.addresses import parse_networks
from control.core.edge import Edge
from control.core.passwords import Passwords, Verdict
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.world import PASSWORD, PEOPLE, World


async def login(world: World, email: str, password: str = PASSWORD, address: str | None = None, **more: Any) -> httpx.Response:
    """One attempt; `address` speaks from another network."""
    client = world.client
    if address is not None:
        transport = client._transport
        assert isinstance(transport, httpx.ASGITransport)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(transport.app, client=(address, 1)), base_url="http://hcc.test")
    return await client.post("/v1/auth/login", json={"email": email, "password": password, **more})


def execute(settings: Settings, query: str, *params: Any) -> list[Any]:
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        done = connection.execute(query, params)
        return done.fetchall() if done.description else []


async def test_login_gives_what_the_guide_names(world: World) -> None:
    answer = await login(world, "ANNA@example.com")
    body = answer.json()
    assert answer.status_code == 200
    assert body["success"] is True
    assert set(body["data"]) >= {"access_token", "refresh_token", "user_id", "expires_in"}
    assert body["data"]["user_id"] == str(world.users["anna"])
    assert body["data"]["expires_in"] == 900
    assert answer.headers["x-request-id"] == body["request_id"]
    assert answer.headers["cache-control"] == "no-store"


async def test_users_wants_a_token(world: World) -> None:
    assert (await world.get(None, "/v1/users")).status_code == 401
    answer = await world.get("anna", "/v1/users")
    assert answer.status_code == 200
    assert {u["email"] for u in answer.json()["data"]} == {"anna@example.com", "alex@example.com"}


STRANGERS = {
    "unknown address": ("nobody@example.com", PASSWORD, None),
    "wrong password": ("anna@example.com", "wrong-password-1", None),
    "account closed": ("anna@example.com", PASSWORD, "UPDATE hcc.users SET is_active = false WHERE username = 'anna'"),
    "account deleted": ("anna@example.com", PASSWORD, "UPDATE hcc.users SET deleted_at = now() WHERE username = 'anna'"),
    "no password yet": ("anna@example.com", PASSWORD, "UPDATE hcc.user_credentials SET password_hash = NULL"),
    "no credentials": ("anna@example.com", PASSWORD, "DELETE FROM hcc.user_credentials"),
    "not an address": ("x'; DROP TABLE users; --", PASSWORD, None),
}


@pytest.mark.parametrize("case", STRANGERS)
async def test_nobody_learns_who_has_an_account(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """The same status, the same words, the same headers, and the same work: one hash is computed, whoever it is."""
    email, password, change = STRANGERS[case]
    if change:
        execute(settings, change)
    hashed: list[str] = []
    check = Passwords._verify

    def counting(self: Passwords, stored: str | None, given: str) -> Verdict:
        hashed.append(stored or self._nobody)
        return check(self, stored, given)

    monkeypatch.setattr(Passwords, "_verify", counting)
    answer = await login(world, email, password)
    body = answer.json()
    assert answer.status_code == 401
    assert body["error"] == {
        "code": "UNAUTHORIZED",
        "message": "The e-mail address or the password is not right.",
        "details": None,
    }
    assert set(body) == {"success", "data", "error", "timestamp", "request_id"}
    assert set(answer.headers) == {"content-type", "content-length", "x-request-id"}
    # The same parameters: an unknown account's hash costs as much as a known one's.
    assert [text.split("$")[1:4] for text in hashed] == [["argon2id", "v=19", f"m={settings.argon2_memory_kib},t=2,p=1"]]


async def test_refusals_are_noted_for_the_organization(world: World, settings: Settings, runtime: Runtime) -> None:
    await login(world, "anna@example.com", "wrong-password-1")
    await login(world, "nobody@example.com", "wrong-password-1")
    await asyncio.gather(*runtime._background)
    rows = execute(settings, "SELECT organization_id, subject_id, actor_type FROM hcc.audit_log WHERE action = 'session.refused'")
    assert rows == [(world.organizations["apple"], str(world.users["anna"]), "system")]


async def test_organization_is_the_last_used_or_the_one_asked_for(world: World, settings: Settings) -> None:
    execute(
        settings,
        "INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%s, %s)",
        world.organizations["birch"],
        world.users["anna"],
    )
    apple, birch = str(world.organizations["apple"]), str(world.organizations["birch"])
    for asked, got in ((None, apple), ("birch", birch), (None, birch), (apple, apple), (None, apple)):
        answer = await login(world, "anna@example.com", **({"organization": asked} if asked else {}))
        assert answer.json()["data"]["organization_id"] == got, asked
    for asked in ("cherry", str(world.organizations["cherry"]), "no-such"):
        assert (await login(world, "anna@example.com", organization=asked)).status_code == 403
    execute(settings, "UPDATE hcc.organizations SET is_active = false WHERE slug = 'apple'")
    assert (await login(world, "anna@example.com", organization="apple")).status_code == 403
    assert (await login(world, "anna@example.com")).json()["data"]["organization_id"] == birch


@pytest.mark.parametrize("mark", ["$2a$", "$2b$", "$2y$"])
async def test_bcrypt_is_taken_and_replaced(world: World, settings: Settings, mark: str) -> None:
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode().replace("$2b$", mark)
    execute(settings, "UPDATE hcc.user_credentials SET password_hash = %s WHERE user_id = %s", old, world.users["anna"])
    assert (await login(world, "anna@example.com", "wrong-password-1")).status_code == 401
    hashes = "SELECT password_hash FROM hcc.user_credentials WHERE user_id = %s"
    assert execute(settings, hashes, world.users["anna"]) == [(old,)]
    assert (await login(world, "anna@example.com")).status_code == 200
    ((new,),) = execute(settings, hashes, world.users["anna"])
    assert new.startswith("$argon2id$")
    assert (await login(world, "anna@example.com")).status_code == 200


async def test_bcrypt_beyond_72_bytes(world: World, settings: Settings) -> None:
    """The hash knows 72 bytes; the upgraded one knows the whole password."""
    password = "violet-tractor-9-lagoon-" * 4
    old = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    execute(settings, "UPDATE hcc.user_credentials SET password_hash = %s WHERE user_id = %s", old, world.users["anna"])
    assert (await login(world, "anna@example.com", password)).status_code == 200
    assert (await login(world, "anna@example.com", password[:72])).status_code == 401
    assert (await login(world, "anna@example.com", password)).status_code == 200


async def test_a_hash_of_weaker_settings_is_made_anew(world: World, settings: Settings) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    execute(settings, "UPDATE hcc.user_credentials SET password_hash = %s WHERE user_id = %s", old, world.users["anna"])
    assert (await login(world, "anna@example.com")).status_code == 200
    ((new,),) = execute(settings, "SELECT password_hash FROM hcc.user_credentials WHERE user_id = %s", world.users["anna"])
    assert f"m={settings.argon2_memory_kib}" in new


async def test_many_at_once_on_a_small_pool(world: World, settings: Settings) -> None:
    """No request waits for a second connection while it holds one, also when keys must be read: nobody waits forever."""
    runtime = Runtime(msgspec.structs.replace(settings, db_pool_max=2, db_acquire_timeout=10))
    await runtime.start()
    try:
        app = Edge(create_litestar(runtime), parse_networks("127.0.0.1/32"))
        transport = httpx.ASGITransport(app=app, client=("192.0.2.9", 1))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://hcc.test") as client:

            async def one(name: str) -> int:
                body = {"email": world.email(name), "password": PASSWORD}
                return (await client.post("/v1/auth/login", json=body)).status_code

            for _ in range(3):
                runtime.tokens._read_at = float("-inf")
                assert await asyncio.wait_for(asyncio.gather(*map(one, PEOPLE)), timeout=8) == [200] * len(PEOPLE)
    finally:
        await runtime.stop()


BODIES: dict[str, tuple[Any, set[str]]] = {
    "nothing": ({}, {"/email", "/password"}),
    "wrong kinds": ({"email": 1, "password": None}, {"/email", "/password"}),
    "too long": ({"email": "a" * 321, "password": "a" * 257}, {"/email", "/password"}),
    "unknown field": ({"email": "a@b.c", "password": "x", "admin": True}, {"/admin"}),
    "code too short": ({"email": "a@b.c", "password": "x", "totp_code": "1"}, {"/totp_code"}),
    "a list": ([], {""}),
}


@pytest.mark.parametrize("case", BODIES)
async def test_a_pointer_for_each_wrong_field(world: World, case: str) -> None:
    body, pointers = BODIES[case]
    answer = await world.client.post("/v1/auth/login", json=body)
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["error"]["details"]["errors"]} == pointers
