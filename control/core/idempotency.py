"""Idempotency keys: a request sent twice is done once.

The answer is stored in the same transaction as the work, so neither exists without the other. A request that finds its
twin still at work is told so at once instead of waiting (draft-ietf-httpapi-idempotency-key-header).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from control.core.crypto import Keyring, place
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, ValidationFailed

_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, 7))"
_FIND = """
SELECT request_hash, status, response FROM hcc.idempotency_keys
 WHERE organization_id = %(organization_id)s AND actor_id = %(actor_id)s AND key = %(key)s
"""
_STORE = """
INSERT INTO hcc.idempotency_keys (organization_id, actor_id, key, request_hash, status, response)
VALUES (%(organization_id)s, %(actor_id)s, %(key)s, %(request_hash)s, %(status)s, %(response)s)
"""


class Stored(msgspec.Struct, frozen=True):
    """An answer given before."""

    request_hash: bytes
    status: int
    response: bytes


class Outcome(msgspec.Struct, frozen=True):
    """The JSON of an answer's data, and whether it was given before."""

    data: msgspec.Raw
    status: int
    replayed: bool


def check_key(key: str) -> str:
    """A key as sent, or ValidationFailed."""
    if not _KEY.match(key):
        raise ValidationFailed(FieldError("Idempotency-Key", "must be 1 to 255 visible ASCII characters"))
    return key


def request_hash(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


async def once(
    tx: Transaction,
    keyring: Keyring,
    *,
    organization_id: UUID,
    actor_id: UUID,
    key: str,
    digest: bytes,
    status: int,
    work: Callable[[Transaction], Awaitable[Any]],
) -> Outcome:
    """Do `work` in `tx`, or give back what it gave before.

    Raises Conflict while a request with the same key is at work, ValidationFailed when the key came with another body.
    """
    name = f"{organization_id}:{actor_id}:{key}"
    if not await tx.value(_LOCK, name=name):
        raise Conflict(
            "A request with this Idempotency-Key is still being worked on; send it again shortly.", headers={"Retry-After": "1"}
        )
    where = place("idempotency_keys", "response", name)
    found = await tx.maybe(Stored, _FIND, organization_id=organization_id, actor_id=actor_id, key=key)
    if found is not None:
        if found.request_hash != digest:
            raise ValidationFailed(FieldError("Idempotency-Key", "was used before with another request; choose a new key"))
        return Outcome(msgspec.Raw(keyring.open(found.response, where)), found.status, replayed=True)
    raw = msgspec.json.encode(await work(tx))
    await tx.run(
        _STORE,
        organization_id=organization_id,
        actor_id=actor_id,
        key=key,
        request_hash=digest,
        status=status,
        response=keyring.seal(raw, where),
    )
    return Outcome(msgspec.Raw(raw), status, replayed=False)
