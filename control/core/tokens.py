"""Access tokens: short-lived JWTs signed with EdDSA (RFC 7519, RFC 8037), and the keys that sign and check them.

Which key signs follows from the database's times alone: the newest whose `active_from` has passed. A key that is rotated
in is published before it signs, and one rotated out stays published until its last token has expired.
"""

from __future__ import annotations

import base64
import time
import warnings
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey

from control.core.crypto import Keyring, place
from control.core.db import NOBODY, Database, Transaction
from control.core.errors import Unauthorized, Unavailable
from control.core.ids import new_id
from control.core.settings import Settings

# RFC 9864 prefers the name "Ed25519"; most verifiers still know only "EdDSA". With one curve the two are the same.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

_RELOAD_SECONDS = 30.0
_UNKNOWN_KID_SECONDS = 2.0
_LEEWAY = 5
_KEYS = """
SELECT kid, public_jwk, private_key, active_from, retires_at
  FROM hcc.signing_keys WHERE retires_at IS NULL OR retires_at > now() ORDER BY active_from DESC
"""


class Claims(msgspec.Struct, kw_only=True, frozen=True):
    """What an access token says. `typ` keeps a token of another kind from passing as one."""

    sub: UUID
    user_type: Literal["admin", "reseller", "customer"]
    org_id: UUID
    roles: list[str]
    typ: Literal["access"]
    jti: str
    sid: UUID
    iss: str
    aud: str
    iat: int
    exp: int


class SigningKey(msgspec.Struct, frozen=True):
    """A row of signing_keys."""

    kid: str
    public_jwk: dict[str, Any]
    private_key: bytes
    active_from: datetime
    retires_at: datetime | None


class NewSigningKey(msgspec.Struct, frozen=True):
    """A fresh key pair, its private half sealed."""

    kid: str
    public_jwk: dict[str, Any]
    private_key: bytes


def generate(keyring: Keyring) -> NewSigningKey:
    """Make an Ed25519 key pair."""
    kid = f"k{datetime.now(UTC):%Y%m%d}-{str(new_id())[-8:]}"
    key = OKPKey.generate_key("Ed25519")
    public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "EdDSA"}
    sealed = keyring.seal(msgspec.json.encode(key.as_dict(private=True)), place("signing_keys", "private_key", kid))
    return NewSigningKey(kid, public, sealed)


class Tokens:
    """Signs and checks access tokens with the keys of the database, read again every half minute."""

    def __init__(self, database: Database, keyring: Keyring, settings: Settings) -> None:
        self._database = database
        self._keyring = keyring
        self._settings = settings
        self._keys: list[SigningKey] = []
        self._public: dict[str, OKPKey] = {}
        self._private: dict[str, OKPKey] = {}
        self._read_at = float("-inf")

    async def _refresh(self, max_age: float) -> None:
        if time.monotonic() - self._read_at < max_age:
            return
        async with self._database.transaction(NOBODY) as tx:
            await self._read(tx)

    async def _read(self, tx: Transaction) -> None:
        self._keys = await tx.all(SigningKey, _KEYS)
        self._public = {k.kid: OKPKey.import_key(k.public_jwk) for k in self._keys}
        self._private = {kid: key for kid, key in self._private.items() if kid in self._public}
        self._read_at = time.monotonic()

    async def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517 section 5)."""
        await self._refresh(_RELOAD_SECONDS)
        return {"keys": [k.public_jwk for k in self._keys]}

    async def issue(
        self, tx: Transaction, *, user_id: UUID, user_type: str, organization_id: UUID, roles: list[str], session_id: UUID
    ) -> tuple[str, int]:
        """A token and the seconds it is good for. Raises Unavailable when there is no key.

        The keys are read with the caller's transaction: who holds a connection and waits for a second one can wait forever.
        """
        if time.monotonic() - self._read_at >= _RELOAD_SECONDS:
            await self._read(tx)
        now = datetime.now(UTC)
        signing = next((k for k in self._keys if k.active_from <= now), None)
        if signing is None:
            raise Unavailable("There is no key to sign tokens with; run `hcc keys rotate --now`.", 30)
        private = self._private.get(signing.kid)
        if private is None:
            opened = self._keyring.open(signing.private_key, place("signing_keys", "private_key", signing.kid))
            private = self._private[signing.kid] = OKPKey.import_key(msgspec.json.decode(opened))
        lifetime = self._settings.jwt_access_ttl
        issued = int(now.timestamp())
        claims = Claims(
            sub=user_id,
            user_type=user_type,  # type: ignore[arg-type]
            org_id=organization_id,
            roles=roles,
            typ="access",
            jti=str(new_id()),
            sid=session_id,
            iss=self._settings.jwt_issuer,
            aud=self._settings.jwt_audience,
            iat=issued,
            exp=issued + lifetime,
        )
        header = {"alg": "EdDSA", "kid": signing.kid}
        return jwt.encode(header, msgspec.to_builtins(claims), private, algorithms=["EdDSA"]), lifetime

    async def verify(self, token: str) -> Claims:
        """Check signature and claims. Raises Unauthorized, with the same words for every forgery."""
        await self._refresh(_RELOAD_SECONDS)
        kid = _kid(token)
        if kid is not None and kid not in self._public:
            await self._refresh(_UNKNOWN_KID_SECONDS)
        key = self._public.get(kid or "")
        if key is None:
            raise refused("The token is not valid.")
        try:
            claims = msgspec.convert(jwt.decode(token, key, algorithms=["EdDSA"]).claims, Claims)
        except (JoseError, msgspec.ValidationError, ValueError):
            raise refused("The token is not valid.") from None
        now = time.time()
        if claims.iss != self._settings.jwt_issuer or claims.aud != self._settings.jwt_audience or claims.iat > now + _LEEWAY:
            raise refused("The token is not valid.")
        if claims.exp <= now:
            raise refused("The token has expired; refresh it or log in again.")
        return claims


def _kid(token: str) -> str | None:
    head = token.partition(".")[0]
    try:
        header = msgspec.json.decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, msgspec.DecodeError, RecursionError):
        return None
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else None


def refused(message: str) -> Unauthorized:
    """A 401 that says what kind of proof is wanted (RFC 6750 section 3)."""
    return Unauthorized(message, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
