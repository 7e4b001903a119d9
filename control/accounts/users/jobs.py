"""Jobs about people."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from control.accounts.auth import sessions
from control.accounts.users import queries as q
from control.core import audit, events, jobs, operations
from control.core.crypto import place
from control.core.db import Scope, Transaction
from control.core.envelope import now
from control.core.jobs import Work


class Membership(msgspec.Struct):
    organization_id: UUID
    created_at: datetime
    last_used_at: datetime | None
    roles: list[str]


class Session(msgspec.Struct):
    id: UUID
    user_agent: str
    address: str | None
    created_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None


class Key(msgspec.Struct):
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    deleted_at: datetime | None


class Passkey(msgspec.Struct):
    name: str
    aaguid: UUID
    rp_id: str
    created_at: datetime
    last_used_at: datetime | None


class Entry(msgspec.Struct):
    at: datetime
    action: str
    subject_type: str
    subject_id: str
    address: str | None


class Person(msgspec.Struct):
    id: UUID
    organization_id: UUID
    email: str
    username: str
    full_name: str
    locale: str
    timezone: str
    is_active: bool
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None
    deleted_at: datetime | None


class Export(msgspec.Struct):
    """Everything that is kept about a person, in one document."""

    exported_at: datetime
    person: Person
    memberships: list[Membership]
    sessions: list[Session]
    api_keys: list[Key]
    passkeys: list[Passkey]
    audit_log: list[Entry]


async def gather(tx: Transaction, organization_id: UUID, user_id: UUID) -> Export | None:
    """Read all of it; None when the person is gone. Works in the person's own scope."""
    await tx.switch(Scope(organization_id, user_id))
    person = await tx.maybe(Person, q.SQL.person, id=user_id)
    if person is None:
        return None
    return Export(
        exported_at=now(),
        person=person,
        memberships=await tx.all(Membership, q.SQL.person_memberships, id=user_id),
        sessions=await tx.all(Session, q.SQL.person_sessions, id=user_id),
        api_keys=await tx.all(Key, q.SQL.person_keys, id=user_id),
        passkeys=await tx.all(Passkey, q.SQL.person_passkeys, id=user_id),
        audit_log=await tx.all(Entry, q.SQL.person_audit, id=user_id, organization_id=organization_id),
    )


@jobs.task("accounts.export_user")
async def export_user(work: Work, *, operation_id: str, organization_id: str, user_id: str, **_more: Any) -> None:
    """Gather a person's data and keep them sealed for a week. The export has the operation's id: a second run finds it."""
    organization, person = UUID(organization_id), UUID(user_id)
    async with operations.running(work, operation_id, organization_id) as operation:
        async with work.runtime.database.transaction(Scope(organization, person)) as tx:
            document = await gather(tx, organization, person)
            if document is not None:
                export_id = UUID(operation_id)
                sealed = work.runtime.keyring.seal(msgspec.json.encode(document), place("user_exports", "document", export_id))
                await tx.run(q.SQL.prune_exports, user_id=person)
                await tx.run(q.SQL.store_export, id=export_id, organization_id=organization, user_id=person, document=sealed)
        operation.result = {"download": f"/v1/users/{user_id}/exports/{operation_id}"} if document else {"download": None}


@jobs.task("accounts.erase_user")
async def erase_user(work: Work, *, operation_id: str, organization_id: str, user_id: str, **_more: Any) -> None:
    """Take a person out of every table. Can run twice."""
    organization, person = UUID(organization_id), UUID(user_id)
    async with operations.running(work, operation_id, organization_id) as operation:
        async with work.runtime.database.transaction(Scope(organization, person)) as tx:
            await sessions.end_all(tx, work.runtime, person, "erased")
            found = await tx.maybe(Person, q.SQL.person, id=person)
            await tx.switch(Scope(organization, None))
            await tx.run(q.SQL.erase, id=person)
            if found is not None:
                await tx.run(q.SQL.forget_reset_jobs, email=found.email)
            await audit.record(tx, audit.SYSTEM, "user.erased", "user", person, organization_id=organization)
            await events.emit(tx, "user.erased", organization, {"id": person})
        operation.result = {"erased": user_id}
