"""Tokens, API keys and limits."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.gateway.support import Origin, Running, Signer, b64, route, site, upstream


def configure(gateway: Running, origin: Origin, signer: Signer, *routes: dict[str, Any], **platform: Any) -> None:
    jwt = {"issuer": "hcc", "audience": "hcc", "keys": [signer.jwk()], "leeway_s": 5}
    report = gateway.apply(site(upstream(origin.port), *routes), jwt=jwt, **platform)
    assert report["refused"] == []


def test_a_good_token_sets_the_identity(gateway: Running, origin: Origin, signer: Signer) -> None:
    configure(gateway, origin, signer, route(auth={"mode": "jwt"}))
    for _ in range(2):
        assert gateway.get("/", f"Authorization: Bearer {signer.token()}", "X-Auth-Subject: root").status == 200
    for head in origin.heads:
        assert (
            b"X-Auth-Subject: user-1\r\nX-Auth-Organization: org-1\r\nX-Auth-User-Type: customer\r\n"
            b"X-Auth-Roles: owner,billing\r\nX-Auth-Session: session-1" in head
        )
        assert b"root" not in head


def _tampered(token: str) -> str:
    head, payload, signature = token.split(".")
    return f"{head}.{payload[:-4]}AAAA.{signature}"


def bad_tokens(signer: Signer) -> dict[str, str]:
    now = int(time.time())
    other = Signer()
    none = f"{b64(json.dumps({'alg': 'none', 'kid': 'k1'}).encode())}.{signer.token().split('.')[1]}."
    return {
        "none": "",
        "tampered": _tampered(signer.token()),
        "expired": signer.token(exp=now - 60),
        "future": signer.token(nbf=now + 60),
        "issued later": signer.token(iat=now + 60),
        "wrong key": other.token(),
        "wrong kid": signer.token({"alg": "EdDSA", "kid": "k2"}),
        "no kid": signer.token({"alg": "EdDSA"}),
        "alg none": none,
        "alg HS256": signer.token({"alg": "HS256", "kid": "k1"}),
        "refresh": signer.token(typ="refresh"),
        "issuer": signer.token(iss="x"),
        "audience": signer.token(aud="x"),
        "revoked": signer.token(sid="gone"),
        "garbage": "a.b.c",
        "injection": signer.token(sub="u\r\nX-Evil: 1"),
        "api key": "hcc_ab_cd",
    }


@pytest.mark.parametrize("name", bad_tokens(Signer()))
def test_a_bad_token_is_refused(gateway: Running, origin: Origin, signer: Signer, name: str) -> None:
    revoked = [{"sid": "gone", "until": int(time.time()) + 900}]
    configure(
        gateway, origin, signer, route(auth={"mode": "jwt"}), route("/open", auth={"mode": "optional"}), revoked_sessions=revoked
    )
    token = bad_tokens(signer)[name]
    headers = [f"Authorization: Bearer {token}"] if token else []
    response = gateway.get("/", *headers)
    assert (response.status, response.json()["error"]["code"]) == (401, "UNAUTHORIZED")
    assert (response.get("www-authenticate") or "").startswith("Bearer")
    assert gateway.get("/open", *headers).status == (401 if token else 200)
    assert len(origin.heads) == (0 if token else 1)


def test_revocation_reaches_a_cached_token(gateway: Running, origin: Origin, signer: Signer) -> None:
    configure(gateway, origin, signer, route(auth={"mode": "jwt"}))
    bearer = f"Authorization: Bearer {signer.token()}"
    assert gateway.get("/", bearer).status == 200
    gateway.native.revoke(["session-1"], int(time.time()) + 900)
    assert gateway.get("/", bearer).status == 401
    assert gateway.get("/", bearer).status == 401


def test_a_key_taken_away_voids_cached_tokens(gateway: Running, origin: Origin, signer: Signer) -> None:
    configure(gateway, origin, signer, route(auth={"mode": "jwt"}))
    bearer = f"Authorization: Bearer {signer.token()}"
    assert gateway.get("/", bearer).status == 200
    configure(gateway, origin, Signer(), route(auth={"mode": "jwt"}))
    assert gateway.get("/", bearer).status == 401


@pytest.mark.parametrize("header", ["X-API-Key: hcc_ab_cd", "Authorization: Bearer hcc_ab_cd"])
def test_api_keys_pass_where_the_route_says_so(gateway: Running, origin: Origin, signer: Signer, header: str) -> None:
    configure(gateway, origin, signer, route(auth={"mode": "jwt", "api_keys": "pass"}), route("/jwt", auth={"mode": "jwt"}))
    assert gateway.get("/", header, "X-Auth-Subject: root").status == 200
    assert header.encode() in origin.heads[0]
    assert b"X-Auth" not in origin.heads[0]
    assert gateway.get("/jwt", header).status == 401


def test_limit_by_client(gateway: Running, origin: Origin, signer: Signer) -> None:
    limit = {"name": "api", "key": "client", "rate": 100, "per_s": 60, "burst": 20}
    configure(gateway, origin, signer, route(), route("/api", rate_limits=[limit]), trusted_proxies=["127.0.0.1/32"])
    statuses = [gateway.get("/api").status for _ in range(25)]
    assert statuses[:20] == [200] * 20
    assert 429 in statuses[20:22]
    refused = gateway.get("/api")
    assert refused.status == 429
    assert refused.get("retry-after") == "1"
    assert refused.get("ratelimit-policy") == '"api";q=100;w=60'
    assert refused.get("ratelimit") == '"api";r=0;t=1'
    assert refused.json()["error"]["code"] == "RATE_LIMITED"
    assert gateway.get("/").status == 200
    # Another client behind the proxy has a limit of its own; an apply forgets nothing.
    assert gateway.get("/api", "X-Forwarded-For: 192.0.2.7").status == 200
    configure(gateway, origin, signer, route("/api", rate_limits=[limit]), trusted_proxies=["127.0.0.1/32"])
    assert gateway.get("/api").status == 429


@pytest.mark.parametrize(
    ("key", "same", "other"),
    [("user", {"sub": "user-1", "sid": "x"}, {"sub": "user-2"}), ("organization", {"sub": "user-2"}, {"org_id": "org-2"})],
)
def test_limit_by_identity(
    gateway: Running, origin: Origin, signer: Signer, key: str, same: dict[str, Any], other: dict[str, Any]
) -> None:
    limit = {"name": "each", "key": key, "rate": 1, "per_s": 60, "burst": 1}
    configure(gateway, origin, signer, route(auth={"mode": "jwt"}, rate_limits=[limit]))
    tokens = [signer.token(), signer.token(**same), signer.token(**other)]
    assert [gateway.get("/", f"Authorization: Bearer {t}").status for t in tokens] == [200, 429, 200]
