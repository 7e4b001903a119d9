"""Reading the audit log; writing it is control/core/audit.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from control.core.context import Context
from control.core.errors import FieldError, NotFound, ValidationFailed
from control.core.pagination import PageRequest
from control.security.audit_log import queries as q
from control.security.audit_log.models import AuditEntry

SORTABLE = {"at": "at"}
_LARGEST = 2**63 - 1


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[AuditEntry], int]:
    """Entries in reach, from `since` on and before `until`. Raises ValidationFailed for a time without zone."""
    wrong = [
        FieldError(name, "needs a time zone, such as Z")
        for name in ("since", "until")
        if isinstance(filters[name], datetime) and filters[name].tzinfo is None
    ]
    if wrong:
        raise ValidationFailed(wrong, "The query has invalid parameters.")
    if filters["organization_id"] is None and ctx.principal.scope().access == "own":
        # No other's are in reach; said here, it is a condition that finds an index.
        filters = {**filters, "organization_id": ctx.principal.organization_id}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **filters)
        return await tx.all(AuditEntry, wanted.sorted(q.SQL.page), **filters), total


async def get(ctx: Context, entry_id: int) -> AuditEntry:
    """One entry. Raises NotFound, also for one of somebody else."""
    if not 0 < entry_id <= _LARGEST:
        raise NotFound("audit entry")
    async with ctx.transaction() as tx:
        found = await tx.maybe(AuditEntry, q.SQL.get, id=entry_id)
    if found is None:
        raise NotFound("audit entry")
    return found
