"""Subscriptions: reading, starting, and the seller's settings. What happens to them later is in changing.py and lifecycle.py."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing import reach
from control.billing.catalogue import coupons
from control.billing.catalogue.discounts import CouponTerms
from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions import queries as q
from control.billing.subscriptions.asking import check_items, new_items, use
from control.billing.subscriptions.models import (
    BilledPeriod,
    Change,
    NewSubscription,
    NewSubscriptionSettings,
    Row,
    Subscription,
    SubscriptionItem,
    SubscriptionSettings,
    UsageReading,
)
from control.billing.subscriptions.periods import Anchor, Interval, anchored
from control.billing.subscriptions.renewing import catch_up, settings_of, summary
from control.billing.subscriptions.state import Logged, SoldPrice, State, add_items, load, log
from control.billing.subscriptions.usage import reader
from control.billing.texts import line_error
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like

SORTABLE = {
    "created_at": "s.created_at", "name": "s.name", "started_on": "s.started_on", "due_on": "s.due_on", "status": "s.status",
}  # fmt: skip
_BACK = 366
_AHEAD = 3 * 366
"""Days: how far back and ahead a subscription may start."""


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Row], int]:
    """The subscriptions in reach."""
    async with ctx.transaction() as tx:
        params = {"search": like(wanted.search), **await reach.asked(ctx, tx, filters)}
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Row, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, subscription_id: UUID) -> Subscription:
    """One subscription with the items that it has. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, subscription_id)
        await _read(ctx, tx, found)
    return found


async def _read(ctx: Context, tx: Transaction, found: Row) -> None:
    # Customers who read what is theirs look into nobody else's organisation.
    if found.customer_org_id != ctx.principal.organization_id:
        await ctx.audit_read(tx, "subscription", found.id, organization_id=found.organization_id)


async def find(tx: Transaction, subscription_id: UUID) -> Subscription:
    """The subscription in this transaction. Raises NotFound."""
    found = await tx.maybe(Subscription, q.SQL.many, ids=[subscription_id])
    if found is None:
        raise NotFound("subscription")
    items = await tx.all(SubscriptionItem, q.SQL.items_of, ids=[subscription_id])
    return msgspec.structs.replace(found, items=[one for one in items if one.ended_on is None or found.ended_on is not None])


async def changes(ctx: Context, subscription_id: UUID) -> list[Change]:
    """The log of a subscription, the latest first. Raises NotFound."""
    async with ctx.transaction() as tx:
        await find(tx, subscription_id)
        return await tx.all(Change, q.SQL.changes, subscription_id=subscription_id)


async def periods(ctx: Context, subscription_id: UUID) -> list[BilledPeriod]:
    """The periods that were charged, the latest first. Raises NotFound."""
    async with ctx.transaction() as tx:
        await find(tx, subscription_id)
        return await tx.all(BilledPeriod, q.SQL.periods, subscription_id=subscription_id)


async def usage(ctx: Context, subscription_id: UUID) -> list[UsageReading]:
    """What was measured, the latest first. Raises NotFound."""
    async with ctx.transaction() as tx:
        await find(tx, subscription_id)
        return await tx.all(UsageReading, q.SQL.readings, subscription_id=subscription_id)


class Opened(msgspec.Struct, kw_only=True):
    """A subscription that was asked for, checked and not yet written."""

    state: State
    seller: BillingSettings
    on: date
    coupon_id: UUID | None = None


async def open_(ctx: Context, tx: Transaction, data: NewSubscription, *, lock: bool) -> Opened:
    """Check what a seller asks for. Raises ValidationFailed."""
    try:
        customer = await customers.find(tx, data.customer_id)
    except NotFound:
        raise ValidationFailed(FieldError("/customer_id", "is no customer of yours")) from None
    if customer.customer_org_id == ctx.principal.organization_id:
        raise ValidationFailed(FieldError("/customer_id", "is no customer of yours"))
    return await open_for(tx, customer, data, lock=lock)


