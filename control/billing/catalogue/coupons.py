"""Coupons: made by a seller, redeemed once for a subscription."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from control.billing.catalogue import products
from control.billing.catalogue import queries as q
from control.billing.catalogue.discounts import CouponTerms, usable
from control.billing.catalogue.models import Coupon, NewCoupon
from control.billing.money import amount_error, currency_error, number_error, present
from control.billing.texts import paragraph_error
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.words import N_, said
from control.monitoring import kept

SORTABLE = {"created_at": "created_at", "code": "code", "redeemed": "redeemed"}
COUPON = kept.kind("coupon", "coupon", q.SQL, "coupons", 100_000, "There is a coupon of this code already.")
COUPONS: kept.Rows[Coupon] = kept.Rows(COUPON, Coupon)


async def create(ctx: Context, tx: Transaction, data: NewCoupon) -> Coupon:
    """A new coupon. Raises ValidationFailed, Conflict for a code that is taken."""
    await _check(tx, ctx.principal.organization_id, data)
    return await kept.create(ctx, tx, COUPON, Coupon, msgspec.structs.asdict(data))


async def replace(ctx: Context, coupon_id: UUID, data: NewCoupon) -> Coupon:
    """Set all fields; subscriptions that redeemed it keep what it was. Raises as `create`."""
    async with ctx.transaction() as tx:
        before = await kept.find(tx, COUPON, Coupon, coupon_id)
        await _check(tx, before.organization_id, data)
        if data.most is not None and data.most < before.redeemed:
            raise Conflict(said("It was redeemed %(times)s times already.", times=before.redeemed), details={"field": "/most"})
    return await kept.update(ctx, COUPON, Coupon, coupon_id, msgspec.structs.asdict(data))


async def delete(ctx: Context, coupon_id: UUID) -> None:
    """Delete a coupon that nobody redeemed. Raises Conflict."""
    await products.unused(ctx, COUPONS, coupon_id, N_("This coupon was redeemed; set is_active to false instead."))


async def look_up(
    tx: Transaction, organization_id: UUID, customer_id: UUID, code: str, currency: str, on: date, *, lock: bool = True
) -> tuple[UUID, CouponTerms]:
    """The coupon of a code, for this customer on this day, locked until the end. Raises ValidationFailed."""
    if lock:
        await tx.value(q.SQL.lock_coupon, organization_id=organization_id, code=code)
    found = await tx.maybe(Coupon, q.SQL.coupon_by_code, organization_id=organization_id, code=code)
    if found is None:
        raise ValidationFailed(FieldError("/coupon", "is not known"))
    by_customer = await tx.value(q.SQL.redeemed_by, organization_id=organization_id, coupon_id=found.id, customer_id=customer_id)
    why = usable(
        is_active=found.is_active,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        redeemed=found.redeemed,
        most=found.most,
        by_customer=by_customer,
        most_a_customer=found.most_a_customer,
        currency=found.currency,
        wanted_currency=currency,
        on=on,
    )
    if why is not None:
        raise ValidationFailed(FieldError("/coupon", why))
    return found.id, CouponTerms(**{name: getattr(found, name) for name in CouponTerms.__struct_fields__})


async def redeem(
    tx: Transaction, organization_id: UUID, customer_id: UUID, subscription_id: UUID, coupon_id: UUID, on: date
) -> None:
    """Count a coupon's use for a subscription, once."""
    row: dict[str, Any] = {"organization_id": organization_id, "customer_id": customer_id, "on": on}
    if await tx.run(q.SQL.redeem, subscription_id=subscription_id, coupon_id=coupon_id, **row):
        await tx.run(q.SQL.count_redemption, id=coupon_id)


async def _check(tx: Transaction, organization_id: UUID, data: NewCoupon) -> None:
    errors = present([paragraph_error("/description", data.description)])
    if (data.percent is None) == (data.amount is None):
        errors.append(FieldError("/percent", "give either percent or amount"))
    if (data.amount is None) != (data.currency is None):
        errors.append(FieldError("/currency", "belongs to an amount"))
    elif data.amount is not None and data.currency is not None:
        wrong = currency_error("/currency", data.currency)
        errors += present([wrong or amount_error("/amount", data.amount, data.currency, least=Decimal("0.001"))])
    if data.percent is not None:
        errors += present([number_error("/percent", data.percent, 4, least=Decimal("0.0001"), most=Decimal(100))])
    if (data.duration == "repeating") != (data.periods is not None):
        errors.append(FieldError("/periods", "is for duration repeating, and needed there"))
    if data.valid_from is not None and data.valid_to is not None and data.valid_to < data.valid_from:
        errors.append(FieldError("/valid_to", "must not be before valid_from"))
    for plan_id in set(data.plan_ids):
        try:
            plan = await products.find_plan(tx, plan_id)
        except NotFound:
            plan = None
        if plan is None or plan.organization_id != organization_id:
            errors.append(FieldError("/plan_ids", "names a plan that is not yours"))
            break
    if errors:
        raise ValidationFailed(errors)
