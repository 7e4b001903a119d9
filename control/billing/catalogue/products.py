"""Products and plans."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from psycopg.errors import ForeignKeyViolation
from psycopg.types.json import Jsonb

from control.billing.catalogue import queries as q
from control.billing.catalogue.models import Coupon, NewPlan, NewProduct, Plan, Product, ResellerTerms
from control.billing.money import present
from control.billing.texts import line_error, paragraph_error
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.few import Named, few
from control.core.words import N_, said
from control.monitoring import kept

SORTABLE = {"created_at": "created_at", "name": "name"}
PRODUCT = kept.kind("product", "product", q.SQL, "products", 5_000, "There is a product of this name already.")
PLAN = kept.kind("plan", "plan", q.SQL, "plans", 20_000, "This product has a plan of this name already.")
PRODUCTS: kept.Rows[Product] = kept.Rows(PRODUCT, Product)
PLANS: kept.Rows[Plan] = kept.Rows(PLAN, Plan)
_FEATURES = 32_768
"""Bytes of JSON."""
_T = TypeVar("_T", Product, Plan, Coupon, ResellerTerms)


async def create_product(ctx: Context, tx: Transaction, data: NewProduct) -> Product:
    """A new product. Raises ValidationFailed, Conflict for a name that is taken."""
    return await kept.create(ctx, tx, PRODUCT, Product, _product(data))


async def replace_product(ctx: Context, product_id: UUID, data: NewProduct) -> Product:
    """Set all fields; invoices keep what they said. Raises as `create_product`."""
    return await kept.update(ctx, PRODUCT, Product, product_id, _product(data))


async def delete_product(ctx: Context, product_id: UUID) -> None:
    """Delete a product without plans. Raises Conflict."""
    await unused(ctx, PRODUCTS, product_id, N_("This product has plans; set is_active to false instead."))


async def create_plan(ctx: Context, tx: Transaction, data: NewPlan) -> Plan:
    """A new plan. Raises ValidationFailed, Conflict for a name that is taken."""
    return await kept.create(ctx, tx, PLAN, Plan, await _plan(tx, ctx.principal.organization_id, data))


async def replace_plan(ctx: Context, plan_id: UUID, data: NewPlan) -> Plan:
    """Set all fields; subscriptions go on with it also when it is not active any more. Raises as `create_plan`."""
    async with ctx.transaction() as tx:
        before = await kept.find(tx, PLAN, Plan, plan_id)
        if data.product_id != before.product_id:
            raise ValidationFailed(FieldError("/product_id", "cannot be changed; make another plan"))
        columns = await _plan(tx, before.organization_id, data)
    return await kept.update(ctx, PLAN, Plan, plan_id, columns)


async def delete_plan(ctx: Context, plan_id: UUID) -> None:
    """Delete a plan without prices. Raises Conflict."""
    await unused(ctx, PLANS, plan_id, N_("This plan has prices; set is_active to false instead."))


async def prices_of(ctx: Context, plan_id: UUID) -> list[Named]:
    """The newest prices of a plan."""
    return await few(ctx, q.SQL.prices_of, plan_id=plan_id)


async def terms_of(ctx: Context, plan_id: UUID) -> list[Named]:
    """The first resellers with terms for a plan."""
    return await few(ctx, q.SQL.terms_of, plan_id=plan_id)


async def subscriptions_of(
    ctx: Context, *, plan_id: UUID | None = None, price_id: UUID | None = None, coupon_id: UUID | None = None
) -> list[Named]:
    """The first subscriptions that have this plan, price or coupon and did not end."""
    return await few(ctx, q.SQL.subscriptions_of, plan_id=plan_id, price_id=price_id, coupon_id=coupon_id)


async def find_plan(tx: Transaction, plan_id: UUID) -> Plan:
    """The plan in this transaction. Raises NotFound."""
    return await kept.find(tx, PLAN, Plan, plan_id)


async def unused(ctx: Context, rows: kept.Rows[_T], row_id: UUID, words: str) -> None:
    """Delete what nothing names. Raises Conflict with these words."""
    try:
        await rows.delete(ctx, row_id)
    except ForeignKeyViolation:
        raise Conflict(words) from None


def _product(data: NewProduct) -> dict[str, Any]:
    if errors := present([line_error("/name", data.name), paragraph_error("/description", data.description)]):
        raise ValidationFailed(errors)
    return msgspec.structs.asdict(data)


async def _plan(tx: Transaction, organization_id: UUID, data: NewPlan) -> dict[str, Any]:
    errors = present([line_error("/name", data.name), paragraph_error("/description", data.description)])
    features = msgspec.json.encode(data.features)
    if len(features) > _FEATURES or b"\\u0000" in features:
        errors.append(FieldError("/features", said("must be at most %(most)s bytes of JSON, without \\u0000", most=_FEATURES)))
    if data.extends and not data.is_addon:
        errors.append(FieldError("/extends", "is for add-ons; set is_addon to true"))
    if await _missing(tx, PRODUCT, Product, [data.product_id], organization_id):
        errors.append(FieldError("/product_id", "is no product of yours"))
    if await _missing(tx, PLAN, Plan, data.extends, organization_id):
        errors.append(FieldError("/extends", "names a plan that is not yours"))
    if data.supplier_plan_id is not None and not await supplies(tx, data.supplier_plan_id):
        errors.append(FieldError("/supplier_plan_id", "is no plan that the organization above yours offers"))
    if data.dunning_id is not None and not await tx.value(
        q.SQL.has_schedule, id=data.dunning_id, organization_id=organization_id
    ):
        errors.append(FieldError("/dunning_id", "is no dunning schedule of yours"))
    if errors:
        raise ValidationFailed(errors)
    return msgspec.structs.asdict(data) | {"features": Jsonb(data.features)}


async def supplies(tx: Transaction, plan_id: UUID) -> bool:
    """Whether the organisation above the current one lists a plan."""
    return bool(await tx.value(q.SQL.supplies, plan_id=plan_id))


async def _missing(tx: Transaction, kind: kept.Kind, shown: type[Any], ids: list[UUID], organization_id: UUID) -> bool:
    for each in set(ids):
        try:
            found = await kept.find(tx, kind, shown, each)
        except NotFound:
            return True
        if found.organization_id != organization_id:
            return True
    return False