async def open_for(tx: Transaction, customer: Customer, data: NewSubscription, *, lock: bool) -> Opened:
    """As `open_`, in the seller's transaction, for a customer of whom it is known that they may have it."""
    if not customer.is_active:
        raise ValidationFailed(FieldError("/customer_id", "is not active"))
    seller = await settings.find(tx, customer.organization_id)
    on = today(seller.timezone)
    start = data.start_date or on
    errors = [error for error in [line_error("/name", data.name)] if error]
    if not on - timedelta(days=_BACK) <= start <= on + timedelta(days=_AHEAD):
        errors.append(FieldError("/start_date", "must be at most a year back and three years ahead"))
    if data.ends_on is not None and data.ends_on <= max(start, on):
        errors.append(FieldError("/ends_on", "must be after today and after the start"))
    if errors:
        raise ValidationFailed(errors)
    prices, interval = await check_items(tx, data.items, seller.organization_id, customer.currency, start)
    coupon_id, coupon = None, None
    if data.coupon is not None:
        coupon_id, coupon = await coupons.look_up(
            tx, seller.organization_id, customer.id, data.coupon, customer.currency, on, lock=lock
        )
    sub = _made(data, customer, seller, start, prices, interval, coupon_id, coupon)
    state = State(sub=sub, items=new_items(data.items, prices, start), prices=prices, customer=customer)
    return Opened(state=state, seller=seller, on=on, coupon_id=coupon_id)


def _made(
    data: NewSubscription,
    customer: Customer,
    seller: BillingSettings,
    start: date,
    prices: dict[UUID, SoldPrice],
    interval: Interval,
    coupon_id: UUID | None,
    coupon: CouponTerms | None,
) -> Subscription:
    trial_days = max(prices[one.price_id].trial_days for one in data.items) if data.trial_days is None else data.trial_days
    trial_ends_on = start + timedelta(days=trial_days) if trial_days else None
    anchor: Anchor = anchored(trial_ends_on or start, data.anchor_day)
    now = seller.updated_at
    return Subscription(
        id=new_id(),
        organization_id=seller.organization_id,
        customer_id=customer.id,
        customer_org_id=customer.customer_org_id,
        name=data.name or prices[data.items[0].price_id].title[:200],
        status="scheduled",
        currency=customer.currency,
        interval=interval,
        collection=data.collection,
        prices_include_tax=seller.prices_include_tax,
        anchor_month=anchor.month,
        anchor_day=anchor.day,
        started_on=start,
        trial_ends_on=trial_ends_on,
        billed_until=start,
        due_on=start,
        period_start=None,
        period_end=None,
        resumes_on=None,
        cancels_on=None,
        ends_on=data.ends_on,
        ended_on=None,
        cancel_reason="",
        coupon_id=coupon_id,
        coupon=coupon,
        coupon_left=None if coupon is None else coupon.how_long(),
        coupon_now=False,
        pending_items=None,
        version=1,
        created_at=now,
        updated_at=now,
    )


async def create(ctx: Context, tx: Transaction, data: NewSubscription) -> Subscription:
    """Start a subscription; what is due today is invoiced at once. Raises ValidationFailed, Conflict."""
    return await start(ctx, tx, await open_(ctx, tx, data, lock=True), data)


async def start(ctx: Context, tx: Transaction, opened: Opened, data: NewSubscription) -> Subscription:
    """Write what was opened, in the seller's transaction."""
    sub = opened.state.sub
    columns = {name: getattr(sub, name) for name in _INSERTED}
    columns["coupon"] = None if sub.coupon is None else Jsonb(msgspec.to_builtins(sub.coupon))
    await tx.run(q.SQL.insert, **columns)
    await add_items(tx, sub, opened.state.items)
    await use(tx, data.items)
    if opened.coupon_id is not None:
        await coupons.redeem(tx, sub.organization_id, sub.customer_id, sub.id, opened.coupon_id, opened.on)
    detail = {"items": [{"price_id": one.price_id, "quantity": one.quantity} for one in data.items]}
    await log(tx, sub.organization_id, [logged(sub, "created", sub.started_on, detail)])
    await events.emit(tx, "subscription.created", sub.organization_id, summary(sub))
    if sub.started_on <= opened.on:
        await catch_up(tx, sub.id, opened.seller, opened.on, reader(ctx.runtime.database))
    made = await find(tx, sub.id)
    await ctx.audit(
        tx, "subscription.created", "subscription", made.id, organization_id=made.organization_id, after=summary(made)
    )  # fmt: skip
    return made


