"""/v1/users: versions, rank, the last owner, and lists."""

from __future__ import annotations

from typing import Any

import pytest

from control.core.settings import Settings
from tests.accounts.test_login import execute, login
from tests.world import World


def one(world: World, name: str) -> str:
    return f"/v1/users/{world.users[name]}"


async def test_put_and_patch(world: World) -> None:
    before = (await world.get("anna", one(world, "alex"))).json()["data"]
    patched = await world.send("anna", "PATCH", one(world, "alex"), {"full_name": "Alexandra", "timezone": "Europe/Berlin"})
    after = patched.json()["data"]
    assert {k for k in after if after[k] != before[k]} == {"full_name", "timezone", "version", "updated_at"}
    put = {k: after[k] for k in ("email", "username", "full_name", "locale", "timezone", "is_active", "roles")}
    again = await world.send("anna", "PUT", one(world, "alex"), {**put, "locale": "de"})
    assert again.json()["data"]["locale"] == "de"
    assert again.json()["data"]["version"] == before["version"] + 2
    for body, pointer in (
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"email": "a b@x"}, "/email"),
        ({"roles": ["king"]}, "/roles/0"),
    ):
        answer = await world.send("anna", "PATCH", one(world, "alex"), body)
        assert (answer.status_code, answer.json()["error"]["details"]["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"full_name": "X"}), ("DELETE", None)])
async def test_if_match(world: World, method: str, body: Any) -> None:
    read = await world.get("anna", one(world, "alex"))
    tag = read.headers["etag"]
    changed = await world.send("anna", "PATCH", one(world, "alex"), {"full_name": "Y"}, If_Match=tag)
    assert changed.status_code == 200
    stale = await world.send("anna", method, one(world, "alex"), body, If_Match=tag)
    assert stale.status_code == 412
    assert stale.json()["error"]["details"] == {"version": changed.json()["data"]["version"]}
    assert (await world.send("anna", method, one(world, "alex"), body, If_Match=f"W/{tag}")).status_code == 400
    fresh = await world.send("anna", method, one(world, "alex"), body, If_Match=f'"0", {changed.headers["etag"]}')
    assert fresh.status_code in {200, 204}


async def test_delete_is_soft_and_at_once(world: World, settings: Settings) -> None:
    key = (await world.send("alex", "GET", "/v1/users")).status_code
    assert key == 200
    assert (await world.send("anna", "DELETE", one(world, "alex"))).status_code == 204
    assert (await world.get("anna", one(world, "alex"))).status_code == 404
    assert (await world.get("alex", "/v1/users")).status_code == 401
    assert (await login(world, "alex@example.com")).status_code == 401
    rows = execute(settings, "SELECT deleted_at IS NOT NULL, is_active FROM hcc.users WHERE id = %s", world.users["alex"])
    assert rows == [(True, False)]
    assert (await world.send("anna", "POST", "/v1/users", {"email": "alex@example.com"})).status_code == 201, (
        "the address is free again"
    )


async def test_lists(world: World) -> None:
    for n in range(5):
        await world.send("anna", "POST", "/v1/users", {"email": f"list{n}@example.com", "full_name": f"Name {n}%_x"})
    page = (await world.get("anna", "/v1/users?limit=3&page=2&sort_by=email&sort_order=asc")).json()
    assert page["pagination"] == {"page": 2, "limit": 3, "total": 7, "total_pages": 3, "has_next": True, "has_prev": True}
    assert [u["email"] for u in page["data"]] == [f"list{n}@example.com" for n in (1, 2, 3)]
    last = (await world.get("anna", "/v1/users?limit=3&page=3")).json()
    assert (len(last["data"]), last["pagination"]["has_next"]) == (1, False)
    beyond = (await world.get("anna", "/v1/users?limit=3&page=4")).json()
    assert (beyond["data"], beyond["pagination"]["total"], beyond["pagination"]["has_prev"]) == ([], 7, True)
    seen = [
        u["id"]
        for n in (1, 2, 3, 4)
        for u in (await world.get("anna", f"/v1/users?limit=2&page={n}&sort_by=full_name")).json()["data"]
    ]
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize(("search", "found"), [
    ("%25", 0), ("_", 0), ("100%25", 0), ("\\", 0), ("ann", 1), ("ANN", 1), ("example.com", 2), ("'", 0), ("x' OR '1'='1", 0),
])  # fmt: skip
async def test_search_takes_wildcards_literally(world: World, search: str, found: int) -> None:
    assert (await world.get("anna", f"/v1/users?search={search}")).json()["pagination"]["total"] == found


async def test_searching_for_a_percent_sign(world: World) -> None:
    await world.send("anna", "PATCH", one(world, "alex"), {"full_name": "100% Alex_"})
    for text in ("100%25", "%25", "x_", "_"):
        assert [u["username"] for u in (await world.get("anna", f"/v1/users?search={text}")).json()["data"]] == ["alex"]


BEYOND: dict[str, tuple[str, str, str, Any, int]] = {
    "staff makes an owner": ("ned", "POST", "/v1/users", {"email": "n@example.com", "roles": ["owner"]}, 403),
    "support makes a superadmin": ("agent", "POST", "/v1/users", {"email": "n@example.com", "roles": ["superadmin"]}, 403),
    "staff promotes itself": ("ned", "PATCH", "ned", {"roles": ["owner"]}, 403),
    "an owner demotes themself": ("anna", "PATCH", "anna", {"roles": ["member"]}, 403),
    "an owner closes themself": ("anna", "PATCH", "anna", {"is_active": False}, 403),
    "an owner deletes themself": ("anna", "DELETE", "anna", None, 403),
    "staff takes the owner's address": ("ned", "PATCH", "nora", {"email": "evil@example.com"}, 403),
    "staff takes a customer owner's address": ("ned", "PATCH", "anna", {"email": "evil@example.com"}, 403),
    "support takes the superadmin's address": ("agent", "PATCH", "root", {"email": "evil@example.com"}, 403),
    "support deletes the superadmin": ("agent", "DELETE", "root", None, 403),
    "staff exports the owner": ("ned", "POST", "nora/export", None, 403),
    "support erases an owner": ("agent", "POST", "anna/erase", {"confirm_email": "anna@example.com"}, 403),
    "a member changes themself here": ("alex", "PATCH", "alex", {"full_name": "X"}, 403),
    "a role of another kind": ("anna", "POST", "/v1/users", {"email": "n@example.com", "roles": ["superadmin"]}, 422),
    "an address in use": ("anna", "PATCH", "alex", {"email": "cleo@example.com"}, 409),
    "a user name in use": ("anna", "PATCH", "alex", {"username": "cleo"}, 409),
}


@pytest.mark.parametrize("case", BEYOND)
async def test_beyond_ones_own_rank(world: World, settings: Settings, case: str) -> None:
    who, method, target, body, status = BEYOND[case]
    name, _, act = target.partition("/") if not target.startswith("/") else ("", "", "")
    path = f"{one(world, name)}{'/' + act if act else ''}" if name else target
    query = "SELECT u::text FROM hcc.users u UNION ALL SELECT r::text FROM hcc.user_roles r ORDER BY 1"
    before = execute(settings, query)
    answer = await world.send(who, method, path, body)
    assert answer.status_code == status, answer.text
    assert execute(settings, query) == before


async def test_the_last_owner_stays(world: World) -> None:
    """Also when somebody above asks; with a second owner it can be done."""
    for method, body in (("DELETE", None), ("PATCH", {"roles": ["member"]}), ("PATCH", {"is_active": False})):
        assert (await world.send("nora", method, one(world, "anna"), body)).status_code == 409
    erase = await world.send("nora", "POST", f"{one(world, 'anna')}/erase", {"confirm_email": "anna@example.com"})
    assert erase.status_code == 409
    assert (await world.send("nora", "PATCH", one(world, "alex"), {"roles": ["owner"]})).status_code == 200
    assert (await world.send("nora", "PATCH", one(world, "anna"), {"roles": ["member"]})).status_code == 200
    assert (await world.send("nora", "DELETE", one(world, "alex"))).status_code == 409


async def test_two_owners_cannot_remove_each_other(world: World, settings: Settings) -> None:
    import asyncio

    await world.send("nora", "PATCH", one(world, "alex"), {"roles": ["owner"]})
    answers = await asyncio.gather(
        world.send("anna", "PATCH", one(world, "alex"), {"roles": ["member"]}),
        world.send("alex", "PATCH", one(world, "anna"), {"roles": ["member"]}),
    )
    assert min(a.status_code for a in answers) == 200
    owners = execute(
        settings,
        "SELECT count(*) FROM hcc.user_roles ur JOIN hcc.roles r ON r.id = ur.role_id WHERE r.name = 'owner'"
        " AND ur.organization_id = %s", world.organizations["apple"],
    )  # fmt: skip
    assert owners == [(1,)]


async def test_audit_entries_hold_what_changed_and_no_secret(world: World, settings: Settings) -> None:
    await world.send("anna", "POST", "/v1/users", {"email": "new@example.com", "password": "quiet-harbour-77-orchid"})
    await world.send("anna", "PATCH", one(world, "alex"), {"full_name": "Alexandra"}, X_Request_Id="request-4711")
    rows = execute(settings, "SELECT actor_id, before->>'full_name', after->>'full_name', host(address), request_id"
                             " FROM hcc.audit_log WHERE action = 'user.updated'")  # fmt: skip
    assert rows == [(world.users["anna"], "Alex", "Alexandra", "192.0.2.1", "request-4711")]
    everything = str(execute(settings, "SELECT t::text FROM hcc.audit_log t UNION ALL SELECT o::text FROM hcc.outbox_events o"))
    for secret in ("quiet-harbour-77-orchid", "$argon2id$", world.tokens["anna"]):
        assert secret not in everything
