"""/v1/sites/{id}/upstreams: targets for whom, what is refused, and what routes have to say about it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from control.automation.webhooks.destinations import Address
from control.core.settings import Settings
from control.sites.bodies.upstream import Target
from control.sites.checks import targets
from control.sites.checks.hosts import HostError
from tests.sites.support import PUBLIC, make_route, make_site, make_upstream, pointers
from tests.world import World

FULL: dict[str, Any] = {
    "name": "full",
    "policy": "consistent_hash",
    "hash_key": {"kind": "cookie", "name": "sid"},
    "targets": [{"address": "9.9.9.9:80", "weight": 3}, {"address": "[2606:4700::1111]:8080", "weight": 1}],
    "protocol": "h2",
    "tls": {"verify": False, "server_name": "inner.example", "ca_pem": None},
    "connect_ms": 1,
    "first_byte_ms": 2,
    "between_bytes_ms": 3,
    "total_ms": 4,
    "health": {
        "kind": "tcp", "path": "/up?x=1", "host": "check.example:8080", "status": [200, 299], "contains": "ok",
        "interval_ms": 1000, "timeout_ms": 100, "unhealthy_after": 1, "healthy_after": 5,
    },
    "outlier": {"consecutive": 5, "gateway_errors": True, "base_ms": 100, "max_ms": 200, "panic_percent": 10},
    "retry": {"attempts": 2, "gateway_errors": True, "budget_percent": 5, "min_per_s": 1},
    "breaker": {"max_in_flight": 1, "max_in_flight_per_target": 2, "error_percent": 3, "open_ms": 4},
}  # fmt: skip


async def test_all_fields_come_back(world: World) -> None:
    site = await make_site(world)
    made = await make_upstream(world, site, **FULL)
    assert {name: made[name] for name in FULL} == FULL
    path = f"/v1/sites/{site['id']}/upstreams/{made['id']}"
    assert (await world.get("anna", path)).json()["data"] == made
    bare = (await world.send("anna", "PUT", path, {"name": "bare", "targets": [{"address": PUBLIC}]})).json()["data"]
    assert (bare["policy"], bare["hash_key"], bare["tls"], bare["health"]) == ("round_robin", {"kind": "client"}, None, None)
    assert (bare["outlier"]["consecutive"], bare["connect_ms"], bare["version"]) == (2, 2000, 2)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": "Big"}, ["/name"]),
        ({"targets": []}, ["/targets"]),
        ({"targets": [{"address": PUBLIC}, {"address": PUBLIC}]}, ["/targets/1/address"]),
        ({"targets": [{"address": "xyz"}, {"address": "h:0"}, {"address": "a b:80"}, {"weight": 2}]}, ["/targets/3/address"]),
        ({"targets": [{"address": "xyz"}, {"address": "h:0"}, {"address": "a b:80"}, {"address": "9.9.9:80"}]},
         ["/targets/0/address", "/targets/1/address", "/targets/2/address", "/targets/3/address"]),
        ({"targets": [{"address": PUBLIC, "weight": 0}, {"address": PUBLIC, "weight": 1001}]},
         ["/targets/0/weight", "/targets/1/weight"]),
        ({"policy": "random", "protocol": "h3", "connect_ms": 0}, ["/connect_ms", "/policy", "/protocol"]),
        ({"hash_key": {"kind": "header"}}, ["/hash_key/name"]),
        ({"hash_key": {"kind": "client", "name": "x"}}, ["/hash_key/name"]),
        ({"hash_key": {"kind": "cookie", "name": "a b"}, "outlier": {"base_ms": 500, "max_ms": 100}},
         ["/hash_key/name", "/outlier/max_ms"]),
        ({"tls": {"server_name": "UPPER.example", "ca_pem": "nonsense"}}, ["/tls/ca_pem", "/tls/server_name"]),
        ({"health": {"path": "no-slash", "status": [300, 200], "host": "a/b"}},
         ["/health/host", "/health/path", "/health/status"]),
        ({"health": {"interval_ms": 1, "status": [100, 700], "contains": ""}},
         ["/health/contains", "/health/interval_ms", "/health/status/0"]),
        ({"retry": {"attempts": 99}, "breaker": {"error_percent": 101, "x": 1}},
         ["/breaker/error_percent", "/breaker/x", "/retry/attempts"]),
    ],
)  # fmt: skip
async def test_what_is_refused(world: World, changes: dict[str, Any], wrong: list[str]) -> None:
    site = await make_site(world)
    path = f"/v1/sites/{site['id']}/upstreams"
    body = {"name": "origin", "targets": [{"address": PUBLIC}], **changes}
    assert pointers(await world.send("anna", "POST", path, body)) == wrong
    upstream = await make_upstream(world, site)
    assert pointers(await world.send("anna", "PATCH", f"{path}/{upstream['id']}", changes)) == wrong


INNER = [
    "127.0.0.1:80", "10.1.2.3:80", "192.168.0.1:80", "172.16.0.1:80", "169.254.169.254:80", "100.64.0.1:80", "0.0.0.0:80",
    "224.0.0.1:80", "255.255.255.255:80", "168.63.129.16:80", "192.0.2.1:80", "[::1]:80", "[fe80::1]:80", "[fd00::1]:80",
    "[::ffff:127.0.0.1]:80", "[64:ff9b::7f00:1]:80", "[2002:7f00:1::]:80", "localhost:80", "redis.internal:6379", "a.local:80",
    "unix:/run/postgresql/.s.PGSQL.5432",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
async def test_the_platforms_network_is_not_the_customers(world: World, address: str) -> None:
    site = await make_site(world)
    path = f"/v1/sites/{site['id']}/upstreams"
    body = {"name": "inner", "targets": [{"address": PUBLIC}, {"address": address}]}
    for who in ("anna", "nora"):
        assert pointers(await world.send(who, "POST", path, body)) == ["/targets/1/address"]
    assert (await world.send("root", "POST", path, body)).status_code == 201


async def test_a_customer_keeps_what_staff_put_there_and_adds_nothing_like_it(world: World) -> None:
    site = await make_site(world)
    placed = await make_upstream(world, site, "root", targets=[{"address": "10.0.0.1:80"}, {"address": "unix:/run/app.sock"}])
    path = f"/v1/sites/{site['id']}/upstreams/{placed['id']}"
    kept = [{"address": "10.0.0.1:80", "weight": 9}, {"address": "unix:/run/app.sock", "weight": 1}]
    assert (await world.send("anna", "PATCH", path, {"targets": kept, "connect_ms": 9})).status_code == 200
    assert pointers(await world.send("anna", "PATCH", path, {"targets": [*kept, {"address": "10.0.0.2:80"}]})) == [
        "/targets/2/address"
    ]
    assert (await world.send("anna", "PATCH", path, {"targets": kept[:1]})).status_code == 200
    assert pointers(await world.send("anna", "PATCH", path, {"targets": kept})) == ["/targets/1/address"]


@pytest.mark.parametrize(
    ("host", "answers", "fine"),
    [
        ("good.example", ["9.9.9.9", "2606:4700::1111"], True),
        ("mixed.example", ["9.9.9.9", "10.0.0.1"], False),
        ("rebound.example", ["127.0.0.1"], False),
        ("new.example", [], True),  # nothing yet: the gateway will look again
        ("db.example", ["9.9.9.1"], False),  # the database's own name
        ("alias.example", ["9.9.9.1"], False),  # another name of its address
    ],
)
async def test_names_are_looked_up(monkeypatch: pytest.MonkeyPatch, host: str, answers: list[str], fine: bool) -> None:
    async def look_up(asked: str, _port: int) -> list[Address]:
        found = {"db.example": ["9.9.9.1"], host: answers}.get(asked, [])
        if not found:
            raise OSError
        return [ip_address(text) for text in found]

    monkeypatch.setattr(targets, "look_up", look_up)
    settings = Settings(database_url="postgresql://u:p@db.example/hcc", public_url="https://panel.example")
    errors = await targets.check([Target(f"{host}:80")], settings, staff=False, known=frozenset())
    assert [error.pointer for error in errors] == ([] if fine else ["/targets/0/address"])
    assert await targets.check([Target(f"{host}:80")], settings, staff=True, known=frozenset()) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("App.Example:80", "app.example:80"),
        ("bücher.example:80", "xn--bcher-kva.example:80"),
        ("9.9.9.9:65535", "9.9.9.9:65535"),
        ("[2606:4700::0001]:80", "[2606:4700::1]:80"),
        ("app.example", None),
        ("app.example:", None),
        ("app.example:65536", None),
        ("app.example:+80", None),
        ("2606:4700::1:80", None),
        ("[app.example]:80", None),
        ("http://app.example:80", None),
        ("unix:run/x.sock", None),
    ],
)
def test_the_form_of_addresses(text: str, found: str | None) -> None:
    try:
        assert targets.normal(text, staff=False) == found
    except HostError:
        assert found is None


async def test_an_upstream_in_use_is_not_deleted(world: World) -> None:
    site = await make_site(world)
    plain, canary = await make_upstream(world, site), await make_upstream(world, site, name="next")
    first = await make_route(world, site, path_prefix="/", upstream="origin", canary={"upstream": "next", "percent": 5})
    second = await make_route(world, site, path="/x", methods=["POST", "GET"], upstream="origin")
    path = f"/v1/sites/{site['id']}/upstreams"
    refused = await world.send("anna", "DELETE", f"{path}/{plain['id']}")
    assert refused.status_code == 409
    assert "* /, GET POST /x" in refused.json()["error"]["message"]
    assert refused.json()["error"]["details"]["routes"] == [first["id"], second["id"]]
    by_canary = await world.send("anna", "DELETE", f"{path}/{canary['id']}")
    assert by_canary.json()["error"]["details"]["routes"] == [first["id"]]
    await world.send("anna", "PATCH", f"/v1/sites/{site['id']}/routes/{first['id']}", {"canary": None})
    assert (await world.send("anna", "DELETE", f"{path}/{canary['id']}")).status_code == 204


async def test_routes_follow_a_new_name(world: World) -> None:
    site = await make_site(world)
    upstream = await make_upstream(world, site)
    await make_upstream(world, site, name="next")
    route = await make_route(world, site, path_prefix="/", upstream="origin", canary={"upstream": "next"})
    path = f"/v1/sites/{site['id']}"
    assert (await world.send("anna", "PATCH", f"{path}/upstreams/{upstream['id']}", {"name": "next"})).status_code == 409
    assert (await world.send("anna", "PATCH", f"{path}/upstreams/{upstream['id']}", {"name": "first"})).status_code == 200
    assert (await world.get("anna", f"{path}/routes/{route['id']}")).json()["data"]["upstream"] == "first"


async def test_upstreams_of_another_site_are_not_reached_through_ones_own(world: World) -> None:
    mine, theirs = await make_site(world), await make_site(world, "bert", "other.example")
    foreign = await make_upstream(world, theirs, "bert")
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        answer = await world.send("anna", method, f"/v1/sites/{mine['id']}/upstreams/{foreign['id']}", body)
        assert answer.status_code == 404
    answer = await world.send("anna", "POST", f"/v1/sites/{mine['id']}/routes", {"path": "/", "upstream": "origin"})
    assert pointers(answer) == ["/upstream"]
