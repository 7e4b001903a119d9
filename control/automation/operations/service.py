"""Looking at long work; starting and doing it is control/core/operations.py."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from control.automation.operations import queries as q
from control.core.context import Context
from control.core.errors import NotFound
from control.core.operations import Operation
from control.core.pagination import PageRequest

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "kind": "kind", "status": "status"}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Operation], int]:
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **filters)
        return await tx.all(Operation, wanted.sorted(q.SQL.page), **filters), total


async def get(ctx: Context, operation_id: UUID) -> Operation:
    """One operation. Raises NotFound, also for one of somebody else."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(Operation, q.SQL.get, id=operation_id)
        if found is None:
            raise NotFound("operation")
        await ctx.audit_read(tx, "operation", found.id, organization_id=found.organization_id)
    return found
