"""How much organisations may push: seen by them, set by whoever sells to them."""

from __future__ import annotations

from uuid import UUID

from control.core import events
from control.core.context import Context
from control.core.db import Scope
from control.core.errors import Forbidden, NotFound
from control.core.pagination import PageRequest, like
from control.monitoring.limits import queries as q
from control.monitoring.limits.models import MetricLimits, MetricLimitsPut

SORTABLE = {"created_at": "o.created_at", "name": "o.name", "updated_at": "l.updated_at"}


async def page(ctx: Context, wanted: PageRequest) -> tuple[list[MetricLimits], int]:
    """Of the organisations in reach."""
    params = {"search": like(wanted.search)}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(MetricLimits, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, organization_id: UUID) -> MetricLimits:
    """Of one. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(MetricLimits, q.SQL.get, organization_id=organization_id)
        if found is None:
            raise NotFound("organization")
        await ctx.audit_read(tx, "metric_limits", organization_id, organization_id=organization_id)
    return found


async def put(ctx: Context, organization_id: UUID, data: MetricLimitsPut) -> MetricLimits:
    """Set them; ingesters know within two seconds. Raises NotFound, Forbidden for one's own unless one is the platform."""
    # As the caller's own organisation, also while staff work inside the one that is limited: nobody's limits are their own word.
    who = ctx.principal
    scope = Scope(who.home_organization_id, who.user_id, who.scope().access)
    async with ctx.runtime.database.transaction(scope) as tx:
        if await tx.value(q.SQL.lock, organization_id=organization_id) is None:
            raise NotFound("organization")
        if organization_id == who.home_organization_id and who.user_type != "admin":
            raise Forbidden("An organization's limits are set by the one above it.")
        before = await tx.one(MetricLimits, q.SQL.get, organization_id=organization_id)
        ctx.if_match(before.version)
        await tx.run(q.SQL.put, organization_id=organization_id, values_per_s=data.values_per_s, active_series=data.active_series)
        after = await tx.one(MetricLimits, q.SQL.get, organization_id=organization_id)
        await ctx.audit(
            tx,
            "metric_limits.updated",
            "metric_limits",
            organization_id,
            organization_id=organization_id,
            before=before,
            after=after,
        )
        await events.emit(tx, "metric_limits.updated", organization_id, after)
    return after
