"""Ordering and changing by the customer. A customer may not write what their seller keeps: what they ask for is checked as
themselves and done for the seller, as payments are. What is charged is what the preview said, or nothing is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from control.billing.catalogue import listing
from control.billing.catalogue import queries as catalogue
from control.billing.catalogue.models import PriceList
from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.ordering import queries as q
from control.billing.ordering.models import (
    CameToSomethingElse,
    ChangePreview,
    Leaving,
    Offer,
    Order,
    OrderedChange,
    OrderPreview,
)
from control.billing.payments import queries as payment_q
from control.billing.payments.providers.acting import for_seller
from control.billing.settings import service as settings
from control.billing.subscriptions import changing, lifecycle, previewing, service
from control.billing.subscriptions.models import (
    LIVE,
    STATES,
    Cancellation,
    ChangedSubscription,
    NewSubscription,
    NewSubscriptionItem,
    Preview,
    Subscription,
    SubscriptionSettings,
)
from control.billing.subscriptions.renewing import settings_of
from control.billing.subscriptions.service import Held, Opened
from control.billing.today import today
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed
from control.core.words import N_, said

_RUNNING = (*LIVE, "scheduled", "trialing")
_REFUSED = {
    "order": N_("Your seller starts subscriptions; ask them for one."),
    "change": N_("Your seller changes subscriptions; ask them for it."),
    "cancel": N_("Your seller cancels subscriptions; ask them for it."),
}


class _Undone(Exception):
    def __init__(self, found: Preview) -> None:
        self.found = found


async def buyer(ctx: Context, tx: Transaction) -> Customer:
    """As whose customer the caller's organisation is known. Raises ValidationFailed for nobody's customer."""
    customer_id = await tx.value(q.SQL.own_customer, customer_org_id=ctx.principal.organization_id)
    if customer_id is None:
        raise ValidationFailed(FieldError("/customer_id", "is missing: you are nobody's customer"))
    return await customers.find(tx, customer_id)


async def offer(ctx: Context) -> Offer:
    """What the caller's seller offers them today. Raises NotFound for nobody's customer."""
    async with ctx.transaction("own") as tx:
        try:
            customer = await buyer(ctx, tx)
        except ValidationFailed:
            raise NotFound("seller") from None
        async with for_seller(tx, customer.organization_id):
            chosen = await settings_of(tx, customer.organization_id)
            found = await _price_list(tx, customer)
    return Offer(
        **msgspec.structs.asdict(found),
        customer_id=customer.id,
        currency=customer.currency,
        may_order=chosen.customers_order and customer.is_active,
        may_change=chosen.customers_change,
        may_cancel=chosen.customers_cancel,
    )


async def preview_order(ctx: Context, data: OrderPreview) -> Preview:
    """What an order would be charged now and next. Nothing is written. Raises ValidationFailed, Forbidden."""
    async with ctx.transaction("own") as tx:
        customer = await buyer(ctx, tx)
        async with for_seller(tx, customer.organization_id):
            opened = await _open(tx, customer, data, lock=False)
            return await previewing.of_new(tx, opened)


async def order(ctx: Context, tx: Transaction, data: Order) -> Subscription:
    """Start what was ordered; what is due today is invoiced at once. Raises ValidationFailed, Forbidden, Conflict; and
    CameToSomethingElse when it is not what the preview said."""
    customer = await buyer(ctx, tx)
    async with for_seller(tx, customer.organization_id):
        # Nobody moves the customer's credit until this is done: it is part of what the preview says.
        await tx.value(payment_q.SQL.lock_customer, id=customer.id)
        opened = await _open(tx, customer, data, lock=True)
        _same(await previewing.of_new(tx, opened), data.digest)
        return await service.start(ctx, tx, opened, _wanted(customer, data))


async def preview_change(ctx: Context, subscription_id: UUID, data: ChangePreview) -> Preview:
    """What a change would credit and charge now, and what comes next. Nothing is written. Raises as the change itself."""
    try:
        async with ctx.transaction("own") as tx:
            owner = await _bought(ctx, tx, subscription_id)
            async with for_seller(tx, owner):
                held = await service.hold(ctx, tx, subscription_id)
                raise _Undone((await _planned(tx, held, data))[1])
    except _Undone as undone:
        return undone.found


async def change(ctx: Context, subscription_id: UUID, data: OrderedChange) -> Subscription:
    """Other plans or quantities, when the seller's settings say. Raises NotFound, ValidationFailed, Forbidden, Conflict; and
    CameToSomethingElse when it is not what the preview said."""
    async with ctx.transaction("own") as tx:
        owner = await _bought(ctx, tx, subscription_id)
        async with for_seller(tx, owner):
            held = await service.hold(ctx, tx, subscription_id)
            await tx.value(payment_q.SQL.lock_customer, id=held.before.customer_id)
            planned, found = await _planned(tx, held, data)
            _same(found, data.digest)
            return await changing.do(ctx, tx, held, planned, _changed(data))


async def cancel(ctx: Context, subscription_id: UUID, data: Leaving) -> Subscription:
    """End it with its period, or with its trial; nothing is charged or credited. Raises NotFound, Forbidden, Conflict."""
    async with ctx.transaction("own") as tx:
        owner = await _bought(ctx, tx, subscription_id)
        async with for_seller(tx, owner):
            held = await service.hold(ctx, tx, subscription_id)
            _may(held.chosen, "cancel")
            if held.state.sub.cancels_on is not None:
                raise Conflict("It is cancelled already.", details={"cancels_on": str(held.state.sub.cancels_on)})
            return await lifecycle.cancel_held(ctx, tx, held, Cancellation(when="period_end", reason=data.reason))


async def reactivate(ctx: Context, subscription_id: UUID) -> Subscription:
    """Take a cancellation back while it runs. Raises NotFound, Forbidden, Conflict."""
    async with ctx.transaction("own") as tx:
        owner = await _bought(ctx, tx, subscription_id)
        async with for_seller(tx, owner):
            held = await service.hold(ctx, tx, subscription_id)
            _may(held.chosen, "cancel")
            return await lifecycle.reactivate_held(ctx, tx, held)


async def _bought(ctx: Context, tx: Transaction, subscription_id: UUID) -> UUID:
    """Who sells a subscription that the caller's organisation buys. Raises NotFound."""
    found = await service.find(tx, subscription_id)
    if found.customer_org_id != ctx.principal.organization_id:
        raise NotFound("subscription of yours")
    return found.organization_id


