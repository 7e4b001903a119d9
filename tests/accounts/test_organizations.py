"""/v1/organizations: the tree, what only those above change, closing, and lists."""

from __future__ import annotations

from typing import Any

import pytest

from control.core.settings import Settings
from tests.accounts.test_login import execute
from tests.world import World


def one(world: World, name: str) -> str:
    return f"/v1/organizations/{world.organizations[name]}"


PLACES: dict[str, tuple[str, dict[str, Any], int, str | None]] = {
    "a customer": ("nora", {"name": "N", "slug": "new"}, 201, None),
    "a reseller of the platform": ("root", {"name": "N", "slug": "new", "kind": "reseller"}, 201, None),
    "a reseller below a reseller": ("nora", {"name": "N", "slug": "new", "kind": "reseller"}, 422, "/kind"),
    "a second platform": ("root", {"name": "N", "slug": "new", "kind": "platform"}, 422, "/kind"),
    "a slug in use": ("nora", {"name": "N", "slug": "cherry"}, 409, None),
    "a slug with capitals": ("nora", {"name": "N", "slug": "New"}, 422, "/slug"),
    "a slug that ends in a dash": ("nora", {"name": "N", "slug": "new-"}, 422, "/slug"),
    "a parent that is not": (
        "nora",
        {"name": "N", "slug": "new", "parent_id": "0" * 8 + "-0000-0000-0000-" + "0" * 12},
        422,
        "/parent_id",
    ),
    "no name": ("nora", {"name": "", "slug": "new"}, 422, "/name"),
    "an unknown field": ("nora", {"name": "N", "slug": "new", "path": []}, 422, "/path"),
}


@pytest.mark.parametrize("case", PLACES)
async def test_creating(world: World, case: str) -> None:
    who, body, status, pointer = PLACES[case]
    answer = await world.send(who, "POST", "/v1/organizations", body)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert [e["pointer"] for e in answer.json()["error"]["details"]["errors"]] == [pointer]
    if status == 201:
        home = {"nora": "north", "root": "platform"}[who]
        assert answer.json()["data"]["parent_id"] == str(world.organizations[home])
        assert answer.headers["etag"] == '"1"'


@pytest.mark.parametrize("change", [{"slug": "other"}, {"plan": "gold"}, {"is_active": False}])
async def test_only_those_above_change_terms(world: World, change: dict[str, Any]) -> None:
    refused = await world.send("anna", "PATCH", one(world, "apple"), change)
    assert refused.status_code == 403
    assert refused.json()["error"]["details"] == {"fields": [f"/{name}" for name in change]}
    assert (await world.send("nora", "PATCH", one(world, "apple"), change)).status_code == 200
    assert (await world.send("anna", "PATCH", one(world, "apple"), {"name": "Apple Ltd"})).status_code in {200, 401}


async def test_not_even_by_entering(world: World) -> None:
    """Working inside a customer does not make a reseller the one above itself."""
    inside = str(world.organizations["apple"])
    refused = await world.send("nora", "PATCH", one(world, "north"), {"plan": "gold"}, X_Organization_Id=inside)
    assert refused.status_code in {403, 404}


async def test_put_wants_all_and_if_match_counts(world: World, settings: Settings) -> None:
    read = await world.get("nora", one(world, "apple"))
    put = {"name": "Apple Ltd", "slug": "apple", "plan": "standard", "is_active": True}
    first = await world.send("nora", "PUT", one(world, "apple"), put, If_Match=read.headers["etag"])
    assert (first.status_code, first.json()["data"]["name"]) == (200, "Apple Ltd")
    assert (await world.send("nora", "PUT", one(world, "apple"), put, If_Match=read.headers["etag"])).status_code == 412
    assert (await world.send("nora", "PUT", one(world, "apple"), {"name": "x"})).status_code == 422
    rows = execute(settings, "SELECT before->>'name', after->>'name' FROM hcc.audit_log WHERE action = 'organization.updated'")
    assert rows == [("Apple", "Apple Ltd")]


async def test_closing(world: World, settings: Settings) -> None:
    assert (await world.send("root", "DELETE", one(world, "north"))).status_code == 409, "it has customers"
    assert (await world.send("nora", "DELETE", one(world, "north"))).status_code == 403
    assert (await world.send("nora", "DELETE", one(world, "apple"))).status_code == 204
    assert (await world.get("nora", one(world, "apple"))).status_code == 404
    assert (await world.get("anna", "/v1/users")).status_code == 401
    assert execute(settings, "SELECT deleted_at IS NOT NULL FROM hcc.organizations WHERE slug = 'apple'") == [(True,)]
    assert (await world.send("nora", "POST", "/v1/organizations", {"name": "A", "slug": "apple"})).status_code == 201


async def test_lists_and_filters(world: World) -> None:
    async def slugs(query: str, who: str = "nora") -> list[str]:
        return [o["slug"] for o in (await world.get(who, f"/v1/organizations?{query}")).json()["data"]]

    assert await slugs("sort_by=slug&sort_order=asc") == ["apple", "birch", "north"]
    assert await slugs("kind=customer&sort_by=slug&sort_order=desc") == ["birch", "apple"]
    assert await slugs(f"parent_id={world.organizations['south']}") == []
    assert await slugs("search=APP") == ["apple"]
    assert await slugs("search=%25") == []
    assert await slugs("is_active=false") == []
    assert await slugs("", "anna") == ["apple"]


async def test_looking_into_another_organization_is_written_down(world: World, settings: Settings) -> None:
    await world.get("nora", one(world, "apple"))
    await world.get("nora", one(world, "north"))
    await world.get("root", f"/v1/users/{world.users['anna']}")
    rows = execute(
        settings, "SELECT action, actor_id FROM hcc.audit_log WHERE action LIKE '%.viewed' ORDER BY id".replace("%", "%%")
    )
    assert rows == [("organization.viewed", world.users["nora"]), ("user.viewed", world.users["root"])]
