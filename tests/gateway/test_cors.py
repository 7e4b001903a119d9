"""Cross-origin requests end to end: preflights answered here, answers marked, whatever the origin says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Origin, Response, Running, route, site, upstream

OWN = (
    b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: X-All\r\nVary: Cookie\r\n"
    b"Content-Length: 0\r\n\r\n"
)
ASKS = ("Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-a, content-type")


def configure(gateway: Running, origin: Origin, cors: dict[str, Any], **more: Any) -> None:
    methods = ["GET", "PUT"]
    assert gateway.apply(site(upstream(origin.port), route("/api", cors=cors, methods=methods, **more)))["refused"] == []


def marks(response: Response) -> dict[str, str]:
    start = "access-control-"
    return {n.lower().removeprefix(start): v for n, v in response.headers if n.lower().startswith(start)}


def varies(response: Response) -> set[str]:
    return {v.strip().lower() for n, vs in response.headers if n.lower() == "vary" for v in vs.split(",")}


@BOTH
@pytest.mark.parametrize(
    ("cors", "origin_", "status", "want"),
    [
        (
            {"origins": ["https://app.example"], "credentials": True, "max_age_s": 60},
            "https://app.example",
            204,
            {
                "allow-origin": "https://app.example",
                "allow-credentials": "true",
                "allow-methods": "PUT",
                "allow-headers": "x-a, content-type",
                "max-age": "60",
            },
        ),
        (
            {"origins": ["*"], "methods": ["GET", "PUT"], "headers": ["X-B"]},
            "null",
            204,
            {"allow-origin": "*", "allow-methods": "GET, PUT", "allow-headers": "X-B"},
        ),
        ({"origins": ["https://*.app.example"]}, "https://app.example", 403, {}),
        ({"origins": ["https://app.example"]}, "http://app.example", 403, {}),
        ({"origins": ["https://app.example"]}, "https://app.example.evil.example", 403, {}),
    ],
)
def test_preflights(
    gateway: Running, origin: Origin, ask: Ask, cors: dict[str, Any], origin_: str, status: int, want: dict[str, str]
) -> None:
    configure(gateway, origin, cors, auth={"mode": "jwt"})
    response = ask(gateway, "/api/x", f"Origin: {origin_}", *ASKS, method="OPTIONS")
    assert (response.status, response.body if status == 204 else b"", marks(response)) == (status, b"", want)
    assert "origin" in varies(response)
    assert not origin.heads


@BOTH
@pytest.mark.parametrize(
    ("cors", "origin_", "want"),
    [
        (
            {"origins": ["https://app.example"], "credentials": True, "expose": ["X-Total"]},
            "https://app.example",
            {"allow-origin": "https://app.example", "allow-credentials": "true", "expose-headers": "X-Total"},
        ),
        ({"origins": ["https://app.example"]}, "https://evil.example", {}),
        ({"origins": ["https://app.example"]}, None, {}),
        ({"origins": ["*"]}, "https://any.example", {"allow-origin": "*"}),
    ],
)
def test_answers_are_marked_as_the_route_says(
    gateway: Running,
    make_origin: Callable[..., Origin],
    ask: Ask,
    cors: dict[str, Any],
    origin_: str | None,
    want: dict[str, str],
) -> None:
    configure(gateway, make_origin(lambda conn, _h, _r: conn.sendall(OWN) is None), cors)
    response = ask(gateway, "/api", *[f"Origin: {o}" for o in [origin_] if o])
    assert (response.status, marks(response)) == (200, want)
    # What the origin varies by stays; what depends on who asks is told even to those who did not say it.
    assert varies(response) == ({"cookie"} if cors["origins"] == ["*"] else {"cookie", "origin"})


@BOTH
def test_refusals_can_be_read_by_the_page_that_asked(gateway: Running, origin: Origin, ask: Ask) -> None:
    limit = {"name": "one", "key": "client", "rate": 1, "per_s": 60, "burst": 1}
    configure(gateway, origin, {"origins": ["https://app.example"]}, rate_limits=[limit])
    answers = [ask(gateway, "/api", "Origin: https://app.example") for _ in range(2)]
    assert [a.status for a in answers] == [200, 429]
    assert [marks(a) for a in answers] == [{"allow-origin": "https://app.example"}] * 2
    origin.close()


def test_options_that_is_no_preflight_goes_on(gateway: Running, origin: Origin) -> None:
    cors = {"origins": ["https://app.example"]}
    assert gateway.apply(site(upstream(origin.port), route("/api", cors=cors), route("/free")))["refused"] == []
    for path, fields in (
        ("/api", ["Origin: https://app.example"]),
        ("/api", [ASKS[0]]),
        # Without rules the origin answers preflights itself.
        ("/free", ["Origin: https://app.example", *ASKS]),
    ):
        assert gateway.get(path, *fields, method="OPTIONS").status == 200
    assert len(origin.heads) == 3
