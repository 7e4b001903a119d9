"""`hcc ingest-token`: make, list and end the tokens with which agents push metrics."""

from __future__ import annotations

import argparse
import hashlib
import secrets
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from control.core.errors import NotFound
from control.core.ids import new_id
from control.core.settings import SettingsError, load

PREFIX = "hcc_in_"
_SHOWN = len(PREFIX) + 6
Connection = psycopg.Connection[Any]


def fresh() -> str:
    """A token nobody has: 240 random bits."""
    return PREFIX + secrets.token_urlsafe(30)


def hashed(token: str) -> bytes:
    """What is stored of a token. It is random and long, so one round of SHA-256 does."""
    return hashlib.sha256(token.encode()).digest()


def shown(token: str) -> str:
    """The part of a token that tells tokens apart, and opens nothing."""
    return token[:_SHOWN]


def add(connection: Connection, organization_id: UUID, name: str, token: str, *, for_others: bool = False) -> UUID:
    """Store a token, as the owner of the schema. `for_others` lets one of the platform push for all organisations."""
    token_id = new_id()
    connection.execute(
        "INSERT INTO hcc.ingest_tokens (id, organization_id, name, prefix, token_hash, for_others)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (token_id, organization_id, name, shown(token), hashed(token), for_others),
    )
    return token_id


def _create(connection: Connection, args: argparse.Namespace) -> dict[str, Any]:
    kinds = ("platform",) if args.for_others else ("platform", "reseller", "customer")
    row = connection.execute(
        "SELECT id FROM hcc.organizations WHERE slug = %s AND kind = ANY (%s) AND deleted_at IS NULL",
        (args.organization, list(kinds)),
    ).fetchone()
    if row is None:
        raise NotFound(f"organisation: {args.organization}")
    token = fresh()
    return {"id": str(add(connection, row[0], args.name, token, for_others=args.for_others)), "token": token}


def _revoke(connection: Connection, args: argparse.Namespace) -> dict[str, Any]:
    try:
        token_id = UUID(args.id)
    except ValueError:
        raise NotFound(f"token: {args.id}") from None
    done = connection.execute(
        "UPDATE hcc.ingest_tokens SET deleted_at = now(), updated_at = now(), version = version + 1"
        " WHERE id = %s AND deleted_at IS NULL",
        (token_id,),
    )
    if done.rowcount == 0:
        raise NotFound(f"token: {args.id}")
    return {"id": str(token_id), "revoked": True}


def _list(connection: Connection) -> list[dict[str, Any]]:
    rows = connection.execute(
        "SELECT t.id, o.slug, t.name, t.prefix, t.created_at FROM hcc.ingest_tokens t"
        " JOIN hcc.organizations o ON o.id = t.organization_id WHERE t.deleted_at IS NULL ORDER BY t.created_at"
    )
    return [
        {"id": str(token_id), "organization": slug, "name": name, "prefix": prefix, "created_at": at.isoformat()}
        for token_id, slug, name, prefix, at in rows
    ]


def command(args: argparse.Namespace) -> int:
    """Exit code 0. Raises NotFound, SettingsError and psycopg.Error."""
    settings = load()
    if not settings.owner_database_url:
        raise SettingsError(["HCC_OWNER_DATABASE_URL is not set: PostgreSQL as role hcc_owner"])
    with psycopg.connect(settings.owner_database_url) as connection:
        found: Any
        match args.action:
            case "create":
                found = _create(connection, args)
            case "revoke":
                found = _revoke(connection, args)
            case _:
                found = _list(connection)
    if args.json:
        print(msgspec.json.encode(found).decode())
        return 0
    for row in found if isinstance(found, list) else [found]:
        print("  ".join(f"{name}={value}" for name, value in row.items()))
    return 0
