"""The audit log: who did what to what, before and after, from where. Append-only; secrets never enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.db import Transaction

_HIDDEN = ("password", "secret", "token", "key_hash", "private", "recovery", "totp")
_INSERT = """
INSERT INTO hcc.audit_log (organization_id, actor_id, actor_type, actor_org_id, action, subject_type, subject_id,
                           before, after, address, request_id)
VALUES (%(organization_id)s, %(actor_id)s, %(actor_type)s, %(actor_org_id)s, %(action)s, %(subject_type)s,
        %(subject_id)s, %(before)s, %(after)s, %(address)s, %(request_id)s)
"""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, from where, in which request."""

    kind: Literal["user", "api_key", "system"]
    id: UUID | None = None
    organization_id: UUID | None = None
    address: str | None = None
    request_id: str | None = None


SYSTEM = Actor(kind="system")


def actor_of(said: Mapping[str, str]) -> Actor:
    """Who asked for work that a job does, from the job's arguments `kind`, `id` and `organization_id`."""
    return Actor(
        kind="api_key" if said["kind"] == "api_key" else "user",
        id=UUID(said["id"]),
        organization_id=UUID(said["organization_id"]),
    )


def without_secrets(value: Any) -> Any:
    """A copy in which everything that is named like a secret is hidden."""
    if isinstance(value, dict):
        return {
            k: "(hidden)" if any(word in str(k).lower() for word in _HIDDEN) and not isinstance(v, bool) else without_secrets(v)
            for k, v in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(v) for v in value]
    return value


def changed(before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two structs as dicts, with only the fields that differ."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    keys = [k for k in new if old.get(k) != new.get(k) and k not in ("version", "updated_at")]
    return {k: old.get(k) for k in keys}, {k: new[k] for k in keys}


async def record_many(
    tx: Transaction,
    actor: Actor,
    action: str,
    subject_type: str,
    changes: Sequence[tuple[object, UUID, Any, Any]],
) -> None:
    """Write an entry for each subject: its id, its organisation, before, after."""
    await tx.run_many(
        _INSERT,
        [_row(actor, action, subject_type, key, owner, before, after) for key, owner, before, after in changes],
    )


async def record(
    tx: Transaction,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: object,
    *,
    organization_id: UUID,
    before: Any = None,
    after: Any = None,
) -> None:
    """Write one entry into the subject's organisation, in the transaction of the change itself."""
    await tx.run(_INSERT, **_row(actor, action, subject_type, subject_id, organization_id, before, after))


def _row(
    actor: Actor, action: str, subject_type: str, subject_id: object, organization_id: UUID, before: Any, after: Any
) -> dict[str, Any]:  # fmt: skip
    return {
        "organization_id": organization_id,
        "actor_id": actor.id,
        "actor_type": actor.kind,
        "actor_org_id": actor.organization_id,
        "action": action,
        "subject_type": subject_type,
        "subject_id": str(subject_id),
        "before": None if before is None else Jsonb(without_secrets(msgspec.to_builtins(before))),
        "after": None if after is None else Jsonb(without_secrets(msgspec.to_builtins(after))),
        "address": actor.address,
        "request_id": actor.request_id,
    }
