"""Subscriptions in memory with all that charging needs, read and written many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing.catalogue.models import AnyInterval
from control.billing.catalogue.pricing import Meter, Model, Terms, Tier
from control.billing.customers.models import Customer
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions import queries as q
from control.billing.subscriptions.charging import Money, Sold
from control.billing.subscriptions.models import Subscription, SubscriptionItem
from control.core.db import Transaction

_SAVED = (
    "id", "name", "status", "interval", "collection", "anchor_month", "anchor_day", "trial_ends_on", "billed_until", "due_on",
    "period_start", "period_end", "resumes_on", "cancels_on", "ended_on", "cancel_reason", "coupon_id", "coupon", "coupon_left",
    "coupon_now", "pending_items",
)  # fmt: skip
_ITEM_SAVED = (
    "id", "plan_id", "price_id", "next_price_id", "next_price_from", "name", "quantity", "position", "setup_charged", "ended_on",
    "metered_until",
)  # fmt: skip


class SoldPrice(msgspec.Struct, frozen=True, kw_only=True):
    """A price with what its plan and product say of it."""

    id: UUID
    organization_id: UUID
    plan_id: UUID
    name: str
    currency: str
    interval: AnyInterval
    model: Model
    amount: Decimal
    setup_fee: Decimal
    tiers: list[Tier]
    meter: Meter | None
    unit: str
    valid_from: date
    valid_to: date | None
    is_active: bool
    plan_name: str
    is_addon: bool
    extends: list[UUID]
    trial_days: int
    plan_is_active: bool
    supplier_plan_id: UUID | None
    tax_class: str

    @property
    def terms(self) -> Terms:
        """As quantities become money."""
        included = self.meter.included if self.meter else Decimal(0)
        return Terms(model=self.model, amount=self.amount, tiers=self.tiers, included=included)

    @property
    def title(self) -> str:
        """As lines call it."""
        return f"{self.plan_name}, {self.name}" if self.name else self.plan_name


class _Item(SubscriptionItem, kw_only=True):
    subscription_id: UUID


class State(msgspec.Struct, kw_only=True):
    """One subscription. `items` are those that are had, and those that ended with usage still to be billed."""

    sub: Subscription
    items: list[SubscriptionItem]
    prices: dict[UUID, SoldPrice]
    customer: Customer

    def sold(self, items: Sequence[SubscriptionItem] | None = None) -> list[Sold]:
        """The items that are had, with the terms that they are sold on."""
        return [self.one(item) for item in (self.items if items is None else items) if item.ended_on is None]

    def one(self, item: SubscriptionItem) -> Sold:
        """An item with its terms."""
        price = self.prices[item.price_id]
        return Sold(
            item_id=item.id,
            plan_id=item.plan_id,
            price_id=item.price_id,
            name=item.name,
            quantity=item.quantity,
            interval=price.interval,
            terms=price.terms,
            meter=price.meter,
            setup_fee=price.setup_fee,
            setup_charged=item.setup_charged,
            unit=price.unit,
            tax_class=price.tax_class,
        )

    def money(self, seller: BillingSettings) -> Money:
        """What its amounts are in."""
        return Money(currency=self.sub.currency, rounding=seller.rounding, language=self.customer.language)


async def prices_of(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, SoldPrice]:
    """Prices by id; those that are not there, or not in reach, are left out."""
    return {one.id: one for one in await tx.all(SoldPrice, q.SQL.sold_prices, ids=list(set(ids)))}


async def load(tx: Transaction, ids: Sequence[UUID]) -> list[State]:
    """Subscriptions in the order of their ids here."""
    wanted = list(ids)
    subs = {one.id: one for one in await tx.all(Subscription, q.SQL.many, ids=wanted)}
    items: dict[UUID, list[SubscriptionItem]] = {}
    price_ids: set[UUID] = set()
    for row in await tx.all(_Item, q.SQL.items_of, ids=wanted):
        items.setdefault(row.subscription_id, []).append(
            SubscriptionItem(**{name: getattr(row, name) for name in SubscriptionItem.__struct_fields__})
        )
        price_ids |= {row.price_id} | ({row.next_price_id} if row.next_price_id else set())
    for sub in subs.values():
        price_ids |= {one.price_id for one in sub.pending_items or []}
    prices = await prices_of(tx, list(price_ids))
    people = list({one.customer_id for one in subs.values()})
    customers = {one.id: one for one in await tx.all(Customer, q.SQL.customers_of, ids=people)}
    return [
        State(sub=subs[key], items=items.get(key, []), prices=prices, customer=customers[subs[key].customer_id])
        for key in wanted
        if key in subs
    ]


async def save(tx: Transaction, states: Sequence[State]) -> None:
    """Write what changed of subscriptions and of items that were there."""
    rows = [{name: getattr(one.sub, name) for name in _SAVED} for one in states]
    await tx.run(q.SQL.save, rows=Jsonb(msgspec.to_builtins(rows)))
    items = [{name: getattr(item, name) for name in _ITEM_SAVED} for one in states for item in one.items]
    await tx.run(q.SQL.save_items, rows=Jsonb(msgspec.to_builtins(items)))


async def add_items(tx: Transaction, sub: Subscription, items: Sequence[SubscriptionItem]) -> None:
    """Write new items."""
    if items:
        await tx.run(
            q.SQL.insert_items,
            organization_id=sub.organization_id,
            customer_org_id=sub.customer_org_id,
            subscription_id=sub.id,
            rows=Jsonb(msgspec.to_builtins(list(items))),
        )


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a subscription's log on its way there."""

    id: UUID
    customer_org_id: UUID
    subscription_id: UUID
    kind: str
    effective_on: date
    detail: dict[str, Any]


async def log(tx: Transaction, organization_id: UUID, entries: Sequence[Logged]) -> None:
    """Write entries into subscriptions' logs."""
    if entries:
        rows = Jsonb(msgspec.to_builtins(list(entries)))
        await tx.run(q.SQL.insert_changes, organization_id=organization_id, rows=rows)


def next_due(sub: Subscription) -> date | None:
    """When a renewal has something to do."""
    stop = sub.cancels_on or sub.ends_on
    match sub.status:
        case "scheduled":
            return sub.started_on
        case "trialing":
            return _earlier(sub.trial_ends_on, stop)
        case "paused":
            return _earlier(sub.resumes_on, stop)
        case "suspended":
            # It does not renew, and still ends when it is to end.
            return stop
        case "active" | "past_due":
            return _earlier(sub.billed_until, stop)
        case _:
            return None


def _earlier(one: date | None, other: date | None) -> date | None:
    found = [day for day in (one, other) if day is not None]
    return min(found) if found else None


Ending = Literal["cancelled", "ended"]
