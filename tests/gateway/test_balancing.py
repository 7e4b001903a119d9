"""Which target a request goes to."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.support import Origin, Running, ok, site, until, upstream


def named(make_origin: Callable[..., Origin], *names: str) -> list[Origin]:
    """Origins that answer with their names."""
    return [make_origin(lambda conn, _h, _r, name=name: conn.sendall(ok(name.encode())) is None) for name in names]


def targets(origins: list[Origin], weights: list[int] | None = None) -> dict[str, Any]:
    pairs = zip(origins, weights or [1] * len(origins), strict=True)
    return {"targets": [{"address": f"127.0.0.1:{o.port}", "weight": w} for o, w in pairs]}


def configure(gateway: Running, **changes: Any) -> None:
    assert gateway.apply(site(upstream() | changes))["refused"] == []


@pytest.mark.parametrize(
    ("weights", "want"), [([1, 1], [20, 20]), ([3, 1], [30, 10]), ([1000, 1000], [20, 20]), ([5, 2, 1], [25, 10, 5])]
)
def test_weights(gateway: Running, make_origin: Callable[..., Origin], weights: list[int], want: list[int]) -> None:
    origins = named(make_origin, *"abc"[: len(weights)])
    configure(gateway, **targets(origins, weights))
    assert {gateway.get("/").status for _ in range(40)} == {200}
    assert [len(o.heads) for o in origins] == want


def test_least_request_spares_the_busy_one(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    release = threading.Event()

    def handler(conn: Any, head: bytes, _rest: bytes) -> bool:
        if head.startswith(b"GET /hold"):
            release.wait(10)
        conn.sendall(ok())
        return True

    origins = [make_origin(handler) for _ in range(2)]
    configure(gateway, policy="least_request", **targets(origins))
    with gateway.client() as client:
        client.send(b"GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: any(o.heads for o in origins))
        busy, idle = sorted(origins, key=lambda o: -len(o.heads))
        assert {gateway.get("/").status for _ in range(20)} == {200}
        assert (len(busy.heads), len(idle.heads)) == (1, 20)
        release.set()
        assert client.read().status == 200
    # Both idle again, both are taken.
    assert {gateway.get("/").status for _ in range(40)} == {200}
    assert len(busy.heads) > 1


KEYS = [f"user-{n}" for n in range(40)]


@pytest.mark.parametrize(
    ("hash_key", "field"),
    [
        ({"kind": "header", "name": "X-User"}, "x-user: {}"),
        ({"kind": "cookie", "name": "sid"}, "Cookie: a=b; sid={}; c=d"),
        ({"kind": "client"}, "X-Forwarded-For: {}"),
    ],
)
def test_consistent_hash(gateway: Running, make_origin: Callable[..., Origin], hash_key: dict[str, str], field: str) -> None:
    origins = named(make_origin, *"abc")
    keys = [f"198.51.100.{n}" for n in range(40)] if hash_key["kind"] == "client" else KEYS

    def places(of: list[Origin]) -> dict[str, bytes]:
        changes = {"policy": "consistent_hash", "hash_key": hash_key, **targets(of)}
        assert gateway.apply(site(upstream() | changes), trusted_proxies=["127.0.0.0/8"])["refused"] == []
        return {key: gateway.get("/", field.format(key)).body for key in keys}

    before = places(origins)
    assert places(origins) == before
    assert min(Counter(before.values()).values()) >= 4
    after = places(origins[:2])
    assert {k: after[k] for k, place in before.items() if place != b"c"} == {k: p for k, p in before.items() if p != b"c"}
    assert b"c" not in after.values()


def test_who_has_no_key_goes_by_address(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    origins = named(make_origin, *"abc")
    configure(gateway, policy="consistent_hash", hash_key={"kind": "header", "name": "X-User"}, **targets(origins))
    assert len({gateway.get("/").body for _ in range(10)}) == 1


def test_a_name_is_looked_up(gateway: Running, origin: Origin) -> None:
    configure(gateway, targets=[{"address": f"localhost:{origin.port}", "weight": 1}])
    assert {gateway.get("/").status for _ in range(10)} == {200}
    (state,) = json.loads(gateway.native.status())["upstreams"]
    assert f"127.0.0.1:{origin.port}" in {e["address"] for e in state["state"]["endpoints"]}
    assert {e["target"] for e in state["state"]["endpoints"]} == {f"localhost:{origin.port}"}


def test_a_name_that_nobody_knows(gateway: Running) -> None:
    configure(gateway, targets=[{"address": "nowhere.invalid:80", "weight": 1}])
    response = gateway.get("/")
    assert (response.status, response.get("retry-after")) == (503, "1")
    (state,) = json.loads(gateway.native.status())["upstreams"]
    assert state["state"]["unresolved"] == ["nowhere.invalid:80"]
