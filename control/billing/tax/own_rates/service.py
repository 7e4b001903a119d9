"""A seller's own rates: added, and ended. What one is never changes, so that no invoice rests on a rate that was another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import ExclusionViolation, UniqueViolation
from psycopg.types.json import Jsonb

from control.billing.addresses import EU, countries
from control.billing.money import number_error, present
from control.billing.settings import service as settings
from control.billing.tax.own_rates import queries as q
from control.billing.tax.own_rates.models import End, NewTaxRate, TaxRate
from control.billing.tax.rates import built_in
from control.billing.tax.regions import REGIONS
from control.billing.texts import line_error
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest
from control.core.words import said

SORTABLE = {"created_at": "created_at", "valid_from": "valid_from", "country": "country"}
MOST = 500
"""Rates in force or to come: they are read with the seller's settings."""
_HUNDRED = Decimal(100)
_OTHER_PARTS = {"ES": {"CE", "ML"}, "IT": {"CAMPIONE"}}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[TaxRate], int]:
    """The own rates of the organisations in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **filters)
        return await tx.all(TaxRate, wanted.sorted(q.SQL.page), **filters), total


async def get(ctx: Context, rate_id: UUID) -> TaxRate:
    """One of them. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await _find(tx, rate_id)
        await ctx.audit_read(tx, "tax_rate", found.id, organization_id=found.organization_id)
        return found


async def _find(tx: Transaction, rate_id: UUID, *, lock: bool = False) -> TaxRate:
    if lock:
        await tx.value(q.SQL.lock, id=rate_id)
    found = await tx.maybe(TaxRate, q.SQL.get, id=rate_id)
    if found is None:
        raise NotFound("tax rate")
    return found


async def create(ctx: Context, tx: Transaction, data: NewTaxRate) -> TaxRate:
    """A new rate. Raises ValidationFailed, and Conflict when another holds on some of these days."""
    organization_id = ctx.principal.organization_id
    if errors := _errors(data):
        raise ValidationFailed(errors)
    if await tx.value(q.SQL.how_many, organization_id=organization_id) >= MOST:
        raise Conflict(said("An organization has at most %(most)s rates of its own.", most=MOST))
    rate_id = new_id()
    columns = msgspec.structs.asdict(data) | {"components": Jsonb(msgspec.to_builtins(data.components))}
    try:
        await tx.run(q.SQL.insert, id=rate_id, organization_id=organization_id, **columns)
    except (ExclusionViolation, UniqueViolation):
        raise Conflict(
            "Another rate of this place and class holds on some of these days; end that one first.",
            details={"field": "/valid_from"},
        ) from None
    made = await _find(tx, rate_id)
    await ctx.audit(tx, "tax_rate.created", "tax_rate", made.id, organization_id=organization_id, after=made)
    await events.emit(tx, "tax_rate.created", organization_id, made)
    return made


async def end(ctx: Context, rate_id: UUID, data: End) -> TaxRate:
    """Set the last day. Raises ValidationFailed for a day that has passed or is before the first, Conflict when it has one."""
    async with ctx.transaction() as tx:
        before = await _find(tx, rate_id, lock=True)
        ctx.if_match(before.version)
        day = today((await settings.find(tx, before.organization_id)).timezone)
        if before.valid_to is not None and before.valid_to < day:
            raise Conflict("This rate has ended already.", details={"valid_to": before.valid_to.isoformat()})
        if data.valid_to < day:
            words = said("must be %(day)s or later: invoices of earlier days rest on it", day=day)
            raise ValidationFailed(FieldError("/valid_to", words))
        if data.valid_to < before.valid_from:
            raise ValidationFailed(FieldError("/valid_to", "must not be before valid_from"))
        try:
            await tx.run(q.SQL.end, id=rate_id, valid_to=data.valid_to)
        except ExclusionViolation:
            raise Conflict("Another rate holds on some of these days.", details={"field": "/valid_to"}) from None
        after = await _find(tx, rate_id)
        where = after.organization_id
        await ctx.audit(tx, "tax_rate.ended", "tax_rate", after.id, organization_id=where, before=before, after=after)
        await events.emit(tx, "tax_rate.ended", where, after)
    return after


async def delete(ctx: Context, rate_id: UUID) -> None:
    """Delete a rate that has not begun. Raises Conflict for any other."""
    async with ctx.transaction() as tx:
        before = await _find(tx, rate_id, lock=True)
        ctx.if_match(before.version)
        if before.valid_from <= today((await settings.find(tx, before.organization_id)).timezone):
            raise Conflict("This rate holds already, or did; end it instead.")
        await tx.run(q.SQL.delete, id=rate_id)
        await ctx.audit(tx, "tax_rate.deleted", "tax_rate", before.id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "tax_rate.deleted", before.organization_id, {"id": before.id})


def _errors(data: NewTaxRate) -> list[FieldError]:
    found = present([number_error("/percent", data.percent, 4, most=_HUNDRED), line_error("/note", data.note)])
    if data.country not in countries():
        found.append(FieldError("/country", "is not a country of ISO 3166-1"))
    elif data.region and data.region not in _regions(data.country):
        found.append(FieldError("/region", said("is no part of %(country)s that taxes by itself", country=data.country)))
    if data.valid_to is not None and data.valid_to < data.valid_from:
        found.append(FieldError("/valid_to", "must not be before valid_from"))
    for n, one in enumerate(data.components):
        found += present([number_error(f"/components/{n}/percent", one.percent, 4, most=_HUNDRED)])
        found += present([line_error(f"/components/{n}/name", one.name)])
        if not 1 <= len(one.name) <= 20:
            found.append(FieldError(f"/components/{n}/name", "must have 1 to 20 characters"))
    if not found and data.components:
        if len({one.name for one in data.components}) < len(data.components):
            found.append(FieldError("/components", "must have different names"))
        if sum((one.percent for one in data.components), Decimal(0)) != data.percent:
            found.append(FieldError("/components", "must add up to percent"))
    return found


def _regions(country: str) -> set[str]:
    known = {rate.region for rate in built_in() if rate.country == country and country in EU}
    return known | set(REGIONS.get(country, {}).values()) | _OTHER_PARTS.get(country, set())
