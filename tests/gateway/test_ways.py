"""Which path and which upstream a request reaches, and how many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.support import Origin, Running, ok, route, site, upstream


@pytest.mark.parametrize(
    ("match", "rewrite", "target", "want"),
    [
        ({"path_prefix": "/api"}, "/v2", "/api/x?y=/api", "/v2/x?y=/api"),
        ({"path_prefix": "/api"}, "/", "/api", "/"),
        ({"path": "/feed"}, "/rss.xml", "/feed?n=1", "/rss.xml?n=1"),
        ({"path_pattern": "/users/{id}/posts"}, "/posts/by/{id}", "/users/a%2Fb/posts", "/posts/by/a%2Fb"),
        ({"path_pattern": "/f/{*rest}"}, "/files/{rest}", "/f/a/b.css", "/files/a/b.css"),
        ({"path_prefix": "/api"}, "/internal", "/api/../api/secret", 400),
        ({"path_pattern": "/f/{*rest}"}, "/files/{rest}", "/f/../f/x", 400),
    ],
)
def test_rewrites(gateway: Running, origin: Origin, match: dict[str, str], rewrite: str, target: str, want: str | int) -> None:
    report = gateway.apply(site(upstream(origin.port), {"id": "r", "upstream": "o", "rewrite": rewrite, **match}))
    assert report["refused"] == []
    response = gateway.get(target)
    assert response.status == (200 if isinstance(want, str) else want)
    assert [h.split(b" ")[1].decode() for h in origin.heads] == ([want] if isinstance(want, str) else [])


def test_exact_before_pattern_before_prefix(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    def named(name: bytes) -> Origin:
        return make_origin(lambda conn, _head, _rest: conn.sendall(ok(name)) is None)

    names = ["prefix", "pattern", "exact", "first"]
    body = site(
        upstream(1),
        {"id": "1", "path_prefix": "/users", "upstream": "prefix"},
        {"id": "2", "path_pattern": "/users/{id}", "upstream": "pattern"},
        {"id": "3", "path": "/users/me", "upstream": "exact"},
        {"id": "4", "path_prefix": "/users/top", "upstream": "first", "priority": 1},
    )
    body["upstreams"] = {name: upstream(named(name.encode()).port) for name in names}
    assert gateway.apply(body)["refused"] == []
    for path, want in (
        ("/users", "prefix"),
        ("/users/7", "pattern"),
        ("/users/me", "exact"),
        ("/users/me/x", "prefix"),
        ("/users/top", "first"),
    ):
        assert gateway.get(path).body.decode() == want, path


def test_a_canary_keeps_its_clients(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    new = make_origin(lambda conn, _head, _rest: conn.sendall(ok(b"new")) is None)
    old = make_origin(lambda conn, _head, _rest: conn.sendall(ok(b"old")) is None)
    canary = {"upstream": "new", "percent": 30, "header": ["X-Canary", "1"]}
    body = site(upstream(old.port), route(canary=canary))
    body["upstreams"]["new"] = upstream(new.port)
    assert gateway.apply(body, trusted_proxies=["127.0.0.0/8"])["refused"] == []

    def side(client: int, *headers: str) -> bytes:
        return gateway.get("/", f"X-Forwarded-For: 192.0.2.{client}", *headers).body

    first = [side(client) for client in range(60)]
    assert 5 < first.count(b"new") < 35
    assert [side(client) for client in range(60)] == first
    assert {side(client, "X-Canary: 1") for client in range(10)} == {b"new"}
    assert {side(client, "X-Canary: 2") for client in range(60)} == {b"new", b"old"}


@pytest.mark.parametrize(
    ("defaults", "more", "status"),
    [
        ({"max_in_flight": 1}, {}, 503),
        ({"max_in_flight_per_client": 1}, {}, 429),
        ({}, {"max_in_flight": 1}, 503),
    ],
)
def test_one_at_once(
    gateway: Running, make_origin: Callable[..., Origin], defaults: dict[str, int], more: dict[str, Any], status: int
) -> None:
    arrived, release = threading.Event(), threading.Event()

    def slow(conn: Any, head: bytes, _rest: bytes) -> bool:
        if b"/slow" in head:
            arrived.set()
            release.wait(10)
        conn.sendall(ok(b"done"))
        return True

    origin = make_origin(slow)
    gateway.apply(site(upstream(origin.port), route(**more)), defaults=defaults)
    with gateway.client() as client:
        client.send(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        assert arrived.wait(10)
        refused = gateway.get("/")
        assert (refused.status, refused.get("retry-after")) == (status, "1")
        release.set()
        assert client.read().body == b"done"
        # The place is free before the next request of the same connection is read.
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.read().status == 200
