"""Price lists: what an organisation sells, and what the one above it sells to it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec

from control.billing.catalogue import queries as q
from control.billing.catalogue.models import AnyInterval, ListedPlan, ListedPrice, ListedProduct, PriceList
from control.billing.catalogue.pricing import Model, Tier
from control.billing.settings import service as settings
from control.billing.today import today
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, NotFound

Of = Literal["own", "seller"]


class Row(msgspec.Struct, kw_only=True):
    """A price with its plan and product."""

    organization_id: UUID
    product_name: str
    product_description: str
    tax_class: str
    plan_id: UUID
    plan_name: str
    plan_description: str
    features: dict[str, Any]
    is_addon: bool
    extends: list[UUID]
    trial_days: int
    price_id: UUID
    price_name: str
    currency: str
    interval: AnyInterval
    model: Model
    amount: Any
    setup_fee: Any
    tiers: list[Tier]
    meter: dict[str, Any] | None
    unit: str
    valid_from: date
    valid_to: date | None


async def price_list(ctx: Context, of: Of | None, currency: str | None) -> PriceList:
    """What is on sale today: one's own, or that of the seller above. Who does not sell sees the seller's. Raises NotFound."""
    async with ctx.transaction("own") as tx:
        try:
            seller = await settings.find(tx, ctx.principal.organization_id)
        except Conflict:
            seller = None
        if of == "own" or (of is None and seller is not None):
            on = today(seller.timezone if seller else "UTC")
            organization_id = ctx.principal.organization_id
            rows = await tx.all(Row, q.SQL.own_prices, organization_id=organization_id, on=on, currency=currency)
            return listed(organization_id, on, rows)
        above = await tx.value(q.SQL.seller_of_current)
        if above is None:
            raise NotFound("seller above this organization")
        on = today("UTC")
        return listed(above, on, await supplier_rows(tx, on, currency))


async def supplier_rows(tx: Transaction, on: date, currency: str | None = None) -> list[Row]:
    """What the seller above lists on a day."""
    return await tx.all(Row, q.SQL.supplier_prices, on=on, currency=currency)


def listed(organization_id: UUID, on: date, rows: list[Row]) -> PriceList:
    """Rows as a list, by product and plan."""
    products: dict[str, ListedProduct] = {}
    plans: dict[UUID, ListedPlan] = {}
    for row in rows:
        product = products.setdefault(
            row.product_name, ListedProduct(name=row.product_name, description=row.product_description, plans=[])
        )
        plan = plans.get(row.plan_id)
        if plan is None:
            plan = plans[row.plan_id] = ListedPlan(
                id=row.plan_id,
                name=row.plan_name,
                description=row.plan_description,
                features=row.features,
                is_addon=row.is_addon,
                extends=row.extends,
                trial_days=row.trial_days,
                prices=[],
            )
            product.plans.append(plan)
        meter = row.meter or {}
        plan.prices.append(
            ListedPrice(
                id=row.price_id,
                name=row.price_name,
                currency=row.currency,
                interval=row.interval,
                model=row.model,
                amount=row.amount,
                setup_fee=row.setup_fee,
                tiers=row.tiers,
                unit=row.unit,
                unit_name=meter.get("unit_name"),
                included=meter.get("included"),
                valid_from=row.valid_from,
            )
        )
    return PriceList(organization_id=organization_id, on=on, products=list(products.values()))
