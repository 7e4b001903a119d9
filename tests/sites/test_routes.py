"""/v1/sites/{id}/routes: every field, and everything that is wrong said at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sites.support import make_route, make_site, make_upstream, pointers
from tests.world import World

FULL: dict[str, Any] = {
    "path_prefix": "/api",
    "path": None,
    "path_pattern": None,
    "methods": ["GET", "POST"],
    "priority": 7,
    "upstream": "origin",
    "canary": {"upstream": "next", "percent": 2.5, "header": ["X-Preview", "yes"]},
    "redirect": None,
    "respond": None,
    "strip_prefix": False,
    "rewrite": "/v2",
    "request_headers": {"remove": ["Cookie"], "set": {"Host": "inner.example"}, "add": {"X-Via": "edge"}},
    "response_headers": {"remove": ["Server"], "set": {"X-A": "1"}, "add": {"X-B": "2"}},
    "security_headers": True,
    "cors": {
        "origins": ["https://app.example", "https://*.app.example:8443"], "methods": ["GET"], "headers": ["X-C"],
        "expose": ["X-D"], "credentials": True, "max_age_s": 600,
    },
    "compress": True,
    "auth": {"mode": "jwt", "api_keys": "verify", "scopes": ["users:read"], "roles": ["owner"], "user_types": ["customer"]},
    "rate_limits": [
        {"name": "a", "key": "header", "header": "X-Tenant", "rate": 10, "per_s": 60, "burst": 5, "shared": True},
        {"name": "b", "key": "api_key", "header": None, "rate": 1, "per_s": 1, "burst": 1, "shared": False},
    ],
    "max_body": 1024,
    "max_in_flight": 100,
    "validate": {
        "content_types": ["application/json", "image/*"], "json": True,
        "schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}, "max_bytes": 2048,
    },
    "maintenance": {"on": True, "retry_after_s": 5, "message": "Soon", "allow": ["192.0.2.0/24"]},
    "total_ms": 0,
}  # fmt: skip


async def prepared(world: World) -> dict[str, Any]:
    """A site with the upstreams origin and next."""
    site = await make_site(world)
    await make_upstream(world, site)
    await make_upstream(world, site, name="next")
    return site


async def test_all_fields_come_back(world: World) -> None:
    site = await prepared(world)
    made = await make_route(world, site, **FULL)
    assert {name: made[name] for name in FULL} == FULL
    path = f"/v1/sites/{site['id']}/routes/{made['id']}"
    assert (await world.get("anna", path)).json()["data"] == made
    changed = await world.send("anna", "PATCH", path, {"priority": 0, "canary": None, "path_prefix": None, "path": "/api"})
    data = changed.json()["data"]
    same = {**FULL, "priority": 0, "canary": None, "path_prefix": None, "path": "/api"}
    assert ({name: data[name] for name in FULL}, data["version"]) == (same, 2)
    bare = (await world.send("anna", "PUT", path, {"path": "/", "respond": {"status": 204}})).json()["data"]
    assert bare["auth"]["mode"] == "none"
    assert bare["respond"] == {"status": 204, "content_type": None, "body": ""}
    assert not any(bare[name] for name in ("upstream", "cors", "rate_limits", "validate", "methods", "rewrite", "compress"))


UP = {"upstream": "origin"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, ["/path_prefix", "/upstream"]),
        ({"path": "/", "path_prefix": "/", **UP}, ["/path", "/path_prefix"]),
        ({"path": "/", **UP, "respond": {"status": 204}}, ["/respond", "/upstream"]),
        ({"path": "no-slash", **UP}, ["/path"]),
        ({"path_prefix": "/a//b", **UP}, ["/path_prefix"]),
        ({"path_prefix": "/a/../b", **UP}, ["/path_prefix"]),
        ({"path_prefix": "/%61", **UP}, ["/path_prefix"]),
        ({"path_prefix": "/%2f", **UP}, ["/path_prefix"]),
        ({"path_prefix": "/%zz", **UP}, ["/path_prefix"]),
        ({"path_prefix": "/a?b", **UP}, ["/path_prefix"]),
        ({"path_prefix": "/ä", **UP}, ["/path_prefix"]),
        ({"path_prefix": "/x" * 33, **UP}, ["/path_prefix"]),
        ({"path_pattern": "/users/{id}/{id}", **UP}, ["/path_pattern"]),
        ({"path_pattern": "/users/{path}", **UP}, ["/path_pattern"]),
        ({"path_pattern": "/users/x{id}", **UP}, ["/path_pattern"]),
        ({"path_pattern": "/{*rest}/x", **UP}, ["/path_pattern"]),
        ({"path_pattern": "/plain", **UP}, ["/path_pattern"]),
        ({"path_pattern": "/{1}", **UP}, ["/path_pattern"]),
        ({"path": "/", "upstream": "missing"}, ["/upstream"]),
        ({"path": "/", **UP, "canary": {"upstream": "missing", "percent": 101}}, ["/canary/percent"]),
        ({"path": "/", **UP, "canary": {"upstream": "missing"}}, ["/canary/upstream"]),
        ({"path": "/", **UP, "canary": {"upstream": "origin"}}, ["/canary/upstream"]),
        ({"path": "/", **UP, "canary": {"upstream": "next", "header": ["a b", "c"]}}, ["/canary/header"]),
        ({"path": "/", "respond": {"status": 200}, "canary": {"upstream": "next"}, "strip_prefix": True, "rewrite": "/x"},
         ["/canary", "/rewrite", "/rewrite", "/strip_prefix", "/strip_prefix"]),
        ({"path": "/", "respond": {"status": 204, "body": "x", "content_type": "a\nb"}},
         ["/respond/body", "/respond/content_type"]),
        ({"path": "/", "respond": {"status": 199, "body": "x" * 65_537}}, ["/respond/body", "/respond/status"]),
        ({"path": "/", "redirect": {"to": "ftp://x", "status": 300}}, ["/redirect/status"]),
        ({"path": "/", "redirect": {"to": "ftp://x"}}, ["/redirect/to"]),
        ({"path": "/", "redirect": {"to": "//evil.example"}}, ["/redirect/to"]),
        ({"path": "/", "redirect": {"to": "https://{id}.example/"}}, ["/redirect/to"]),
        ({"path_pattern": "/{id}", "redirect": {"to": "https://{id}.example/"}}, ["/redirect/to"]),
        ({"path_pattern": "/{id}", "redirect": {"to": "https://{id}"}}, ["/redirect/to"]),
        ({"path": "/", "redirect": {"to": "https:///x"}}, ["/redirect/to"]),
        ({"path": "/", "redirect": {"to": "https://u@x.example/"}}, ["/redirect/to"]),
        ({"path": "/", "redirect": {"to": "/a{"}}, ["/redirect/to"]),
        ({"path": "/", "redirect": {"to": "/a b"}}, ["/redirect/to"]),
        ({"path": "/", **UP, "rewrite": "/{id}"}, ["/rewrite"]),
        ({"path": "/", **UP, "rewrite": "x"}, ["/rewrite"]),
        ({"path_prefix": "/", **UP, "rewrite": "/x", "strip_prefix": True}, ["/rewrite"]),
        ({"path": "/", **UP, "strip_prefix": True}, ["/strip_prefix"]),
        ({"path": "/", **UP, "methods": []}, ["/methods"]),
        ({"path": "/", **UP, "methods": ["get", "GET", "P T"]}, ["/methods/0", "/methods/2"]),
        ({"path": "/", **UP, "methods": ["GET", "GET"]}, ["/methods"]),
        ({"path": "/", **UP, "request_headers": {"remove": ["a b", "Host", "Connection"], "set": {"X-Auth-Subject": "x"},
                                                "add": {"X_Forwarded_For": "x", "A": "b\nc"}}},
         ["/request_headers/add/A", "/request_headers/add/X_Forwarded_For", "/request_headers/remove/0",
          "/request_headers/remove/1", "/request_headers/remove/2", "/request_headers/set/X-Auth-Subject"]),
        ({"path": "/", **UP, "response_headers": {"set": {"Content-Length": "1", "x/y": "1"}, "add": {"A": "1", "a": "2"}}},
         ["/response_headers/add/a", "/response_headers/set/Content-Length", "/response_headers/set/x~1y"]),
        ({"path": "/", **UP, "response_headers": {"set": {f"X-{n}": "" for n in range(40)},
                                                 "remove": [f"Y-{n}" for n in range(40)]}},
         ["/response_headers"]),
        ({"path": "/", **UP, "cors": {"origins": ["*", "app.example", "https://a.example/x", "null"], "credentials": True}},
         ["/cors/origins/0", "/cors/origins/1", "/cors/origins/2", "/cors/origins/3"]),
        ({"path": "/", **UP, "cors": {"origins": [], "max_age_s": -1}}, ["/cors/max_age_s", "/cors/origins"]),
        ({"path": "/", **UP, "cors": {"origins": ["https://a.example"], "headers": ["*"], "expose": ["a b"],
                                     "credentials": True}},
         ["/cors/expose/0", "/cors/headers"]),
        ({"path": "/", **UP, "auth": {"mode": "none", "scopes": ["a"], "roles": ["b"], "user_types": ["admin"],
                                     "api_keys": "verify"}},
         ["/auth/api_keys", "/auth/roles", "/auth/scopes", "/auth/user_types"]),
        ({"path": "/", **UP, "auth": {"mode": "jwt", "scopes": ["a"]}}, ["/auth/scopes"]),
        ({"path": "/", **UP, "auth": {"mode": "magic", "user_types": ["god"], "api_keys": 1}},
         ["/auth/api_keys", "/auth/mode", "/auth/user_types/0"]),
        ({"path": "/", **UP, "auth": {"mode": "jwt", "api_keys": "verify", "scopes": ['a"b', "c d"]}},
         ["/auth/scopes/0", "/auth/scopes/1"]),
        ({"path": "/", **UP, "rate_limits": [{"name": "a b", "key": "client", "rate": 0, "per_s": 1, "burst": 1},
                                            {"name": "b", "key": "mood", "per_s": 1, "burst": 1}]},
         ["/rate_limits/0/name", "/rate_limits/0/rate", "/rate_limits/1/key", "/rate_limits/1/rate"]),
        ({"path": "/", **UP, "rate_limits": [{"name": "a", "key": "header", "rate": 1, "per_s": 1, "burst": 1},
                                            {"name": "a", "key": "client", "rate": 1, "per_s": 1, "burst": 1, "header": "X"},
                                            {"name": "c", "key": "user", "rate": 1, "per_s": 1, "burst": 1},
                                            {"name": "d", "key": "api_key", "rate": 1, "per_s": 1, "burst": 1}]},
         ["/rate_limits/0/header", "/rate_limits/1/header", "/rate_limits/1/name", "/rate_limits/2/key", "/rate_limits/3/key"]),
        ({"path": "/", **UP, "max_body": 0, "max_in_flight": -1, "total_ms": -1, "priority": 10**9},
         ["/max_body", "/max_in_flight", "/priority", "/total_ms"]),
        ({"path": "/", **UP, "validate": {"content_types": ["json", "a/b; c=d", "*/x"], "schema": {}}},
         ["/validate/content_types/0", "/validate/content_types/1", "/validate/content_types/2"]),
        ({"path": "/", **UP, "validate": {"schema": [], "max_bytes": 10**9, "json": 1}},
         ["/validate/json", "/validate/max_bytes", "/validate/schema"]),
        ({"path": "/", **UP, "validate": {"schema": {"enum": ["x" * 66_000]}}}, ["/validate/schema"]),
        ({"path": "/", **UP, "maintenance": {"allow": ["xyz"]}, "methods": ["A", "A"], "upstream": "missing"},
         ["/maintenance/allow/0", "/methods", "/upstream"]),
    ],
)  # fmt: skip
async def test_what_is_refused(world: World, fields: dict[str, Any], wrong: list[str]) -> None:
    site = await prepared(world)
    answer = await world.send("anna", "POST", f"/v1/sites/{site['id']}/routes", fields)
    assert pointers(answer) == wrong, answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"path": "/a%2Fb", **UP},
        {"path_prefix": "/a.b/.c/", **UP},
        {"path_pattern": "/users/{id}/posts/{*rest}", **UP, "rewrite": "/p/{id}/{rest}"},
        {"path_pattern": "/{User_1}", "redirect": {"to": "https://{host}{path}{query}", "status": 308}},
        {"path_pattern": "/u/{id}", "redirect": {"to": "https://new.example/{id}?from={path}{query}"}},
        {"path": "/", "redirect": {"to": "{path}x"}},
        {"path": "/", "redirect": {"to": "http://new.example:8080{path}"}},
        {"path": "/", "respond": {"status": 599, "body": "x" * 65_536}},
        {"path": "/", **UP, "auth": {"mode": "optional"}, "rate_limits": [
            {"name": "u", "key": "user", "rate": 4_294_967_295, "per_s": 86_400, "burst": 1}]},
        {"path": "/", **UP, "cors": {"origins": ["*"], "headers": ["*"]}},
        {"path": "/", **UP, "validate": {"content_types": ["*/*"]}},
    ],
)  # fmt: skip
async def test_what_is_taken(world: World, fields: dict[str, Any]) -> None:
    site = await prepared(world)
    answer = await world.send("anna", "POST", f"/v1/sites/{site['id']}/routes", fields)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ({"path": "/x"}, {"path": "/x"}, 409),
        ({"path": "/x"}, {"path_prefix": "/x"}, 201),
        ({"path": "/x"}, {"path": "/x", "methods": ["GET"]}, 201),
        ({"path": "/x", "methods": ["GET", "PUT"]}, {"path": "/x", "methods": ["PUT", "GET"]}, 409),
        ({"path": "/x", "methods": ["GET"]}, {"path": "/x", "methods": ["PUT"]}, 201),
        ({"path": "/x", "priority": 1}, {"path": "/x", "priority": 2}, 409),
    ],
)
async def test_two_routes_for_the_same(world: World, first: dict[str, Any], second: dict[str, Any], status: int) -> None:
    site = await prepared(world)
    await make_route(world, site, **first, **UP)
    path = f"/v1/sites/{site['id']}/routes"
    assert (await world.send("anna", "POST", path, {**second, **UP})).status_code == status
    other = await make_route(world, site, path="/other", **UP)
    changed = await world.send("anna", "PATCH", f"{path}/{other['id']}", {"path": None, **second})
    assert changed.status_code == 409, "the place is taken by now in any case"


async def test_lists_and_versions(world: World) -> None:
    site = await prepared(world)
    first = await make_route(world, site, path_prefix="/a", upstream="origin")
    await make_route(world, site, path_prefix="/b", upstream="next", priority=5)
    await make_route(world, site, path_prefix="/c", upstream="origin", canary={"upstream": "next"})
    path = f"/v1/sites/{site['id']}/routes"

    async def listed(query: str) -> list[str]:
        answer = await world.get("anna", f"{path}?{query}")
        assert answer.status_code == 200, answer.text
        return [route["path_prefix"] for route in answer.json()["data"]]

    assert await listed("sort_by=path&sort_order=asc") == ["/a", "/b", "/c"]
    assert (await listed("sort_by=priority"))[0] == "/b"
    assert await listed("upstream=next&sort_by=path") == ["/c", "/b"]
    assert await listed("search=/b") == ["/b"]
    tag = (await world.get("anna", f"{path}/{first['id']}")).headers["etag"]
    await world.send("anna", "PATCH", f"{path}/{first['id']}", {"priority": 1})
    assert (await world.send("anna", "DELETE", f"{path}/{first['id']}", if_match=tag)).status_code == 412
    assert (await world.send("anna", "DELETE", f"{path}/{first['id']}")).status_code == 204
    entries = await world.get("anna", f"/v1/audit-log?subject_id={first['id']}&sort_order=asc")
    assert [entry["action"] for entry in entries.json()["data"]] == ["route.created", "route.updated", "route.deleted"]
