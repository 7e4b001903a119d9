"""Access tokens: what is forged, foreign, old or of another kind is refused with the same words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from psycopg.types.json import Jsonb

from control.core import tokens
from control.core.crypto import place
from control.core.db import NOBODY, Database
from control.core.errors import Unauthorized
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.accounts.test_login import execute, login
from tests.world import World


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(value: dict[str, Any]) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Header, claims and signature."""
    head, body, signature = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(head + "==")),
        json.loads(base64.urlsafe_b64decode(body + "==")),
        signature,
    )


class Forge:
    """Makes tokens, some of them with the platform's real key."""

    def __init__(self, token: str, key: OKPKey) -> None:
        self.header, self.claims, self.signature = parts(token)
        self.key = key

    def signed(self, header: dict[str, Any] | None = None, key: OKPKey | None = None, **changes: Any) -> str:
        claims = {name: value for name, value in {**self.claims, **changes}.items() if value is not ...}
        token: str = jwt.encode({**self.header, **(header or {})}, claims, key or self.key, algorithms=["EdDSA"])
        return token

    def unsigned(self, header: dict[str, Any], signature: str = "") -> str:
        return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(self.claims).encode())}.{signature}"

    def hmac(self, secret: bytes) -> str:
        head = f"{b64(json.dumps({**self.header, 'alg': 'HS256'}).encode())}.{b64(json.dumps(self.claims).encode())}"
        return f"{head}.{b64(hmac.new(secret, head.encode(), hashlib.sha256).digest())}"

    def edited(self, **changes: Any) -> str:
        """Other claims under the signature of the real ones."""
        return ".".join((compact(self.header), compact({**self.claims, **changes}), self.signature))


@pytest.fixture
def forge(world: World, runtime: Runtime, settings: Settings) -> Forge:
    ((kid, sealed),) = execute(settings, "SELECT kid, private_key FROM hcc.signing_keys")
    private = json.loads(runtime.keyring.open(bytes(sealed), place("signing_keys", "private_key", kid)))
    return Forge(world.tokens["anna"], OKPKey.import_key(private))


now = int(time.time())
FORGED: dict[str, Callable[[Forge], str]] = {
    "another person under the old signature": lambda f: f.edited(sub=str(f.claims["org_id"])),
    "more roles under the old signature": lambda f: f.edited(roles=["superadmin"], user_type="admin"),
    "a later end under the old signature": lambda f: f.edited(exp=now + 10**6),
    "signature cut off": lambda f: f.signed()[:-4],
    "no signature": lambda f: f.unsigned(f.header),
    "alg none": lambda f: f.unsigned({**f.header, "alg": "none"}),
    "alg None in capitals": lambda f: f.unsigned({**f.header, "alg": "NONE"}, f.signature),
    "HS256 with the public key": lambda f: f.hmac(base64.urlsafe_b64decode(str(f.key.as_dict(private=False)["x"]) + "==")),
    "HS256 with the public key as JSON": lambda f: f.hmac(json.dumps(f.key.as_dict(private=False)).encode()),
    "another key under our kid": lambda f: f.signed(key=OKPKey.generate_key("Ed25519")),
    "unknown kid": lambda f: f.signed({"kid": "k-unknown"}),
    "no kid": lambda f: f.unsigned({"alg": "EdDSA"}, f.signature),
    "kid of another kind": lambda f: f.unsigned({**f.header, "kid": {"a": 1}}, f.signature),
    "a key in the header": lambda f: f.signed(
        {"jwk": (own := OKPKey.generate_key("Ed25519")).as_dict(private=False), "kid": "mine"}, own
    ),
    "wrong audience": lambda f: f.signed(aud="other"),
    "wrong issuer": lambda f: f.signed(iss="other"),
    "a refresh token's typ": lambda f: f.signed(typ="refresh"),
    "no typ": lambda f: f.signed(typ=...),
    "no end": lambda f: f.signed(exp=...),
    "no session": lambda f: f.signed(sid=...),
    "an end in words": lambda f: f.signed(exp="tomorrow"),
    "made in the future": lambda f: f.signed(iat=now + 3600, exp=now + 7200),
    "a subject that is no id": lambda f: f.signed(sub="admin"),
    "expired": lambda f: f.signed(iat=now - 1000, exp=now - 100),
    "another person's session": lambda f: f.signed(sub="00000000-0000-0000-0000-000000000001"),
    "another organisation than the session's": lambda f: f.signed(org_id="00000000-0000-0000-0000-000000000001"),
    "a session that is not": lambda f: f.signed(sid="00000000-0000-0000-0000-000000000001"),
    "empty": lambda f: "",
    "not a token": lambda f: "a.b.c",
    "one part": lambda f: "abc",
    "binary": lambda f: "\x00\xff.\x00.\x00",
    "very long": lambda f: "a" * 20_000,
    "JSON nested deep": lambda f: f"{b64(b'[' * 5000)}.{b64(b'{}')}.x",
}


@pytest.mark.parametrize("case", FORGED)
async def test_forged(world: World, forge: Forge, case: str) -> None:
    headers = {b"authorization": b"Bearer " + FORGED[case](forge).encode("latin-1")}
    answer = await world.client.get("/v1/users", headers=headers)
    assert answer.status_code == 401, case
    assert answer.json()["error"]["code"] == "UNAUTHORIZED"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]["message"] in {
        "The token is not valid.",
        "The token has expired; refresh it or log in again.",
        "The session has ended; log in again.",
    }


