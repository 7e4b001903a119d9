"""Host, path, method and headers: what reaches the origin, and what does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gateway.support import Origin, Running, ok, route, site, upstream


@pytest.mark.parametrize(
    ("host", "path", "want"),
    [
        ("shop.example", "/", "web"),
        ("SHOP.example:80", "/apis", "web"),
        ("shop.example", "/api", "api"),
        ("shop.example", "/api/x?y=1", "api"),
        ("shop.example", "/%61pi/x", 400),
        ("shop.example", "/x/../api/x", 400),
        ("shop.example", "//api/x", 400),
        ("a.b.wild.example", "/", "wild"),
        ("wild.example", "/", 404),
        ("other.example", "/", 404),
        ("only.example", "/nothing", 404),
    ],
)
def test_routes(gateway: Running, make_origin: Callable[..., Origin], host: str, path: str, want: str | int) -> None:
    def named(name: bytes) -> Origin:
        return make_origin(lambda conn, _head, _rest: conn.sendall(ok(name)) is None)

    web, api, wild = named(b"web"), named(b"api"), named(b"wild")
    shop = site(upstream(web.port), route("/"), route("/api", upstream="api"), hosts=["shop.example"])
    shop["upstreams"]["api"] = upstream(api.port)
    report = gateway.apply(
        shop,
        site(upstream(wild.port), hosts=["*.wild.example"], name="s2"),
        site(upstream(wild.port), route("/only"), hosts=["only.example"], name="s3"),
    )
    assert report["refused"] == []
    response = gateway.get(path, host=host)
    assert (response.body.decode() if response.status == 200 else response.status) == want


def test_method_strip_prefix_and_errors_by_accept(gateway: Running, origin: Origin) -> None:
    gateway.apply(
        site(upstream(origin.port), route("/in", strip_prefix=True, methods=["GET"])), response_headers={"X-Version": "0.1.0"}
    )
    assert gateway.get("/in/a//b?c=%2F").get("x-version") == "0.1.0"
    assert gateway.get("/in").status == 200
    assert [h.split(b"\r\n")[0] for h in origin.heads] == [b"GET /a//b?c=%2F HTTP/1.1", b"GET / HTTP/1.1"]
    refused = gateway.get("/in", method="DELETE")
    assert (refused.status, refused.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert refused.json()["request_id"] == refused.get("x-request-id")
    problem = gateway.get("/none", "Accept: application/problem+json")
    assert problem.get("content-type") == "application/problem+json"
    assert problem.json()["status"] == 404
    assert (gateway.get("/none", "Accept: text/html,*/*").get("content-type") or "").startswith("text/html")
    assert gateway.get("/none", method="HEAD").body == b""


def test_request_headers(gateway: Running, origin: Origin) -> None:
    gateway.apply(site(upstream(origin.port)), trusted_proxies=[])
    gateway.get(
        "/",
        "Connection: close, X-Drop",
        "X-Drop: 1",
        "X-Keep: 1",
        "X-Forwarded-For: 6.6.6.6",
        "Forwarded: for=6.6.6.6",
        "X-Real-IP: 6.6.6.6",
        "X-Auth-Subject: root",
        "x_auth_roles: root",
        "TE: trailers",
        "Keep-Alive: 5",
        "X-Request-Id: abcdefgh-1",
        "X-Forwarded-Proto: https",
    )
    head = origin.heads[0].lower()
    for gone in (b"x-drop", b"6.6.6.6", b"root", b"te:", b"keep-alive", b"https"):
        assert gone not in head, gone
    for there in (
        b"x-keep: 1",
        b"x-forwarded-for: 127.0.0.1",
        b"x-request-id: abcdefgh-1",
        b"x-forwarded-host: shop.example",
        b"host: shop.example",
    ):
        assert there in head, there
    gateway.get("/", "X-Request-Id: bad id")
    assert b"bad id" not in origin.heads[1]


def test_trusted_proxies_are_believed(gateway: Running, origin: Origin) -> None:
    gateway.apply(site(upstream(origin.port)), trusted_proxies=["127.0.0.0/8"])
    gateway.get("/", "X-Forwarded-For: 6.6.6.6, 9.9.9.9", "X-Forwarded-Proto: https")
    assert b"X-Forwarded-For: 6.6.6.6, 9.9.9.9, 127.0.0.1" in origin.heads[0]
    assert b"X-Forwarded-Proto: https" in origin.heads[0]


def test_response_headers(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    reply = b"HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nConnection: X-Hop\r\n"
    reply += b"X-Hop: 1\r\nKeep-Alive: 5\r\nX-End: 1\r\nX-Request-Id: theirs\r\n\r\nok"
    origin = make_origin(lambda conn, _head, _rest: conn.sendall(reply) is None)
    gateway.apply(site(upstream(origin.port)))
    response = gateway.get("/")
    assert (response.body, response.get("x-end"), response.get("x-hop"), response.get("keep-alive")) == (b"ok", "1", None, None)
    assert [v for n, v in response.headers if n.lower() == "x-request-id"] != ["theirs"]
    assert response.get("date")
