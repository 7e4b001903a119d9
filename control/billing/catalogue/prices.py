"""Prices: versions of what a plan costs. What was used never changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from control.billing import units
from control.billing.catalogue import products
from control.billing.catalogue import queries as q
from control.billing.catalogue.metering import selector_error
from control.billing.catalogue.models import Move, Moved, NewPrice, NewVersion, Price
from control.billing.catalogue.pricing import Model, tiers_error
from control.billing.money import PRICE_DIGITS, QUANTITY_DIGITS, amount_error, currency_error, number_error, present
from control.billing.settings import service as settings
from control.billing.texts import line_error
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed, below
from control.core.ids import new_id
from control.core.pagination import PageRequest
from control.core.words import said

SORTABLE = {"created_at": "created_at", "amount": "amount", "valid_from": "valid_from"}
_MOST = Decimal(1_000_000_000)


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Price], int]:
    """The prices in reach; `on` is a day on which they are sold."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.prices_count, **filters)
        return await tx.all(Price, wanted.sorted(q.SQL.prices_page), **filters), total


async def get(ctx: Context, price_id: UUID) -> Price:
    """One price. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, price_id)
        await ctx.audit_read(tx, "price", found.id, organization_id=found.organization_id)
    return found


async def find(tx: Transaction, price_id: UUID, *, lock: bool = False) -> Price:
    """The price in this transaction. Raises NotFound."""
    if lock:
        await tx.value(q.SQL.lock_price, id=price_id)
    found = await tx.maybe(Price, q.SQL.price, id=price_id)
    if found is None:
        raise NotFound("price")
    return found


async def create(ctx: Context, tx: Transaction, data: NewPrice) -> Price:
    """A new price of a plan. Raises ValidationFailed, Conflict when there is one for the same day."""
    try:
        plan = await products.find_plan(tx, data.plan_id)
    except NotFound:
        raise ValidationFailed(FieldError("/plan_id", "is no plan of yours")) from None
    _check(data)
    return await _insert(ctx, tx, plan.organization_id, data, None)


async def replace(ctx: Context, price_id: UUID, data: NewPrice) -> Price:
    """Set all of a price that was never used. Raises Conflict for one that was: make a version of it."""
    async with ctx.transaction() as tx:
        before = await find(tx, price_id, lock=True)
        ctx.if_match(before.version)
        if before.used_at is not None:
            raise Conflict("This price was used and cannot be changed; make a new version.")
        if before.replaces_id is not None or before.valid_to is not None:
            raise Conflict("This price has versions before or after it; delete the last one, or make another.")
        if data.plan_id != before.plan_id:
            raise ValidationFailed(FieldError("/plan_id", "cannot be changed; make another price"))
        _check(data)
        seller = await settings.find(tx, before.organization_id)
        columns = _columns(data) | {"valid_from": data.valid_from or today(seller.timezone)}
        try:
            await tx.run(q.SQL.update_price, id=price_id, **columns)
        except UniqueViolation:
            raise Conflict("This plan has such a price for that day already.") from None
        after = await find(tx, price_id)
        await _tell(ctx, tx, "updated", after, before)
    return after


async def add_version(ctx: Context, tx: Transaction, price_id: UUID, data: NewVersion) -> Price:
    """What takes a price's place from a day on; subscriptions keep what they have until they are moved.

    Raises Conflict for a price that has been replaced, ValidationFailed.
    """
    before = await find(tx, price_id, lock=True)
    if before.valid_to is not None:
        raise Conflict("This price is replaced already; make a version of the one that replaced it.")
    seller = await settings.find(tx, before.organization_id)
    start = data.valid_from or today(seller.timezone)
    if start <= before.valid_from:
        raise ValidationFailed(
            FieldError("/valid_from", said("must be after %(day)s, when this version begins", day=before.valid_from))
        )
    wanted = NewPrice(
        **{name: getattr(data, name) for name in NewVersion.__struct_fields__ if name != "valid_from"},
        valid_from=start,
        plan_id=before.plan_id,
        name=before.name,
        currency=before.currency,
        interval=before.interval,
        model=before.model,
        unit=units.known(before.unit),
    )
    _check(wanted)
    made = await _insert(ctx, tx, before.organization_id, wanted, before.id)
    await tx.run(q.SQL.end_price, id=before.id, valid_to=start)
    return made


async def archive(ctx: Context, price_id: UUID) -> Price:
    """Sell it no more; subscriptions go on with it. Raises Conflict when that was done."""
    async with ctx.transaction() as tx:
        before = await find(tx, price_id, lock=True)
        ctx.if_match(before.version)
        if not before.is_active:
            raise Conflict("This price is archived already.")
        await tx.run(q.SQL.archive_price, id=price_id)
        after = await find(tx, price_id)
        await _tell(ctx, tx, "updated", after, before)
    return after


async def delete(ctx: Context, price_id: UUID) -> None:
    """Delete a version that was never used and that none replaced. Raises Conflict."""
    async with ctx.transaction() as tx:
        before = await find(tx, price_id, lock=True)
        ctx.if_match(before.version)
        if before.used_at is not None or before.valid_to is not None:
            raise Conflict("This price was used or replaced; archive it instead.")
        await tx.run(q.SQL.delete_price, id=price_id)
        if before.replaces_id is not None:
            await tx.run(q.SQL.reopen_replaced, id=before.replaces_id)
        await ctx.audit(tx, "price.deleted", "price", before.id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "price.deleted", before.organization_id, {"id": before.id})


async def move(ctx: Context, tx: Transaction, price_id: UUID, data: Move) -> Moved:
    """Let subscriptions change to another price with their first period from a day on. Raises ValidationFailed.

    An event for each subscription says so, from which the customer is told in time.
    """
    before = await find(tx, price_id, lock=True)
    try:
        target = await find(tx, data.to_price_id)
    except NotFound:
        raise ValidationFailed(FieldError("/to_price_id", "is no price of yours")) from None
    same = ("organization_id", "plan_id", "currency", "interval", "model")
    if target.id == before.id or any(getattr(target, name) != getattr(before, name) for name in same):
        raise ValidationFailed(FieldError("/to_price_id", "must be another price of the same plan, currency, interval and model"))
    seller = await settings.find(tx, before.organization_id)
    if data.effective_from <= today(seller.timezone):
        raise ValidationFailed(FieldError("/effective_from", "must be after today"))
    found = await tx.all(
        _Moved,
        q.SQL.move_items,
        organization_id=before.organization_id,
        price_id=before.id,
        to_price_id=target.id,
        effective_from=data.effective_from,
    )
    await tx.run(q.SQL.use_prices, ids=[target.id])
    for one in found:
        told = {"id": one.subscription_id, "price_id": before.id, "to_price_id": target.id, "effective_from": data.effective_from}
        await events.emit(tx, "subscription.price_announced", before.organization_id, told)
    await ctx.audit(tx, "price.moved", "price", before.id, organization_id=before.organization_id, after=data)
    return Moved(items=len(found), effective_from=data.effective_from)


class _Moved(msgspec.Struct):
    subscription_id: UUID


async def _insert(ctx: Context, tx: Transaction, organization_id: UUID, data: NewPrice, replaces: UUID | None) -> Price:
    seller = await settings.find(tx, organization_id)
    price_id = new_id()
    columns = _columns(data) | {"valid_from": data.valid_from or today(seller.timezone)}
    try:
        await tx.run(
            q.SQL.insert_price,
            id=price_id,
            organization_id=organization_id,
            plan_id=data.plan_id,
            replaces_id=replaces,
            **columns,
        )
    except UniqueViolation:
        raise Conflict("This plan has such a price for that day already.") from None
    made = await find(tx, price_id)
    await _tell(ctx, tx, "created", made, None)
    return made


async def _tell(ctx: Context, tx: Transaction, what: str, price: Price, before: Price | None) -> None:
    await ctx.audit(
        tx, f"price.{what}", "price", price.id, organization_id=price.organization_id, before=before, after=price
    )  # fmt: skip
    await events.emit(tx, f"price.{what}", price.organization_id, price)


def _columns(data: NewPrice) -> dict[str, Any]:
    columns = {name: getattr(data, name) for name in NewPrice.__struct_fields__ if name not in ("plan_id", "valid_from")}
    columns["unit"] = units.known(data.unit)
    columns["tiers"] = Jsonb(msgspec.to_builtins(data.tiers))
    columns["meter"] = None if data.meter is None else Jsonb(msgspec.to_builtins(data.meter))
    return columns


def _check(data: NewPrice) -> None:
    errors = present([currency_error("/currency", data.currency), line_error("/name", data.name)])
    errors += present([units.unit_error("/unit", data.unit)])
    if not errors:
        errors += present([amount_error("/setup_fee", data.setup_fee, data.currency)])
    errors += present([number_error("/amount", data.amount, PRICE_DIGITS, most=_MOST)])
    errors += _tier_errors(data.model, data)
    if (data.model == "metered") != (data.meter is not None):
        errors.append(FieldError("/meter", "is needed for metered prices, and for none else"))
    if data.model == "metered" and data.interval == "once":
        errors.append(FieldError("/interval", "cannot be once for what is metered"))
    if data.meter is not None:
        errors += present(
            [
                number_error("/meter/included", data.meter.included, QUANTITY_DIGITS, most=_MOST),
                number_error("/meter/scale", data.meter.scale, 0, least=Decimal(1), most=Decimal(10) ** 18),
                line_error("/meter/unit_name", data.meter.unit_name),
                selector_error("/meter/selector", data.meter.selector),
            ]
        )
    if errors:
        raise ValidationFailed(errors)


def _tier_errors(model: Model, data: NewPrice) -> list[FieldError]:
    words = tiers_error(model, data.tiers)
    errors = [] if words is None else [FieldError("/tiers", words)]
    if data.tiers and data.amount:
        errors.append(FieldError("/amount", "must be left out where there are tiers"))
    for n, tier in enumerate(data.tiers):
        pointer = f"/tiers/{n}"
        errors += present(
            [
                number_error(below(pointer, "unit_price"), tier.unit_price, PRICE_DIGITS, most=_MOST),
                number_error(below(pointer, "flat_fee"), tier.flat_fee, PRICE_DIGITS, most=_MOST),
                None if tier.up_to is None else number_error(below(pointer, "up_to"), tier.up_to, QUANTITY_DIGITS, most=_MOST),
            ]
        )
    return errors
