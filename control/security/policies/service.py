"""Policies of the firewall, and what is in force on a site."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.security import kept
from control.security.kept import Kind
from control.security.policies import queries as q
from control.security.policies.models import NewSecurityPolicy, PolicyInForce, SecurityPolicy
from control.sites.sites import service as sites

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at"}
KIND = Kind("policy", "security_policy", q.SQL, 5000, "There is a policy for this place already; change that one.")
ROWS = kept.Rows(KIND, SecurityPolicy)


async def create(ctx: Context, tx: Transaction, data: NewSecurityPolicy) -> SecurityPolicy:
    """A policy for an organisation, a site or a route. Raises ValidationFailed, Conflict when the place has one."""
    return await kept.create(ctx, tx, KIND, SecurityPolicy, data.site_id, _columns(data))


async def replace(ctx: Context, policy_id: UUID, data: NewSecurityPolicy) -> SecurityPolicy:
    """Set all fields of a policy. Raises as `create` does."""
    return await kept.update(ctx, KIND, SecurityPolicy, policy_id, data.site_id, _columns(data))


async def in_force(ctx: Context, site_id: UUID) -> list[PolicyInForce]:
    """What is in force on a site and on each of its routes."""
    async with ctx.transaction() as tx:
        site = await sites.find(tx, site_id)
        await ctx.audit_read(tx, "site", site.id, organization_id=site.organization_id)
        return await tx.all(PolicyInForce, q.SQL.in_force, site_id=site_id)


async def of_place(tx: Transaction, organization_id: UUID, site_id: UUID | None, route_id: UUID | None) -> SecurityPolicy | None:
    """The policy of exactly this place, if it has one."""
    return await tx.maybe(
        SecurityPolicy, q.SQL.of_place, organization_id=organization_id, site_id=site_id, route_id=route_id
    )  # fmt: skip


def _columns(data: NewSecurityPolicy) -> dict[str, Any]:
    if data.route_id is not None and data.site_id is None:
        raise ValidationFailed(FieldError("/site_id", "is needed beside route_id"))
    built = msgspec.structs.asdict(data)
    del built["site_id"]
    return built
