"""From http to https, and what is told over https."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx
import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.certificates import section, self_signed
from tests.gateway.support import Origin, Running, site, snapshot, upstream

CHAIN, KEY = self_signed("shop.example")
HSTS = "strict-transport-security"


def body(origin: Origin) -> dict[str, object]:
    return {**site(upstream(origin.port)), "https_redirect": True, "hsts_s": 3600}


@BOTH
@pytest.mark.parametrize(
    ("host", "path", "method", "location"),
    [
        ("shop.example", "/", "GET", "https://shop.example/"),
        ("shop.example:8080", "/a/b?c=d&e", "GET", "https://shop.example/a/b?c=d&e"),
        ("SHOP.example", "/%2e%2e/x", "POST", "https://SHOP.example/%2e%2e/x"),
        ("shop.example", "//evil.example/", "HEAD", "https://shop.example//evil.example/"),
    ],
)
def test_to_the_same_address(
    gateway: Running, origin: Origin, ask: Ask, host: str, path: str, method: str, location: str
) -> None:
    gateway.apply(body(origin))
    response = ask(gateway, path, host=host, method=method)
    assert (response.status, (response.get("location") or "").lower(), response.get(HSTS)) == (308, location.lower(), None)
    assert not origin.heads


@BOTH
@pytest.mark.parametrize(
    ("path", "fields", "trusted", "status", "told"),
    [
        ("/.well-known/acme-challenge/t0ken", [], False, 200, False),
        ("/.well-known/acme-challenge", [], False, 308, False),
        ("/", ["X-Forwarded-Proto: https"], True, 200, True),
        ("/", ["X-Forwarded-Proto: http"], True, 308, False),
        ("/", ["X-Forwarded-Proto: https"], False, 308, False),
    ],
)
def test_who_is_let_through(
    gateway: Running, origin: Origin, ask: Ask, path: str, fields: list[str], trusted: bool, status: int, told: bool
) -> None:
    gateway.apply(body(origin), trusted_proxies=["127.0.0.0/8"] if trusted else [])
    response = ask(gateway, path, *fields)
    assert (response.status, response.get(HSTS)) == (status, "max-age=3600" if told else None)


@pytest.mark.parametrize("http2", [False, True])
def test_over_tls(make_gateway: Callable[..., Running], origin: Origin, http2: bool) -> None:
    gateway = make_gateway(tls=True)
    gateway.native.apply(snapshot(body(origin), sections_=[section("c1", ["shop.example"], CHAIN, KEY)]))
    with httpx.Client(http2=http2, verify=ssl.create_default_context(cadata=CHAIN), trust_env=False) as browser:
        for path, status in (("/", 200), ("/", 200)):
            response = browser.get(
                f"https://127.0.0.1:{gateway.port}{path}",
                headers={"Host": "shop.example"},
                extensions={"sni_hostname": "shop.example"},
            )
            assert (response.status_code, response.headers[HSTS]) == (status, "max-age=3600")
            assert response.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
    assert b"x-forwarded-proto: https" in origin.heads[0].lower()
