"""Roles that organisations make: never more than their makers may do, in force at once, and nobody loses one unseen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from control.accounts.roles.service import BUILT_IN, MOST_ROLES
from control.core.settings import Settings
from tests.accounts.test_login import execute
from tests.world import World

NATIVE = Path(__file__).parents[2] / "native"
NEW = {"name": "bookkeeper", "permissions": ["users:read"]}


async def make(world: World, who: str = "anna", **changes: Any) -> dict[str, Any]:
    answer = await world.send(who, "POST", "/v1/roles", {**NEW, **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


async def give(world: World, who: str, *roles: str, by: str = "anna") -> None:
    answer = await world.send(by, "PATCH", f"/v1/users/{world.users[who]}", {"roles": list(roles)})
    assert answer.status_code == 200, answer.text


async def test_built_in_roles_are_these(settings: Settings) -> None:
    found = execute(settings, "SELECT DISTINCT name FROM hcc.roles WHERE organization_id IS NULL ORDER BY name")
    assert [name for (name,) in found] == sorted(BUILT_IN)
    gateway = re.search(r"BUILT_IN_ROLES: \[&str; \d\] = \[(.*?)\];", (NATIVE / "gateway/src/auth.rs").read_text())
    assert gateway is not None
    assert re.findall(r'"(.*?)"', gateway[1]) == list(BUILT_IN)


# What is wrong, with the pointer and words of the error; the caller's rights count, and those of the kind of organisation.
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("anna", {"name": "owner"}, "/name", "built-in role"),
    ("anna", {"name": "Book keeper"}, "/name", ""),
    ("anna", {"name": "x" * 64}, "/name", ""),
    ("anna", {"description": "x" * 201}, "/description", ""),
    ("anna", {"permissions": []}, "/permissions", ""),
    ("anna", {"permissions": ["users:read", "users:*"]}, "/permissions/1", "is not a permission"),
    ("anna", {"permissions": ["*"]}, "/permissions/0", "is not a permission"),
    ("anna", {"permissions": ["ledger:read"]}, "/permissions/0", "more than your own"),
    ("ned", {"permissions": ["users:read", "ledger:read"]}, "/permissions/1", "more than your own"),
    ("nora", {"permissions": ["jobs:read"]}, "/permissions/0", "more than your own"),
    ("root", {"permissions": ["jobs:read"], "organization_id": "north"}, "/permissions/0", "this kind of organization"),
    ("nora", {"permissions": ["ledger:read"], "organization_id": "apple"}, "/permissions/0", "this kind of organization"),
    ("anna", {"organization_id": "birch"}, "/organization_id", "in your reach"),
    ("anna", {"user_type": "admin"}, "", "user_type"),
]


@pytest.mark.parametrize(("who", "changes", "pointer", "words"), REFUSED)
async def test_what_is_refused(world: World, who: str, changes: dict[str, Any], pointer: str, words: str) -> None:
    if "organization_id" in changes:
        changes = {**changes, "organization_id": str(world.organizations[changes["organization_id"]])}
    answer = await world.send(who, "POST", "/v1/roles", {**NEW, **changes})
    assert answer.status_code in (400, 422), answer.text
    assert pointer in answer.text
    assert words in answer.text


async def test_it_opens_what_it_says_at_once(world: World) -> None:
    role = await make(world, permissions=["users:read", "billing:read", "users:read"])
    assert role["permissions"] == ["users:read", "billing:read"]
    assert (await world.get("alex", "/v1/invoices")).status_code == 403
    await give(world, "alex", "bookkeeper")
    assert (await world.get("alex", "/v1/invoices")).status_code == 200
    assert (await world.get("alex", "/v1/sites")).status_code == 403
    answer = await world.send("anna", "PATCH", f"/v1/roles/{role['id']}", {"permissions": ["users:read", "gateway:read"]})
    assert answer.json()["data"]["version"] == 2
    assert (await world.get("alex", "/v1/invoices")).status_code == 403
    assert (await world.get("alex", "/v1/sites")).status_code == 200


async def test_nobody_gives_or_changes_a_role_that_may_do_more(world: World) -> None:
    role = await make(world, permissions=["users:read", "users:write", "gateway:write"])
    small = await make(world, name="inviter", permissions=["users:read", "users:write"])
    await give(world, "alex", "inviter")
    path = f"/v1/roles/{role['id']}"
    for method, body in (("PATCH", {"permissions": ["users:read"]}), ("PATCH", {"description": "mine"}), ("DELETE", None)):
        assert (await world.send("alex", method, path, body)).status_code == 403
    wider = await world.send("alex", "PATCH", f"/v1/roles/{small['id']}", {"permissions": ["users:write", "gateway:write"]})
    assert wider.status_code == 422
    new = {"email": "friend@example.com", "roles": ["bookkeeper"]}
    assert (await world.send("alex", "POST", "/v1/users", new)).status_code == 403


async def test_built_in_roles_stay(world: World) -> None:
    for one in (await world.get("root", "/v1/roles")).json()["data"]:
        for method, body in (("PATCH", {"permissions": ["users:read"]}), ("DELETE", None)):
            answer = await world.send("root", method, f"/v1/roles/{one['id']}", body)
            assert answer.status_code == 403, answer.text
            assert "Built-in roles" in answer.text


async def test_a_role_that_somebody_holds_is_not_deleted(world: World, settings: Settings) -> None:
    role = await make(world)
    await give(world, "alex", "bookkeeper", "member")
    refused = await world.send("anna", "DELETE", f"/v1/roles/{role['id']}")
    assert refused.status_code == 409
    assert "People hold this role" in refused.text
    await give(world, "alex", "member")
    assert (await world.send("anna", "DELETE", f"/v1/roles/{role['id']}")).status_code == 204
    assert (await world.get("anna", f"/v1/roles/{role['id']}")).status_code == 404
    done = execute(settings, f"SELECT action FROM hcc.audit_log WHERE subject_id = '{role['id']}' ORDER BY at")
    assert [action for (action,) in done] == ["role.created", "role.deleted"]


async def test_names_are_an_organisations_own(world: World) -> None:
    await make(world)
    again = await world.send("anna", "POST", "/v1/roles", NEW)
    assert again.status_code == 409
    assert again.json()["error"]["details"] == {"field": "/name"}
    await make(world, "bert")
    other = await make(world, name="other")
    assert (await world.send("anna", "PATCH", f"/v1/roles/{other['id']}", {"name": "bookkeeper"})).status_code == 409
    mine = {one["name"] for one in (await world.get("bert", "/v1/roles")).json()["data"]}
    assert mine == {"member", "owner", "bookkeeper"}


async def test_people_are_found_by_their_role(world: World) -> None:
    await make(world)
    await give(world, "alex", "bookkeeper")
    found = (await world.get("anna", "/v1/users?role=bookkeeper")).json()
    assert ([one["username"] for one in found["data"]], found["pagination"]["total"]) == (["alex"], 1)
    assert (await world.get("anna", "/v1/users?role=nothing")).json()["data"] == []


async def test_an_organisation_has_a_most(world: World, settings: Settings) -> None:
    execute(settings, "INSERT INTO hcc.roles (organization_id, name, user_type, permissions)"
                      f" SELECT '{world.organizations['apple']}', 'r' || n, 'customer', '{{users:read}}'"
                      f" FROM generate_series(10, {9 + MOST_ROLES}) n")  # fmt: skip
    answer = await world.send("anna", "POST", "/v1/roles", NEW)
    assert answer.status_code == 409
    assert str(MOST_ROLES) in answer.text


async def test_a_change_that_somebody_else_made_is_not_overwritten(world: World) -> None:
    role = await make(world)
    path = f"/v1/roles/{role['id']}"
    await world.send("anna", "PATCH", path, {"description": "first"})
    answer = await world.send("anna", "PATCH", path, {"description": "second"}, If_Match='"1"')
    assert answer.status_code == 412