async def test_the_forge_makes_good_tokens_too(world: World, forge: Forge) -> None:
    """Otherwise the cases above would prove nothing."""
    for token in (forge.signed(), forge.edited(), forge.signed(jti="other")):
        answer = await world.client.get("/v1/users", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("header", ["Basic YTpi", "Token x", "bearer", "Bearer", "Digest a=b"])
async def test_other_schemes(world: World, header: str) -> None:
    assert (await world.client.get("/v1/users", headers={"Authorization": header})).status_code == 401


async def test_roles_of_the_token_count_for_nothing(world: World, forge: Forge) -> None:
    """Even signed by us: what one may do is read from the database."""
    token = forge.signed(roles=["superadmin"], user_type="admin")
    answer = await world.client.get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["data"]["roles"] == ["owner"]
    assert answer.json()["data"]["user_type"] == "customer"


async def test_claims(world: World, settings: Settings) -> None:
    header, claims, _ = parts(world.tokens["nora"])
    assert header == {"alg": "EdDSA", "kid": header["kid"], "typ": "JWT"} or header == {"alg": "EdDSA", "kid": header["kid"]}
    assert set(claims) == {"sub", "user_type", "org_id", "roles", "typ", "jti", "sid", "iss", "aud", "iat", "exp"}
    assert claims["sub"] == str(world.users["nora"])
    assert (claims["user_type"], claims["roles"], claims["typ"]) == ("reseller", ["owner"], "access")
    assert claims["exp"] - claims["iat"] == settings.jwt_access_ttl == 900
    assert len({parts(token)[1]["jti"] for token in world.tokens.values()}) == len(world.tokens)


async def test_jwks_has_public_halves_only(world: World) -> None:
    answer = await world.client.get("/.well-known/jwks.json")
    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    claims = jwt.decode(world.tokens["anna"], OKPKey.import_key(key), algorithms=["EdDSA"]).claims
    assert claims["sub"] == str(world.users["anna"])


def add_key(settings: Settings, runtime: Runtime, active_from: str) -> str:
    key = tokens.generate(runtime.keyring)
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute(
            "INSERT INTO hcc.signing_keys (kid, algorithm, public_jwk, private_key, active_from)"
            f" VALUES (%s, 'EdDSA', %s, %s, now() + interval '{active_from}')",
            (key.kid, Jsonb(key.public_jwk), key.private_key),
        )
    return key.kid


async def test_rotation(world: World, runtime: Runtime, settings: Settings) -> None:
    """Published before it signs; the old one stays until its tokens are gone; a retired one is refused."""
    old = parts(world.tokens["anna"])[0]["kid"]
    new = add_key(settings, runtime, "1 hour")
    runtime.tokens._read_at = float("-inf")
    published = {key["kid"] for key in (await world.client.get("/.well-known/jwks.json")).json()["keys"]}
    assert published == {old, new}
    token = (await login(world, "anna@example.com")).json()["data"]["access_token"]
    assert parts(token)[0]["kid"] == old, "its time has not come"
    execute(settings, "UPDATE hcc.signing_keys SET active_from = now() - interval '1 s' WHERE kid = %s", new)
    execute(
        settings,
        "UPDATE hcc.signing_keys SET active_from = now() - interval '1 h', retires_at = now() + interval '1 h' WHERE kid = %s",
        old,
    )
    runtime.tokens._read_at = float("-inf")
    fresh = (await login(world, "anna@example.com")).json()["data"]["access_token"]
    assert parts(fresh)[0]["kid"] == new
    assert (await world.get("anna", "/v1/users")).status_code == 200, "the old key's tokens are still good"
    execute(settings, "UPDATE hcc.signing_keys SET retires_at = now() - interval '1 s' WHERE kid = %s", old)
    runtime.tokens._read_at = float("-inf")
    assert (await world.get("anna", "/v1/users")).status_code == 401
    assert (await world.client.get("/v1/users", headers={"Authorization": f"Bearer {fresh}"})).status_code == 200


async def test_a_key_that_another_process_made_is_found(world: World, runtime: Runtime, settings: Settings) -> None:
    """A token with an unknown kid makes the keys be read again, at most every other second."""
    other = Runtime(settings)
    await other.start()
    try:
        runtime.tokens._read_at = time.monotonic() - 5
        kid = add_key(settings, runtime, "0 s")
        claims = parts(world.tokens["anna"])[1]
        async with other.database.transaction(NOBODY) as tx:
            token, _ = await other.tokens.issue(
                tx,
                user_id=world.users["anna"],
                user_type="customer",
                organization_id=world.organizations["apple"],
                roles=["owner"],
                session_id=claims["sid"],
            )
        assert parts(token)[0]["kid"] == kid
        assert (await runtime.tokens.verify(token)).sub == world.users["anna"]
    finally:
        await other.stop()


async def test_without_a_key_nothing_is_signed(world: World, runtime: Runtime, settings: Settings) -> None:
    execute(settings, "DELETE FROM hcc.signing_keys")
    runtime.tokens._read_at = float("-inf")
    answer = await login(world, "anna@example.com")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_expiry_is_to_the_second(runtime: Runtime, settings: Settings, world: World) -> None:
    """No leeway at the end of a token."""
    short = tokens.Tokens(
        Database(settings.database_url, settings), runtime.keyring, msgspec.structs.replace(settings, jwt_access_ttl=1)
    )
    short._database = runtime.database
    async with runtime.database.transaction(NOBODY) as tx:
        token, lifetime = await short.issue(
            tx,
            user_id=world.users["anna"],
            user_type="customer",
            organization_id=world.organizations["apple"],
            roles=[],
            session_id=world.users["anna"],
        )
    assert lifetime == 1
    claims = await short.verify(token)
    at = claims.exp
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("control.core.tokens.time.time", lambda: float(at))
        with pytest.raises(Unauthorized, match="expired"):
            await short.verify(token)
        patch.setattr("control.core.tokens.time.time", lambda: at - timedelta(milliseconds=1).total_seconds())
        await short.verify(token)