async def _open(tx: Transaction, customer: Customer, data: OrderPreview, *, lock: bool) -> Opened:
    _may(await settings_of(tx, customer.organization_id), "order")
    _offered(data.items, await _price_list(tx, customer), set())
    return await service.open_for(tx, customer, _wanted(customer, data), lock=lock)


def _wanted(customer: Customer, data: OrderPreview) -> NewSubscription:
    items = [NewSubscriptionItem(price_id=one.price_id, quantity=one.quantity) for one in data.items]
    return NewSubscription(customer_id=customer.id, items=items, coupon=data.coupon, collection=data.collection)


def _changed(data: ChangePreview) -> ChangedSubscription:
    return ChangedSubscription(items=data.items, coupon=data.coupon)


async def _planned(tx: Transaction, held: Held, data: ChangePreview) -> tuple[changing.Planned, Preview]:
    sub = held.state.sub
    _may(held.chosen, "change")
    service.must_run(sub)
    if sub.status not in _RUNNING:
        raise Conflict(
            said("It is %(status)s; ask your seller.", status=said(STATES[sub.status])), details={"status": sub.status}
        )
    if sub.cancels_on is not None:
        raise Conflict("It is cancelled; take that back first.", details={"cancels_on": str(sub.cancels_on)})
    customer = await customers.find(tx, sub.customer_id)
    has = {item.price_id for item in held.state.items if item.ended_on is None}
    _offered(data.items, await _price_list(tx, customer), has)
    planned = await changing.plan(tx, held, _changed(data))
    found = await previewing.of_change(tx, held, planned)
    if sub.status == "past_due" and found.charge_total > 0:
        raise Conflict("An invoice of it is overdue; pay that first.", details={"status": sub.status})
    return planned, found


def _may(chosen: SubscriptionSettings, what: str) -> None:
    if not getattr(chosen, f"customers_{what}"):
        raise Forbidden(_REFUSED[what], details={"reason": f"customers_{what}"})


def _same(found: Preview, digest: str) -> None:
    if found.digest != digest:
        raise CameToSomethingElse(found)


async def _price_list(tx: Transaction, customer: Customer) -> PriceList:
    """What is listed today in the customer's currency; in the seller's transaction."""
    seller = await settings.find(tx, customer.organization_id)
    on: date = today(seller.timezone)
    wanted: dict[str, Any] = {"organization_id": seller.organization_id, "on": on, "currency": customer.currency}
    return listing.listed(seller.organization_id, on, await tx.all(listing.Row, catalogue.SQL.own_prices, **wanted))


def _offered(asked: Sequence[NewSubscriptionItem], offered: PriceList, has: set[UUID]) -> None:
    """Raises ValidationFailed for what is neither on the list nor had already: some plans are sold by hand alone."""
    known = has | {one.id for product in offered.products for plan in product.plans for one in plan.prices}
    errors = [
        FieldError(f"/items/{n}/price_id", "is not offered to you") for n, one in enumerate(asked) if one.price_id not in known
    ]
    if errors:
        raise ValidationFailed(errors)
