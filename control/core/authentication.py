"""From the proof that a request carries to the person behind it: access tokens, API keys, and work inside another
organisation."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection

from control.core import audit
from control.core.cache import Cache
from control.core.db import NOBODY, Database, Scope, Transaction
from control.core.errors import FieldError, Forbidden, NotFound, ValidationFailed
from control.core.permissions import PERMISSIONS, Principal, UserType, allows
from control.core.tokens import Tokens, refused

API_KEY_MARK = "hcc_"
_CACHE_SECONDS = 30
_PRINCIPAL = """
SELECT o.kind AS organization_kind,
       coalesce(array_agg(DISTINCT r.name) FILTER (WHERE r.name IS NOT NULL), '{}') AS roles,
       coalesce(array_agg(DISTINCT p.name) FILTER (WHERE p.name IS NOT NULL), '{}') AS permissions
  FROM hcc.my_organizations() o
  JOIN hcc.users u ON u.id = %(user_id)s AND u.is_active AND u.deleted_at IS NULL
  LEFT JOIN hcc.user_roles ur ON ur.organization_id = o.organization_id AND ur.user_id = u.id
  LEFT JOIN hcc.roles r ON r.id = ur.role_id
  LEFT JOIN LATERAL unnest(r.permissions) AS p(name) ON true
 WHERE o.organization_id = %(organization_id)s AND o.is_active
 GROUP BY o.kind
"""
_SESSION = "SELECT 1 FROM hcc.sessions WHERE id = %(session_id)s AND revoked_at IS NULL AND expires_at > now()"
_API_KEY = "SELECT id, organization_id, user_id, key_hash, scopes, expires_at FROM hcc.find_api_key(%(prefix)s)"
_API_KEY_USED = """
UPDATE hcc.api_keys SET last_used_at = now()
 WHERE id = %(id)s AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
"""
_ENTERED = """
SELECT o.id, o.is_active,
       EXISTS (SELECT FROM hcc.audit_log a WHERE a.organization_id = o.id AND a.action = 'organization.entered'
                  AND a.actor_id = %(user_id)s AND a.at > now() - interval '15 minutes') AS known
  FROM hcc.organizations o WHERE o.id = %(organization_id)s AND o.deleted_at IS NULL
