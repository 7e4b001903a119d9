"""Long work that a request starts and a job does: the request answers 202 with the operation, and anybody may look at it.

operation = await operations.start(tx, ctx.principal, organization_id=…, kind="user.export", subject_type="user",
                                   subject_id=user_id, task="accounts.export_user", user_id=str(user_id))

@jobs.task("accounts.export_user")
async def export_user(work: Work, *, operation_id: str, organization_id: str, user_id: str) -> None:
    async with operations.running(work, operation_id, organization_id) as operation:
        await operation.progress(50)
        operation.result = {"export_id": …}
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog
from psycopg.types.json import Jsonb

from control.core import jobs
from control.core.db import Scope, Transaction
from control.core.errors import DomainError
from control.core.ids import new_id
from control.core.jobs import Work
from control.core.permissions import Principal

log = structlog.get_logger("hcc.operations")
Status = Literal["pending", "running", "succeeded", "failed", "cancelled"]
FINISHED: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})

COLUMNS = (
    "id, organization_id, kind, status, progress, subject_type, subject_id, result, error, created_by,"
    " created_at, updated_at, finished_at"
)
_INSERT = f"""
INSERT INTO hcc.operations (id, organization_id, kind, subject_type, subject_id, created_by)
VALUES (%(id)s, %(organization_id)s, %(kind)s, %(subject_type)s, %(subject_id)s, %(created_by)s)
RETURNING {COLUMNS}
"""
_BEGIN = """
UPDATE hcc.operations SET status = 'running', updated_at = now()
 WHERE id = %(id)s AND status IN ('pending', 'running')
"""
_PROGRESS = """
UPDATE hcc.operations SET progress = %(progress)s, updated_at = now()
 WHERE id = %(id)s AND status = 'running' AND progress < %(progress)s
"""
_FINISH = """
UPDATE hcc.operations
   SET status = %(status)s, result = %(result)s, error = %(error)s, updated_at = now(), finished_at = now(),
       progress = CASE WHEN %(status)s = 'succeeded' THEN 100 ELSE progress END
 WHERE id = %(id)s AND status = 'running'
"""


class Operation(msgspec.Struct, kw_only=True):
    """One piece of long work; `progress` in percent. `error` holds `code` and `message` once it has failed."""

    id: UUID
    organization_id: UUID
    kind: str
    status: Status
    progress: int
    subject_type: str
    subject_id: str
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


async def start(
    tx: Transaction,
    principal: Principal,
    *,
    organization_id: UUID,
    kind: str,
    subject_type: str,
    subject_id: object,
    task: str,
    **arguments: Any,
) -> Operation:
    """Record the operation and queue the job `task` for it, both with this transaction or not at all."""
    operation = await tx.one(
        Operation,
        _INSERT,
        id=new_id(),
        organization_id=organization_id,
        kind=kind,
        subject_type=subject_type,
        subject_id=str(subject_id),
        created_by=principal.user_id,
    )
    await jobs.defer(tx, task, operation_id=str(operation.id), organization_id=str(organization_id), **arguments)
    return operation


class Running:
    """An operation at work. What `result` holds at the end is what the caller sees; never put a secret there."""

    def __init__(self, work: Work, operation_id: UUID, scope: Scope) -> None:
        self._work = work
        self.scope = scope
        self.id = operation_id
        self.result: dict[str, Any] = {}

    async def progress(self, percent: int) -> None:
        """Say how far it is; a lower value than before is ignored."""
        async with self._work.runtime.database.transaction(self.scope) as tx:
            await tx.run(_PROGRESS, id=self.id, progress=max(0, min(percent, 100)))

    async def finish(self, status: Status, result: dict[str, Any] | None, error: dict[str, Any] | None) -> None:
        """Write down the end; `running` calls it."""
        async with self._work.runtime.database.transaction(self.scope) as tx:
            await tx.run(
                _FINISH,
                id=self.id,
                status=status,
                result=None if result is None else Jsonb(msgspec.to_builtins(result)),
                error=None if error is None else Jsonb(error),
            )


@asynccontextmanager
async def running(work: Work, operation_id: str, organization_id: str) -> AsyncIterator[Running]:
    """The body of an operation's job.

    An exception marks the operation failed when no further attempt follows, and goes on to the queue either way. The
    caller learns the code and words of a DomainError, and nothing of any other error. A finished or cancelled operation
    ends the job with `jobs.Skip` before its body runs.
    """
    operation = Running(work, UUID(operation_id), Scope(UUID(organization_id)))
    async with work.runtime.database.transaction(operation.scope) as tx:
        begun = await tx.run(_BEGIN, id=operation.id)
    if begun == 0:
        raise jobs.Skip(f"operation {operation_id} is finished")
    try:
        yield operation
    except Exception as error:
        if work.last_attempt:
            log.exception("operation failed", operation_id=operation_id)
            await operation.finish("failed", None, _shown(error))
        raise
    await operation.finish("succeeded", operation.result, None)


def _shown(error: Exception) -> dict[str, Any]:
    if isinstance(error, DomainError):
        return {"code": error.code, "message": str(error.message)}
    return {"code": "INTERNAL_ERROR", "message": "The work failed; the error was recorded."}
