"""Fields removed, set and added on the way to the origin and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Origin, Running, route, site, upstream

ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: secret/1.0\r\nX-Powered-By: magic\r\nCache-Control: no-store\r\nSet-Cookie: a=1\r\n"
    b"X-Frame-Options: DENY\r\nContent-Length: 2\r\n\r\nok"
)


def configure(gateway: Running, origin: Origin, platform: dict[str, str] | None = None, **rules: Any) -> None:
    report = gateway.apply(site(upstream(origin.port), route("/", **rules)), response_headers=platform or {})
    assert report["refused"] == []


def sent(head: bytes, name: str) -> list[str]:
    lines = [line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:]]
    return [value for n, _, value in lines if n.lower() == name]


@BOTH
def test_fields_of_the_request(gateway: Running, origin: Origin, ask: Ask) -> None:
    rules = {
        "remove": ["X-Debug", "accept-language"],
        "set": {"Host": "inner.example:8080", "X-Tenant": "t1", "User-Agent": "gateway"},
        "add": {"Via": "1.1 edge", "X-Many": "own"},
    }
    configure(gateway, origin, request_headers=rules)
    asked = (
        "X-Debug: 1",
        "x-debug: 2",
        "Accept-Language: de",
        "X-Tenant: evil",
        "X-Many: theirs",
        "User-Agent: curl",
        "X-Kept: 1",
    )
    assert ask(gateway, "/", *asked).status == 200
    want = {
        "host": ["inner.example:8080"],
        "x-debug": [],
        "accept-language": [],
        "x-tenant": ["t1"],
        "user-agent": ["gateway"],
        "via": ["1.1 edge"],
        "x-many": ["theirs", "own"],
        "x-kept": ["1"],
        # Who was asked stays known.
        "x-forwarded-host": ["shop.example"],
    }
    assert {name: sent(origin.heads[0], name) for name in want} == want


@BOTH
def test_fields_of_the_answer(gateway: Running, make_origin: Callable[..., Origin], ask: Ask) -> None:
    rules = {
        "remove": ["Server", "x-powered-by"],
        "set": {"Cache-Control": "max-age=60", "X-Api-Gateway": "mine"},
        "add": {"Set-Cookie": "b=2", "Link": "</a>"},
    }
    origin = make_origin(lambda conn, _h, _r: conn.sendall(ANSWER) is None)
    configure(gateway, origin, {"X-API-Gateway": "hcc"}, response_headers=rules, security_headers=True)
    response = ask(gateway, "/")
    got = {n: [v for m, v in response.headers if m.lower() == n] for n in ("server", "x-powered-by", "cache-control", "link")}
    assert got == {"server": [], "x-powered-by": [], "cache-control": ["max-age=60"], "link": ["</a>"]}
    # What the platform says of every answer no route takes back; what the origin says of framing stays.
    assert [response.get(n) for n in ("x-api-gateway", "x-frame-options", "x-content-type-options", "referrer-policy")] == [
        "hcc",
        "DENY",
        "nosniff",
        "strict-origin-when-cross-origin",
    ]
    if ask.__name__ == "over_h1":  # type: ignore[attr-defined]
        assert [v for n, v in response.headers if n.lower() == "set-cookie"] == ["a=1", "b=2"]


@BOTH
def test_errors_have_the_platforms_fields_and_not_the_routes(gateway: Running, origin: Origin, ask: Ask) -> None:
    rules = {"set": {"Cache-Control": "max-age=60"}, "add": {"Link": "</a>"}}
    configure(gateway, origin, {"X-API-Gateway": "hcc"}, response_headers=rules, auth={"mode": "jwt"})
    response = ask(gateway, "/")
    assert (response.status, response.get("x-api-gateway"), response.get("cache-control"), response.get("link")) == (
        401,
        "hcc",
        "no-store",
        None,
    )


@pytest.mark.parametrize("name", ["Host", "Connection", "X-Auth-Subject", "X-Forwarded-For", "X-Request-Id", "Content_Length"])
@pytest.mark.parametrize("how", ["remove", "add"])
def test_fields_that_no_rule_may_touch(gateway: Running, origin: Origin, name: str, how: str) -> None:
    rules: dict[str, Any] = {"remove": [name]} if how == "remove" else {"add": {name: "x"}}
    report = gateway.apply(site(upstream(origin.port), route("/", request_headers=rules)))
    assert [r["id"] for r in report["refused"]] == ["site:s1"]