"""
_USER_TYPES: dict[str, UserType] = {"platform": "admin", "reseller": "reseller", "customer": "customer"}


class _Standing(msgspec.Struct, frozen=True):
    organization_kind: str
    roles: list[str]
    permissions: list[str]


class _ApiKey(msgspec.Struct, frozen=True):
    id: UUID
    organization_id: UUID
    user_id: UUID
    key_hash: bytes
    scopes: list[str]
    expires_at: datetime | None


class _Entered(msgspec.Struct, frozen=True):
    id: UUID
    is_active: bool
    known: bool


def hash_api_key(key: str) -> bytes:
    """What is stored of a key. It has 256 random bits, so a plain hash is enough and quick."""
    return hashlib.sha256(key.encode()).digest()


def session_cache_key(session_id: UUID) -> str:
    return f"principal:{session_id}"


async def standing(tx: Transaction, user_id: UUID, organization_id: UUID) -> Principal | None:
    """The person in an organisation, with roles and permissions of the moment; None when either is gone or closed."""
    await tx.switch(Scope(organization_id, user_id, "own"))
    found = await tx.maybe(_Standing, _PRINCIPAL, user_id=user_id, organization_id=organization_id)
    if found is None:
        return None
    return Principal(
        user_id=user_id,
        organization_id=organization_id,
        home_organization_id=organization_id,
        user_type=_USER_TYPES[found.organization_kind],
        roles=sorted(found.roles),
        permissions=sorted(found.permissions),
    )


class Authenticator:
    """Finds the principal of a request."""

    def __init__(self, database: Database, tokens: Tokens, cache: Cache) -> None:
        self._database = database
        self._tokens = tokens
        self._cache = cache

    async def principal(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Principal | None:
        """Who makes this request; None when it carries no proof. Raises Unauthorized for a proof that is not good."""
        scheme, _, proof = connection.headers.get("authorization", "").partition(" ")
        api_key = connection.headers.get("x-api-key")
        if api_key is None and scheme.lower() == "bearer" and proof.startswith(API_KEY_MARK):
            api_key = proof
        if api_key is not None:
            principal = await self._by_api_key(api_key.strip())
        elif scheme.lower() == "bearer":
            principal = await self._by_token(proof.strip())
        elif scheme:
            raise refused("Use Authorization: Bearer with an access token or an API key.")
        else:
            return None
        wanted = connection.headers.get("x-organization-id")
        return principal if wanted is None else await self.enter(connection, principal, wanted)

    async def _by_token(self, token: str) -> Principal:
        claims = await self._tokens.verify(token)

        principal = await self.of_session(claims.sid, claims.sub, claims.org_id)
        if principal is None:
            raise refused("The session has ended; log in again.")
        return principal

    async def of_session(self, session_id: UUID, user_id: UUID, organization_id: UUID) -> Principal | None:
        """The person of a session in its organisation; None when it has ended. Kept for some seconds."""

        async def load() -> Principal | None:
            async with self._database.transaction(Scope(organization_id, user_id)) as tx:
                if await tx.value(_SESSION, session_id=session_id) is None:
                    return None
                found = await standing(tx, user_id, organization_id)
                return None if found is None else msgspec.structs.replace(found, session_id=session_id)

        principal = await self._cache.get(session_cache_key(session_id), Principal, _CACHE_SECONDS, load)
        if principal is None or principal.user_id != user_id or principal.organization_id != organization_id:
            return None
        return principal

    async def _by_api_key(self, key: str) -> Principal:
        parts = key.split("_", 2)
        if len(parts) != 3 or not key.startswith(API_KEY_MARK):
            raise refused("The API key is not valid.")
        async with self._database.transaction(NOBODY) as tx:
            found = await tx.maybe(_ApiKey, _API_KEY, prefix=parts[1])
            if not hmac.compare_digest(hash_api_key(key), found.key_hash if found else bytes(32)) or found is None:
                raise refused("The API key is not valid.")
            if found.expires_at is not None and found.expires_at <= datetime.now(UTC):
                raise refused("The API key has expired.")
            owner = await standing(tx, found.user_id, found.organization_id)
            if owner is None:
                raise refused("The API key is not valid.")
            await tx.run(_API_KEY_USED, id=found.id)
        held = [p for p in PERMISSIONS if allows(found.scopes, p) and owner.may(p)]
        return msgspec.structs.replace(owner, permissions=held, kind="api_key", api_key_id=found.id)

    async def enter(self, connection: ASGIConnection[Any, Any, Any, Any], principal: Principal, wanted: str) -> Principal:
        """Work inside an organisation below one's own. Each visit is written into that organisation's audit log."""
        try:
            organization_id = UUID(wanted)
        except ValueError:
            raise ValidationFailed(FieldError("X-Organization-Id", "must be a UUID")) from None
        if organization_id == principal.organization_id:
            return principal
        if not principal.may("organizations:enter"):
            raise Forbidden("This needs the permission organizations:enter.", details={"permission": "organizations:enter"})
        async with self._database.transaction(principal.scope("tree")) as tx:
            found = await tx.maybe(_Entered, _ENTERED, organization_id=organization_id, user_id=principal.user_id)
            if found is None:
                raise NotFound("organization")
            if not found.known:
                address = connection.scope.get("client_address")
                actor = audit.Actor(
                    kind=principal.kind,
                    id=principal.user_id,
                    organization_id=principal.home_organization_id,
                    address=None if address is None else str(address),
                    request_id=str(connection.scope.get("request_id", "")),
                )
                await audit.record(
                    tx, actor, "organization.entered", "organization", organization_id, organization_id=organization_id
                )
        return msgspec.structs.replace(principal, organization_id=organization_id)
