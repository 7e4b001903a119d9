"""Bans: made by people or by watching, in force on every gateway at once, never forgotten, lifted by saying so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import said
from control.security.bans import queries as q
from control.security.bans.models import Ban, Lift, NewBan

SORTABLE = {"created_at": "created_at", "until": "until", "network": "network"}
MOST_BANS = 50_000
WIDEST = {4: 8, 6: 16}
"""Shortest prefix that one ban may have, by version of IP."""


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Ban], int]:
    """The bans in reach; `address` finds those that cover one. Raises ValidationFailed for an address that is none."""
    if filters["address"] is not None:
        try:
            ip_address(filters["address"])
        except ValueError:
            raise ValidationFailed(FieldError("address", "is no address"), "The query has invalid parameters.") from None
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Ban, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, ban_id: UUID) -> Ban:
    """One ban. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await _find(tx, ban_id)
        await ctx.audit_read(tx, "ban", found.id, organization_id=found.organization_id)
    return found


async def create(ctx: Context, tx: Transaction, data: NewBan) -> Ban:
    """A ban by a person. Raises ValidationFailed; Conflict for a trusted proxy, or when a ban in force says the same."""
    network, until = _checked(data)
    organization_id = ctx.principal.organization_id
    if await tx.value(q.SQL.trusted, network=network):
        raise Conflict("The network holds a trusted proxy: everybody behind it would be kept out.")
    if await tx.value(q.SQL.same, organization_id=organization_id, network=network, until=until):
        raise Conflict("A ban in force covers this network for as long at least.")
    if await tx.value(q.SQL.how_many, organization_id=organization_id) >= MOST_BANS:
        raise Conflict(said("An organization has at most %(most)s bans in force; lift some first.", most=MOST_BANS))
    made = await insert(tx, organization_id, network, data.reason, until, created_by=ctx.actor.id)
    await ctx.audit(tx, "ban.created", "ban", made.id, organization_id=organization_id, after=made)
    return made


async def insert(
    tx: Transaction,
    organization_id: UUID,
    network: str,
    reason: str,
    until: datetime | None,
    *,
    created_by: UUID | None = None,
    detector: str | None = None,
    evidence: dict[str, Any] | None = None,
) -> Ban:
    """Write a ban down; the gateways are told with the commit."""
    ban_id = new_id()
    await tx.run(
        q.SQL.insert,
        id=ban_id,
        organization_id=organization_id,
        network=network,
        reason=reason,
        detector=detector,
        evidence=None if evidence is None else Jsonb(evidence),
        until=until,
        created_by=created_by,
    )
    made = await _find(tx, ban_id)
    await events.emit(tx, "ban.created", organization_id, made)
    return made


async def lift(ctx: Context, ban_id: UUID, data: Lift) -> Ban:
    """Let them in again. Raises Conflict when the ban is not in force."""
    async with ctx.transaction() as tx:
        await tx.value(q.SQL.lock, id=ban_id)
        before = await _find(tx, ban_id)
        ctx.if_match(before.version)
        if not before.in_force:
            raise Conflict("The ban is not in force: it has ended, or was lifted.")
        await tx.run(q.SQL.lift, id=ban_id, lifted_by=ctx.actor.id, lift_reason=data.reason)
        after = await _find(tx, ban_id)
        await ctx.audit(tx, "ban.lifted", "ban", ban_id, organization_id=before.organization_id, before=before, after=after)
        await events.emit(tx, "ban.lifted", before.organization_id, after)
    return after


async def _find(tx: Transaction, ban_id: UUID) -> Ban:
    found = await tx.maybe(Ban, q.SQL.get, id=ban_id)
    if found is None:
        raise NotFound("ban")
    return found


def _checked(data: NewBan) -> tuple[str, datetime | None]:
    errors = []
    network = ""
    try:
        found = ip_network(data.network.strip(), strict=False)
        network = str(found)
        if found.prefixlen < WIDEST[found.version]:
            errors.append(FieldError("/network", said("is wider than a /%(width)s", width=WIDEST[found.version])))
    except ValueError:
        errors.append(FieldError("/network", "is no address or network such as 192.0.2.7 or 2001:db8::/64"))
    until = data.until
    if data.seconds is not None:
        if until is not None:
            errors.append(FieldError("/seconds", "cannot stand beside until"))
        until = datetime.now(UTC) + timedelta(seconds=data.seconds)
    elif until is not None and until <= datetime.now(UTC):
        errors.append(FieldError("/until", "is past"))
    if errors:
        raise ValidationFailed(errors)
    return network, until