_INSERTED = (
    "id", "organization_id", "customer_id", "customer_org_id", "name", "status", "currency", "interval", "collection",
    "prices_include_tax", "anchor_month", "anchor_day", "started_on", "trial_ends_on", "billed_until", "due_on", "ends_on",
    "coupon_id", "coupon_left",
)  # fmt: skip


def logged(sub: Row, kind: str, on: date, detail: dict[str, Any]) -> Logged:
    """An entry for a subscription's log."""
    return Logged(
        id=new_id(),
        customer_org_id=sub.customer_org_id,
        subscription_id=sub.id,
        kind=kind,
        effective_on=on,
        detail=detail,
    )


class Held(msgspec.Struct, kw_only=True):
    """A locked subscription that is up to date, with what changing it needs."""

    before: Subscription
    state: State
    seller: BillingSettings
    chosen: SubscriptionSettings
    on: date


async def hold(ctx: Context, tx: Transaction, subscription_id: UUID) -> Held:
    """Lock a subscription for who sells it, and take the steps that are due first. Raises NotFound, PreconditionFailed."""
    # Only who may write a row can lock it; whom it names, and who is above them, only reads it.
    if await tx.value(q.SQL.lock, id=subscription_id) is None:
        raise NotFound("subscription of yours to change")
    before = await find(tx, subscription_id)
    ctx.if_match(before.version)
    seller = await settings.find(tx, before.organization_id)
    on = today(seller.timezone)
    if before.due_on is not None and before.due_on <= on:
        state, _ = await catch_up(tx, subscription_id, seller, on, reader(ctx.runtime.database))
    else:
        [state] = await load(tx, [subscription_id])
    return Held(before=before, state=state, seller=seller, chosen=await settings_of(tx, before.organization_id), on=on)


def must_run(sub: Row) -> None:
    """Raises Conflict for what is over."""
    if sub.status in ("cancelled", "ended"):
        raise Conflict("This subscription is over; start another one.", details={"status": sub.status})


async def told(
    ctx: Context, tx: Transaction, held: Held, kind: str, topic: str, on: date, detail: dict[str, Any]
) -> Subscription:  # fmt: skip
    """Write a change into the log, the audit log and the outbox; the subscription as it is now."""
    after = await find(tx, held.before.id)
    await log(tx, after.organization_id, [logged(after, kind, on, detail)])
    await ctx.audit(
        tx,
        f"subscription.{kind}",
        "subscription",
        after.id,
        organization_id=after.organization_id,
        before=summary(held.before),
        after={**summary(after), "detail": msgspec.to_builtins(detail)},
    )
    await events.emit(tx, topic, after.organization_id, {**summary(after), "detail": detail})
    return after


def _page_error(page: str) -> FieldError | None:
    """What is wrong with the address of a payment page, which stands in mails."""
    if not page:
        return None
    try:
        filled = urlsplit(page.replace("{invoice_id}", "0").replace("{number}", "0"))
        sound = filled.scheme == "https" and filled.hostname and not filled.username and filled.port != 0
    except ValueError:
        sound = False
    if not sound or not page.isascii() or not page.isprintable() or set(page) & set(' <>"\\^`|'):
        return FieldError("/payment_page", "must be an address that begins with https://")
    if set(re.findall(r"[{][^}]*[}]?|[}]", page)) - {"{invoice_id}", "{number}"}:
        return FieldError("/payment_page", "may hold {invoice_id} and {number}, and no other braces")
    return None


async def get_settings(ctx: Context) -> SubscriptionSettings:
    """The caller's, or the defaults."""
    async with ctx.transaction() as tx:
        return await settings_of(tx, ctx.principal.organization_id)


async def save_settings(ctx: Context, data: NewSubscriptionSettings) -> SubscriptionSettings:
    """Set all. Raises ValidationFailed; Conflict before the organisation says how it sells."""
    if error := _page_error(data.payment_page):
        raise ValidationFailed(error)
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        await settings.find(tx, organization_id)
        before = await settings_of(tx, organization_id)
        ctx.if_match(before.version)
        await tx.run(q.SQL.save_settings, organization_id=organization_id, **msgspec.structs.asdict(data))
        after = await settings_of(tx, organization_id)
        await ctx.audit(
            tx,
            "subscription_settings.updated",
            "subscription_settings",
            organization_id,
            organization_id=organization_id,
            before=before,
            after=after,
        )
        await events.emit(tx, "subscription_settings.updated", organization_id, after)
    return after
