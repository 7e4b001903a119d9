"""Making the first people and organisations, with the owner's rights: installation, `hcc admin`, the demo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from control.core.ids import new_id

Connection = psycopg.Connection[Any]


class DirectoryError(Exception):
    """What was asked cannot be done; the message says why and what to do."""


def organization(connection: Connection, slug: str) -> UUID | None:
    """An organisation by its slug."""
    row = connection.execute("SELECT id FROM hcc.organizations WHERE slug = %s AND deleted_at IS NULL", (slug,)).fetchone()
    return None if row is None else row[0]


def platform(connection: Connection) -> UUID | None:
    """The root of the tree."""
    row = connection.execute("SELECT id FROM hcc.organizations WHERE kind = 'platform'").fetchone()
    return None if row is None else row[0]


def ensure_organization(
    connection: Connection, *, slug: str, name: str, kind: str, parent: UUID | None, plan: str = "standard"
) -> UUID:
    """The organisation with this slug, made when it is not there."""
    found = platform(connection) if kind == "platform" else organization(connection, slug)
    if found is not None:
        return found
    made = new_id()
    connection.execute(
        "INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug, plan) VALUES (%s, %s, %s, '{}', %s, %s, %s)",
        (made, parent, kind, name, slug, plan),
    )
    return made


def person(connection: Connection, email: str) -> UUID | None:
    """A person by address."""
    row = connection.execute("SELECT id FROM hcc.users WHERE email = lower(%s) AND deleted_at IS NULL", (email,)).fetchone()
    return None if row is None else row[0]


def add_person(
    connection: Connection, *, organization_id: UUID, email: str, username: str, full_name: str, role: str, password_hash: str
) -> UUID:
    """Add a person with one role. Raises DirectoryError for an address or name in use, or a role that is not there."""
    user_id = new_id()
    try:
        connection.execute(
            "INSERT INTO hcc.users (id, organization_id, email, username, full_name) VALUES (%s, %s, lower(%s), %s, %s)",
            (user_id, organization_id, email, username, full_name),
        )
    except psycopg.errors.UniqueViolation:
        raise DirectoryError(f"{email} (or the user name {username}) is in use") from None
    except psycopg.errors.CheckViolation:
        raise DirectoryError(f"{email!r} or {username!r} is not acceptable as address or user name") from None
    connection.execute("INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%s, %s)", (organization_id, user_id))
    given = connection.execute(
        "INSERT INTO hcc.user_roles (organization_id, user_id, role_id)"
        " SELECT o.id, %(user)s, r.id FROM hcc.organizations o"
        " JOIN hcc.roles r ON r.organization_id IS NULL AND r.name = %(role)s"
        "  AND r.user_type = CASE o.kind WHEN 'platform' THEN 'admin' ELSE o.kind END WHERE o.id = %(organization)s",
        {"user": user_id, "role": role, "organization": organization_id},
    ).rowcount
    if given != 1:
        raise DirectoryError(f"there is no role {role} for that organization")
    set_password(connection, user_id, password_hash)
    note(connection, organization_id, "user.created", "user", user_id)
    return user_id


def set_password(connection: Connection, user_id: UUID, password_hash: str) -> None:
    """Replace a password; open sessions end with it."""
    connection.execute(
        "INSERT INTO hcc.user_credentials (user_id, password_hash, password_set_at) VALUES (%s, %s, now())"
        " ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, password_set_at = now()",
        (user_id, password_hash),
    )
    connection.execute("INSERT INTO hcc.password_history (user_id, password_hash) VALUES (%s, %s)", (user_id, password_hash))
    end_sessions(connection, user_id)


def end_sessions(connection: Connection, user_id: UUID) -> None:
    """End every session of a person, at the gateways too."""
    connection.execute("SELECT set_config('app.current_user_id', %s, true)", (str(user_id),))
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("SELECT id FROM hcc.sessions WHERE user_id = %s AND revoked_at IS NULL", (user_id,))
        for (session_id,) in cursor.fetchall():
            connection.execute(
                "SELECT hcc.revoke_session(%s, 'password set by an administrator', interval '1 day')", (session_id,)
            )


def note(connection: Connection, organization_id: UUID, action: str, subject_type: str, subject_id: object) -> None:
    """An entry of the audit log by the system itself."""
    connection.execute(
        "INSERT INTO hcc.audit_log (organization_id, actor_type, action, subject_type, subject_id)"
        " VALUES (%s, 'system', %s, %s, %s)",
        (organization_id, action, subject_type, str(subject_id)),
    )


def add_signing_key(connection: Connection, kid: str, public_jwk: dict[str, Any], private_key: bytes, lead_seconds: int) -> None:
    """Publish a key that signs after `lead_seconds`."""
    connection.execute(
        "INSERT INTO hcc.signing_keys (kid, algorithm, public_jwk, private_key, active_from)"
        " VALUES (%s, 'EdDSA', %s, %s, now() + make_interval(secs => %s))",
        (kid, Jsonb(public_jwk), private_key, lead_seconds),
    )
