"""API keys verified at the gateway, every token algorithm, roles and scopes."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.gateway.support import Origin, Running, Signer, b64, route, site, upstream

KEY = "hcc_a1b2c3_secret-with_underscore"


def key_body(key: str = KEY, **changes: Any) -> dict[str, Any]:
    return {
        "id": "key-1",
        "prefix": key.split("_")[1],
        "hash": hashlib.sha256(key.encode()).hexdigest(),
        "organization_id": "org-1",
        "user_id": "user-9",
        "user_type": "customer",
        "scopes": ["dns:*"],
        "roles": ["owner"],
        **changes,
    }


def configure(gateway: Running, keys: list[dict[str, Any]], *sites: dict[str, Any], **platform: Any) -> None:
    sections = [{"id": "platform", "hash": json.dumps(platform), "body": platform}]
    sections.append({"id": "api_keys", "hash": json.dumps(keys), "body": {"keys": keys}})
    sections += [{"id": f"site:{s['site_id']}", "hash": json.dumps(s), "body": s} for s in sites]
    report = json.loads(gateway.native.apply(json.dumps({"version": 1, "sections": sections}).encode()))
    assert report["refused"] == []


def test_a_verified_key_tells_who_it_is(gateway: Running, origin: Origin) -> None:
    keys = [
        key_body(),
        key_body("hcc_staff_s", id="key-2", organization_id="platform", user_type="admin"),
        key_body("hcc_other_o", id="key-3", organization_id="org-2"),
        key_body("hcc_gone_g", id="key-4", expires=int(time.time()) - 1),
    ]
    auth = {"mode": "jwt", "api_keys": "verify", "scopes": ["dns:write"]}
    configure(gateway, keys, site(upstream(origin.port), route(auth=auth)))
    for header, status in (
        (f"X-API-Key: {KEY}", 200),
        (f"Authorization: Bearer {KEY}", 200),
        ("X-API-Key: hcc_staff_s", 200),
        ("X-API-Key: hcc_other_o", 401),
        ("X-API-Key: hcc_gone_g", 401),
        (f"X-API-Key: {KEY}x", 401),
        ("X-API-Key: hcc_none_x", 401),
        ("X-Other: 1", 401),
    ):
        assert gateway.get("/", header, "X-Auth-Scopes: *").status == status, header
    want = (
        b"X-Auth-Subject: user-9\r\nX-Auth-Organization: org-1\r\nX-Auth-User-Type: customer\r\nX-Auth-Roles: owner\r\n"
        b"X-Auth-Scopes: dns:*\r\nX-Auth-Key: key-1"
    )
    assert want in origin.heads[0]
    assert want in origin.heads[1]
    assert b"X-Auth-Scopes: *" not in origin.heads[0]
    # A key that was taken away is void with the next snapshot.
    configure(gateway, keys[1:], site(upstream(origin.port), route(auth=auth)))
    assert gateway.get("/", f"X-API-Key: {KEY}").status == 401


def test_scopes_roles_and_user_types(gateway: Running, origin: Origin, signer: Signer) -> None:
    jwt = {"issuer": "hcc", "audience": "hcc", "keys": [signer.jwk()]}
    auth = {"mode": "jwt", "api_keys": "verify"}
    configure(
        gateway,
        [key_body()],
        site(
            upstream(origin.port),
            route("/dns", auth={**auth, "scopes": ["dns:read"]}),
            route("/mail", auth={**auth, "scopes": ["mail:read"]}),
            route("/billing", auth={**auth, "roles": ["billing"]}),
            route("/staff", auth={**auth, "user_types": ["admin"]}),
        ),
        jwt=jwt,
    )
    key, bearer = f"X-API-Key: {KEY}", f"Authorization: Bearer {signer.token()}"
    for path, header, status in (
        ("/dns", key, 200),
        ("/mail", key, 403),
        ("/mail", bearer, 200),
        ("/billing", key, 403),
        ("/billing", bearer, 200),
        ("/staff", key, 403),
        ("/staff", bearer, 403),
        ("/staff", f"Authorization: Bearer {signer.token(user_type='admin')}", 200),
    ):
        response = gateway.get(path, header)
        assert response.status == status, (path, header)
        assert status == 200 or 'error="insufficient_scope"' in (response.get("www-authenticate") or "")
    assert 'scope="mail:read"' in (gateway.get("/mail", key).get("www-authenticate") or "")


def test_limit_by_key(gateway: Running, origin: Origin) -> None:
    limit = {"name": "each", "key": "api_key", "rate": 1, "per_s": 60, "burst": 1}
    auth = {"mode": "optional", "api_keys": "verify"}
    keys = [key_body(), key_body("hcc_other_o", id="key-2")]
    configure(gateway, keys, site(upstream(origin.port), route(auth=auth, rate_limits=[limit])))
    asked = [f"X-API-Key: {KEY}", f"X-API-Key: {KEY}", "X-API-Key: hcc_other_o", "X-Other: 1", "X-Other: 1"]
    assert [gateway.get("/", header).status for header in asked] == [200, 429, 200, 200, 200]


def number(value: int, length: int) -> str:
    return b64(value.to_bytes(length, "big"))


Sign = Callable[[bytes], bytes]


def es256() -> tuple[dict[str, str], Sign]:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_numbers()

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return {"kty": "EC", "crv": "P-256", "x": number(public.x, 32), "y": number(public.y, 32)}, sign


def rs256() -> tuple[dict[str, str], Sign]:
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_numbers()
    jwk = {"kty": "RSA", "n": number(public.n, 256), "e": "AQAB"}
    return jwk, lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def hs256() -> tuple[dict[str, str], Sign]:
    secret = b"a secret of at least 32 bytes, here"
    return {"kty": "oct", "k": b64(secret)}, lambda message: hmac.digest(secret, message, "sha256")


@pytest.mark.parametrize(("algorithm", "make"), [("ES256", es256), ("RS256", rs256), ("HS256", hs256)])
def test_each_algorithm_by_its_key(
    gateway: Running, origin: Origin, signer: Signer, algorithm: str, make: Callable[[], tuple[dict[str, str], Sign]]
) -> None:
    jwk, sign = make()
    jwt = {"issuer": "hcc", "audience": "hcc", "keys": [signer.jwk(), {"kid": "x", "use": "sig", **jwk}]}
    configure(gateway, [], site(upstream(origin.port), route(auth={"mode": "jwt"})), jwt=jwt)
    claims = signer.token().split(".")[1]

    def token(alg: str, kid: str, **more: Any) -> str:
        signed = f"{b64(json.dumps({'alg': alg, 'kid': kid, **more}).encode())}.{claims}"
        return f"Authorization: Bearer {signed}.{b64(sign(signed.encode()))}"

    assert gateway.get("/", token(algorithm, "x")).status == 200
    for wrong in (token("EdDSA", "x"), token(algorithm, "k1"), token("none", "x"), token(algorithm, "x", crit=["exp"])):
        assert gateway.get("/", wrong).status == 401, wrong
