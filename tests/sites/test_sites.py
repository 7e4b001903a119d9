"""/v1/sites: what is taken and refused, versions, lists, the trail that changes leave."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sites.support import make_route, make_site, make_upstream, pointers
from tests.world import World


async def test_a_site_has_defaults_and_all_its_fields(world: World) -> None:
    plain = await make_site(world)
    assert plain["organization_id"] == str(world.organizations["apple"])
    assert {name: plain[name] for name in ("is_active", "https_redirect", "hsts_s", "maintenance", "error_pages")} == {
        "is_active": True, "https_redirect": False, "hsts_s": 0, "maintenance": None, "error_pages": {},
    }  # fmt: skip
    full = {
        "name": "Full",
        "hosts": ["full.example", "*.full.example"],
        "is_active": False,
        "https_redirect": True,
        "hsts_s": 31_536_000,
        "maintenance": {"on": True, "retry_after_s": 60, "message": "Soon", "allow": ["192.0.2.7", "2001:db8::1/32"]},
        "error_pages": {"502": "<p>Gone fishing</p>", "4xx": "<p>No</p>"},
    }
    changed = await world.send("anna", "PUT", f"/v1/sites/{plain['id']}", full)
    data = changed.json()["data"]
    full["maintenance"]["allow"] = ["192.0.2.7/32", "2001:db8::/32"]  # type: ignore[index]
    assert {name: data[name] for name in full} == full
    assert (data["id"], data["version"]) == (plain["id"], 2)
    again = await world.send("anna", "PUT", f"/v1/sites/{plain['id']}", {"name": "Bare", "hosts": ["bare.example"]})
    assert (again.json()["data"]["hsts_s"], again.json()["data"]["maintenance"]) == (0, None), "what is left out is as at first"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": ""}, ["/name"]),
        ({"hosts": []}, ["/hosts"]),
        ({"hosts": ["good.example", "bad_host.example", "-x.example", "good.example"]}, ["/hosts/1", "/hosts/2", "/hosts/3"]),
        ({"hsts_s": -1, "https_redirect": "yes", "extra": 1}, ["/extra", "/hsts_s", "/https_redirect"]),
        ({"maintenance": {"on": True, "allow": ["192.0.2.0/24", "nonsense", "192.0.2.0/33"]}},
         ["/maintenance/allow/1", "/maintenance/allow/2"]),
        ({"maintenance": {"on": "x", "retry_after_s": -1, "more": 1}},
         ["/maintenance/more", "/maintenance/on", "/maintenance/retry_after_s"]),
        ({"error_pages": {"200": "x", "5xx": "x", "6xx": "x", "4/0": "x"}},
         ["/error_pages/200", "/error_pages/4~10", "/error_pages/6xx"]),
        ({"error_pages": {str(status): "x" * 65_000 for status in range(500, 509)}}, ["/error_pages"]),
        ({"hosts": ["localhost"], "error_pages": {"x": ""}}, ["/error_pages/x", "/hosts/0"]),
    ],
)  # fmt: skip
async def test_what_is_refused(world: World, changes: dict[str, Any], wrong: list[str]) -> None:
    body = {"name": "Shop", "hosts": ["shop.example"], **changes}
    assert pointers(await world.send("anna", "POST", "/v1/sites", body)) == wrong
    site = await make_site(world)
    assert pointers(await world.send("anna", "PATCH", f"/v1/sites/{site['id']}", changes)) == wrong


async def test_versions_guard_against_lost_changes(world: World) -> None:
    site = await make_site(world)
    path = f"/v1/sites/{site['id']}"
    tag = (await world.get("anna", path)).headers["etag"]
    assert (await world.send("anna", "PATCH", path, {"hsts_s": 60}, if_match=tag)).status_code == 200
    for method, body in (("PATCH", {"hsts_s": 1}), ("PUT", {"name": "x", "hosts": ["x.example"]}), ("DELETE", None)):
        assert (await world.send("anna", method, path, body, if_match=tag)).status_code == 412
    assert (await world.get("anna", path)).json()["data"]["hsts_s"] == 60


async def test_a_repeated_request_makes_one_site(world: World) -> None:
    body = {"name": "Shop", "hosts": ["shop.example"]}
    answers = [await world.send("anna", "POST", "/v1/sites", body, idempotency_key="one") for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json()["data"] == answers[1].json()["data"]
    assert answers[1].headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("query", "hosts"),
    [
        ("sort_by=name&sort_order=asc", ["a.example", "b.example", "c.example"]),
        ("sort_by=name&sort_order=asc&limit=2&page=2", ["c.example"]),
        ("search=b.exam", ["b.example"]),
        ("search=ite c", ["c.example"]),
        ("search=%25", []),
        ("host=a.example", ["a.example"]),
        ("host=example", []),
        ("is_active=false", ["c.example"]),
    ],
)
async def test_lists(world: World, query: str, hosts: list[str]) -> None:
    for letter in "abc":
        await make_site(world, host=f"{letter}.example", name=f"Site {letter}", is_active=letter != "c")
    await make_site(world, "cleo", "d.example", name="Site d")
    answer = await world.get("anna", f"/v1/sites?{query}")
    assert answer.status_code == 200, answer.text
    assert [site["hosts"][0] for site in answer.json()["data"]] == hosts


async def test_the_trail_of_a_site(world: World) -> None:
    site = await make_site(world)
    path = f"/v1/sites/{site['id']}"
    await world.send("nora", "PATCH", path, {"name": "Changed"})
    await world.get("root", path)
    await world.send("anna", "DELETE", path)
    entries = await world.get("anna", f"/v1/audit-log?subject_type=site&subject_id={site['id']}&sort_order=asc")
    people = {name: str(world.users[name]) for name in ("anna", "nora", "root")}
    assert [(entry["action"], entry["actor_id"]) for entry in entries.json()["data"]] == [
        ("site.created", people["anna"]),
        ("site.updated", people["nora"]),
        ("site.viewed", people["root"]),
        ("site.deleted", people["anna"]),
    ]
    assert (await world.get("anna", path)).status_code == 404


async def test_the_revision_counts_what_gateways_are_told(world: World) -> None:
    """The version is of the site's own fields, the revision of all that hangs on it."""
    site = await make_site(world)
    path = f"/v1/sites/{site['id']}"

    async def now() -> tuple[int, int]:
        data = (await world.get("anna", path)).json()["data"]
        return data["version"], data["revision"]

    seen = [await now()]
    upstream = await make_upstream(world, site)
    seen.append(await now())
    route = await make_route(world, site, path_prefix="/", upstream="origin")
    seen.append(await now())
    await world.send("anna", "PATCH", f"{path}/upstreams/{upstream['id']}", {"targets": [{"address": "9.9.9.10:80"}]})
    seen.append(await now())
    await world.send("anna", "DELETE", f"{path}/routes/{route['id']}")
    seen.append(await now())
    await world.send("anna", "PATCH", path, {"name": "x"})
    seen.append(await now())
    assert [version for version, _ in seen] == [1, 1, 1, 1, 1, 2]
    revisions = [revision for _, revision in seen]
    assert revisions == sorted(set(revisions)), revisions


async def test_nothing_of_a_deleted_site_is_left_to_be_seen(world: World) -> None:
    site = await make_site(world)
    upstream = await make_upstream(world, site)
    route = await make_route(world, site, path_prefix="/", upstream="origin")
    path = f"/v1/sites/{site['id']}"
    assert (await world.send("anna", "DELETE", path)).status_code == 204
    below = ("", "/status", "/upstreams", "/routes", f"/upstreams/{upstream['id']}", f"/routes/{route['id']}")
    assert {(await world.get("anna", path + part)).status_code for part in below} == {404}
    assert (await world.send("anna", "DELETE", f"{path}/routes/{route['id']}")).status_code == 404
    assert (await world.get("anna", "/v1/sites")).json()["pagination"]["total"] == 0
