"""Answers that the gateway makes itself: redirects, fixed answers, maintenance, pages, preflights."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.gateway.support import Origin, Running, route, site, upstream


def own(path: str = "/", **more: Any) -> dict[str, Any]:
    return {"id": f"own {path}", "path_prefix": path, **more}


def configure(gateway: Running, origin: Origin, *routes: dict[str, Any], platform: Any = None, **more: Any) -> None:
    report = gateway.apply({**site(upstream(origin.port), *routes), **more}, **(platform or {}))
    assert report["refused"] == []


@pytest.mark.parametrize(
    ("to", "path", "location"),
    [
        ("https://new.example{path}{query}", "/a/b?c=d", "https://new.example/a/b?c=d"),
        ("https://www.{host}{path}", "/a", "https://www.shop.example/a"),
        ("{path}", "/a%2F%0d", None),
        ("/new/{rest}", "//evil.example", "/new/evil.example"),
        ("{path}", "//evil.example", "/evil.example"),
    ],
)
def test_redirects(gateway: Running, origin: Origin, to: str, path: str, location: str | None) -> None:
    target = {"to": to, "status": 301}
    configure(gateway, origin, {"id": "r", "path_pattern": "/{*rest}", "redirect": target})
    response = gateway.get(path)
    assert (response.status, response.get("location")) == ((301, location) if location else (400, None))
    assert (response.body == b"") is (location is not None)
    assert not origin.heads


def test_a_redirect_keeps_the_connection(gateway: Running, origin: Origin) -> None:
    configure(gateway, origin, own("/old", redirect={"to": "/new", "status": 308}), route("/new"))
    with gateway.client() as client:
        for path, status in (("/old", 308), ("/new", 200), ("/old", 308)):
            client.send(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            assert client.read().status == status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_fixed_answer_has_the_rules_of_its_route(gateway: Running, origin: Origin, method: str) -> None:
    configure(
        gateway,
        origin,
        own(
            "/robots.txt",
            respond={"status": 200, "body": "User-agent: *\n", "content_type": "text/plain"},
            response_headers={"set": {"Cache-Control": "max-age=60", "X-Version": "theirs"}, "add": {"Link": "</a>"}},
            security_headers=True,
            rate_limits=[{"name": "each", "key": "client", "rate": 10, "per_s": 60, "burst": 10}],
        ),
        platform={"response_headers": {"X-Version": "0.1.0", "X-API-Gateway": "hcc"}},
    )
    response = gateway.get("/robots.txt", method=method)
    assert (response.status, response.body) == (200, b"User-agent: *\n" if method == "GET" else b"")
    assert [response.get(n) for n in ("content-length", "content-type", "cache-control", "link")] == [
        "14",
        "text/plain",
        "max-age=60",
        "</a>",
    ]
    assert [v for n, v in response.headers if n == "X-Version"] == ["0.1.0"]
    assert response.get("x-api-gateway") == "hcc"
    assert [response.get(n) for n in ("x-frame-options", "referrer-policy", "x-content-type-options", "x-xss-protection")] == [
        "SAMEORIGIN",
        "strict-origin-when-cross-origin",
        "nosniff",
        None,
    ]
    assert (response.get("ratelimit-policy"), response.get("ratelimit")) == ('"each";q=10;w=60', '"each";r=9')


def test_https_redirect(gateway: Running, origin: Origin) -> None:
    configure(gateway, origin, https_redirect=True, hsts_s=60, platform={"trusted_proxies": ["127.0.0.0/8"]})
    response = gateway.get("/a?b", host="shop.example:8080")
    assert (response.status, response.get("location"), response.get("strict-transport-security")) == (
        308,
        "https://shop.example/a?b",
        None,
    )
    assert gateway.get("/a", "X-Forwarded-Proto: https").status == 200
    assert gateway.get("/.well-known/acme-challenge/token").status == 200
    assert len(origin.heads) == 2


def test_maintenance_and_who_is_let_through(gateway: Running, origin: Origin) -> None:
    closed = {"on": True, "retry_after_s": 120, "message": "Back at <noon>.", "allow": ["198.51.100.0/24"]}
    platform = {"trusted_proxies": ["127.0.0.0/8"]}
    configure(
        gateway, origin, route(), route("/shop", maintenance={**closed, "on": False}), maintenance=closed, platform=platform
    )
    page = gateway.get("/", "Accept: text/html")
    assert (page.status, page.get("retry-after")) == (503, "120")
    assert b"Back at &lt;noon&gt;." in page.body
    error = gateway.get("/shop").json()["error"]
    assert (error["code"], error["message"]) == ("MAINTENANCE", "Back at <noon>.")
    assert gateway.get("/", "X-Forwarded-For: 198.51.100.7").status == 200
    configure(gateway, origin, route(), route("/shop", maintenance=closed))
    assert [gateway.get(p).status for p in ("/", "/shop", "/shop/x")] == [200, 503, 503]


def test_error_pages_are_for_browsers(gateway: Running, origin: Origin) -> None:
    pages = {"404": "<p>lost", "5xx": "<p>broken"}
    configure(gateway, origin, route("/only"), route("/closed", maintenance={"on": True}), error_pages=pages)
    for path, accept, body in (
        ("/x", "text/html,*/*;q=0.8", b"<p>lost"),
        ("/closed", "text/html", b"<p>broken"),
        ("/x", "application/json", None),
    ):
        response = gateway.get(path, f"Accept: {accept}")
        assert body is None or response.body == body
        assert body is not None or response.json()["error"]["code"] == "NOT_FOUND"


def test_a_method_not_allowed_names_those_that_are(gateway: Running, origin: Origin) -> None:
    configure(gateway, origin, {**route("/x"), "methods": ["GET", "POST"]})
    response = gateway.get("/x", method="DELETE")
    assert (response.status, response.get("allow")) == (405, "GET, HEAD, POST")


def test_preflights_are_answered_here(gateway: Running, origin: Origin) -> None:
    cors = {"origins": ["https://app.example", "https://*.app.example"], "credentials": True, "max_age_s": 600}
    configure(gateway, origin, route("/api", methods=["PUT"], auth={"mode": "jwt"}, cors=cors))
    asks = ("Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-a")
    good = gateway.get("/api", "Origin: https://eu.app.example", *asks, method="OPTIONS")
    assert (good.status, good.body, good.get("content-length")) == (204, b"", None)
    assert {n: v for n, v in good.headers if n.startswith("Access-Control")} == {
        "Access-Control-Allow-Origin": "https://eu.app.example",
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "PUT",
        "Access-Control-Allow-Headers": "x-a",
        "Access-Control-Max-Age": "600",
    }
    assert "Origin" in (good.get("vary") or "")
    bad = gateway.get("/api", "Origin: https://evil.example", *asks, method="OPTIONS")
    assert (bad.status, bad.get("access-control-allow-origin")) == (403, None)
    refused = gateway.get("/api", "Origin: https://app.example", method="PUT")
    assert (refused.status, refused.get("access-control-allow-origin"), refused.get("vary")) == (
        401,
        "https://app.example",
        "Origin",
    )
    assert not origin.heads


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"redirect": {"to": "//evil.example", "status": 301}}, "redirect"),
        ({"respond": {"status": 204, "body": "x"}}, "respond"),
        ({"upstream": "o", "response_headers": {"set": {"Transfer-Encoding": "x"}}}, "response_headers"),
        ({"upstream": "o", "request_headers": {"set": {"X-Auth-Subject": "root"}}}, "request_headers"),
        ({"upstream": "o", "cors": {"origins": ["*"], "credentials": True}}, "cors"),
        ({"upstream": "o", "validate": {"schema": {"$ref": "https://example.com/s"}}}, "schema"),
        ({"upstream": "o", "redirect": {"to": "/", "status": 301}}, "exactly one"),
        ({"upstream": "o", "canary": {"upstream": "none"}}, "none"),
    ],
)
def test_a_route_that_cannot_be_is_refused_by_name(gateway: Running, change: dict[str, Any], word: str) -> None:
    report = gateway.apply(site(upstream(1), {"id": "the route", "path_prefix": "/", **change}))
    assert [r["id"] for r in report["refused"]] == ["site:s1"]
    assert report["refused"][0]["error"].startswith("route the route: ")
    assert word in report["refused"][0]["error"]


def test_what_a_body_must_be_is_seen_in_its_head(gateway: Running, origin: Origin) -> None:
    validate = {"content_types": ["application/json"], "json": True, "max_bytes": 100}
    configure(gateway, origin, route("/json", validate=validate))
    body = json.dumps({"a": 1}).encode()
    for headers, sent, status in (
        (["Content-Type: application/json; charset=utf-8"], body, 200),
        (["Content-Type: text/plain"], body, 415),
        ([], body, 415),
        (["Content-Type: application/json", "Content-Encoding: gzip"], body, 415),
        (["Content-Type: application/json"], b" " * 101, 413),
        (["Content-Type: application/json"], b"", 400),
    ):
        assert gateway.get("/json", *headers, method="POST", body=sent).status == status, (headers, sent)
