"""/v1/security: policies, exclusions, custom rules, simple rules and lists; what is wrong with them is said field by field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.security.support import ALL, make, post
from tests.sites.support import make_route, make_site, make_upstream, pointers
from tests.world import World

NIL = "00000000-0000-0000-0000-000000000000"
MATCH: dict[str, Any] = {"name": "r", "conditions": {"paths": ["/a"]}, "action": "block"}
QUOTA = {"rate": 1, "per_s": 1, "burst": 1}
WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    ("policies", {"mode": "on"}, ["/mode"]),
    ("policies", {"paranoia": 5, "inbound_threshold": 0}, ["/inbound_threshold", "/paranoia"]),
    ("policies", {"rule_set": "newest"}, ["/rule_set"]),
    ("policies", {"route_id": NIL}, ["/site_id"]),
    ("exclusions", {}, ["/rule_from"]),
    ("exclusions", {"rule_from": 1, "tag": "x"}, ["/rule_from"]),
    ("exclusions", {"rule_from": 9, "rule_to": 8}, ["/rule_to"]),
    ("exclusions", {"tag": "x", "rule_to": 8}, ["/rule_to"]),
    ("exclusions", {"rule_from": 9, "target": "args:q"}, ["/target"]),
    ("exclusions", {"rule_from": 9, "target": 'ARGS:q",deny', "path_prefix": "/a//b"}, ["/path_prefix"]),
    ("exclusions", {"rule_from": 9, "target": "ARGS:a b"}, ["/target"]),
    ("exclusions", {"tag": "two\nlines"}, ["/tag"]),
    ("exclusions", {"rule_from": 9, "expires_at": "2099-01-01T00:00:00"}, ["/expires_at"]),
    ("rules", {"name": "", "text": ""}, ["/name", "/text"]),
    ("rules", {"name": "x", "text": "Allow all"}, ["/text"]),
    ("rules", {"name": "x", "text": "SecAuditLog /etc/passwd"}, ["/text"]),
    ("rules", {"name": "x", "text": 'SecRule ARGS "@pmFromFile /etc/passwd" "id:1,deny"'}, ["/text"]),
    ("rules", {"name": "x", "text": 'SecRule ARGS "@rx a" "id:1,exec:/bin/sh"'}, ["/text"]),
    ("rules", {"name": "x", "text": 'SecRule ARGS "@rx a" \\'}, ["/text"]),
    ("match-rules", {**MATCH, "conditions": {}}, ["/conditions"]),
    ("match-rules", {**MATCH, "conditions": {"paths": ["a", "/a*b", "/a//b"]}}, [f"/conditions/paths/{n}" for n in range(3)]),
    ("match-rules", {**MATCH, "conditions": {"countries": ["Germany"]}}, ["/conditions/countries/0"]),
    ("match-rules", {**MATCH, "conditions": {"networks": ["nowhere"]}}, ["/conditions/networks/0"]),
    ("match-rules", {**MATCH, "conditions": {"headers": [{"name": "a b", "value": "x"}]}}, ["/conditions/headers/0/name"]),
    ("match-rules", {**MATCH, "conditions": {"headers": [{"name": "A"}]}}, ["/conditions/headers/0/value"]),
    ("match-rules", {**MATCH, "conditions": {"headers": [{"name": "A", "how": "absent", "value": "x"}]}},
     ["/conditions/headers/0/value"]),
    ("match-rules", {**MATCH, "action": "limit"}, ["/quota"]),
    ("match-rules", {**MATCH, "quota": QUOTA}, ["/quota"]),
    ("access", {"action": "deny"}, ["/network"]),
    ("access", {"action": "deny", "asn": 1, "country": "DE"}, ["/network"]),
    ("access", {"action": "deny", "network": "10.0.0"}, ["/network"]),
    ("access", {"action": "maybe", "country": "DE"}, ["/action"]),
    ("bans", {"network": "1.0.0.0/7", "reason": "x"}, ["/network"]),
    ("bans", {"network": "2000::/15", "reason": "x"}, ["/network"]),
    ("bans", {"network": "192.0.2.1", "reason": "x", "until": "2020-01-01T00:00:00Z"}, ["/until"]),
    ("bans", {"network": "192.0.2.1", "reason": "x", "until": "2099-01-01T00:00:00Z", "seconds": 5}, ["/seconds"]),
    ("bans", {"network": "192.0.2.1", "reason": ""}, ["/reason"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body", "expected"), WRONG, ids=[f"{what} {n}" for n, (what, _, _) in enumerate(WRONG)])
async def test_what_is_wrong_is_said(world: World, what: str, body: dict[str, Any], expected: list[str]) -> None:
    assert pointers(await post(world, what, body)) == expected


FULL: list[tuple[str, dict[str, Any]]] = [
    ("policies", {"mode": "block", "paranoia": 2, "inbound_threshold": 7, "outbound_threshold": 3, "rule_set": "4.28.0",
                  "response_bodies": True}),
    ("exclusions", {"rule_from": 942100, "rule_to": 942999, "target": "ARGS:q", "path_prefix": "/search", "note": "prose",
                    "expires_at": "2099-01-01T00:00:00Z"}),
    ("rules", {"name": "own", "position": 3, "text": '# why\nSecRule ARGS:x "@rx a" \\\n  "id:1,phase:2,deny"',
               "is_active": False}),
    ("match-rules", {"name": "own", "position": 1, "action": "limit", "quota": QUOTA, "note": "slow", "is_active": False,
                     "expires_at": "2099-01-01T00:00:00Z",
                     "conditions": {"paths": ["/a", "/b*"], "methods": ["POST"], "countries": ["DE"], "asns": [64500],
                                    "networks": ["192.0.2.0/24"],
                                    "headers": [{"name": "User-Agent", "how": "contains", "value": "curl"}]}}),
    ("access", {"action": "allow", "network": "192.0.2.0/24", "note": "office", "expires_at": "2099-01-01T00:00:00Z"}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body"), FULL, ids=[what for what, _ in FULL])
async def test_a_row_from_its_making_to_its_end(world: World, what: str, body: dict[str, Any]) -> None:
    made = await make(world, what, body)
    one = f"{ALL}/{what}/{made['id']}"
    assert {name: made[name] for name in body} == body
    assert (await world.get("anna", one)).json()["data"] == made
    again = await world.send("anna", "PUT", one, body, If_Match='"1"')
    assert (again.status_code, again.json()["data"]["version"]) == (200, 2)
    assert (await world.send("anna", "PUT", one, body, If_Match='"1"')).status_code == 412
    moved = {**body, "site_id": (await make_site(world))["id"]}
    assert pointers(await world.send("anna", "PUT", one, moved)) == ["/site_id"]
    assert (await world.send("anna", "DELETE", one)).status_code == 204
    assert (await world.get("anna", one)).status_code == 404
    subject = {"policies": "security_policy", "exclusions": "waf_exclusion", "rules": "waf_rules", "match-rules": "match_rule",
               "access": "access_entry"}[what]  # fmt: skip
    entries = (await world.get("anna", f"/v1/audit-log?subject_id={made['id']}&sort_order=asc")).json()["data"]
    assert [entry["action"] for entry in entries] == [f"{subject}.{verb}" for verb in ("created", "updated", "deleted")]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("policies", {"mode": "off"}),
        ("rules", {"name": "own", "text": 'SecMarker "x"'}),
        ("match-rules", MATCH),
        ("access", {"action": "deny", "country": "DE"}),
    ],
)
async def test_twice_in_one_place_is_a_conflict(world: World, what: str, body: dict[str, Any]) -> None:
    site = await make_site(world)
    await make(world, what, body)
    await make(world, what, {**body, "site_id": site["id"]})
    assert (await post(world, what, body)).status_code == 409
    assert (await post(world, what, {**body, "site_id": site["id"]})).status_code == 409


@pytest.mark.parametrize("what", ["policies", "exclusions", "rules", "match-rules", "access"])
async def test_a_site_out_of_reach_is_not_there(world: World, what: str) -> None:
    site = await make_site(world, "cleo")
    body = dict(next(body for name, body in FULL if name == what), site_id=site["id"])
    assert (await post(world, what, body)).status_code == 404


async def test_what_is_in_force_is_inherited_field_by_field(world: World) -> None:
    site = await make_site(world)
    await make_upstream(world, site)
    route = await make_route(world, site, path_prefix="/api", upstream="origin")
    await make_route(world, site, path_prefix="/", upstream="origin")
    url = f"/v1/sites/{site['id']}/security"

    async def found() -> dict[str | None, tuple[Any, ...]]:
        rows = (await world.get("anna", url)).json()["data"]
        names = ("mode", "paranoia", "inbound_threshold", "outbound_threshold", "rule_set", "response_bodies")
        return {row["route_id"]: tuple(row[name] for name in names) for row in rows}

    assert set((await found()).values()) == {("off", 1, 5, 4, "3.3.4", False)}
    await make(world, "policies", {"mode": "detect", "paranoia": 2, "inbound_threshold": 9}, "root")
    await make(world, "policies", {"mode": "block", "rule_set": "4.28"}, "nora")
    await make(world, "policies", {"outbound_threshold": 8})
    await make(world, "policies", {"paranoia": 4, "response_bodies": True, "site_id": site["id"]})
    await make(world, "policies", {"mode": "off", "site_id": site["id"], "route_id": route["id"]})
    await make(world, "policies", {"mode": "off"}, "cleo")
    now = await found()
    assert now.pop(route["id"]) == ("off", 4, 9, 8, "4.28", True)
    assert set(now.values()) == {("block", 4, 9, 8, "4.28", True)}


async def test_a_policy_names_a_route_of_its_site(world: World) -> None:
    site, other = await make_site(world), await make_site(world, "anna", "other.example")
    await make_upstream(world, other)
    route = await make_route(world, other, path_prefix="/", upstream="origin")
    wrong = {"mode": "off", "site_id": site["id"], "route_id": route["id"]}
    assert pointers(await post(world, "policies", wrong)) == ["/route_id"]


async def test_exclusions_are_found_by_rule_and_by_words(world: World) -> None:
    one = await make(world, "exclusions", {"rule_from": 942000, "rule_to": 942999, "note": "search form"})
    two = await make(world, "exclusions", {"rule_from": 941100})
    for query, expected in (("rule_id=942100", [one]), ("rule_id=941100", [two]), ("search=FORM", [one]), ("rule_id=1", [])):
        rows = (await world.get("anna", f"{ALL}/exclusions?{query}")).json()["data"]
        assert [row["id"] for row in rows] == [row["id"] for row in expected], query
