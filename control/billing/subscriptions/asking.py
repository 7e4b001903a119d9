"""What is wrong with the items that somebody asks for, and the items that come of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from control.billing.catalogue import queries as catalogue
from control.billing.subscriptions.models import NewSubscriptionItem, SubscriptionItem
from control.billing.subscriptions.periods import Interval
from control.billing.subscriptions.state import SoldPrice, prices_of
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.core.ids import new_id
from control.core.words import N_, said


async def check_items(
    tx: Transaction,
    asked: Sequence[NewSubscriptionItem],
    organization_id: UUID,
    currency: str,
    on: date,
    has: Mapping[UUID, SubscriptionItem] | None = None,
) -> tuple[dict[UUID, SoldPrice], Interval]:
    """The prices of items, and the interval that all have. Raises ValidationFailed with all that is wrong.

    What a subscription has already may stay, also when it is not sold any more.
    """
    prices = await prices_of(tx, [one.price_id for one in asked])
    had = {item.price_id for item in (has or {}).values() if item.ended_on is None}
    errors: list[FieldError] = []
    known: list[tuple[int, NewSubscriptionItem, SoldPrice]] = []
    seen: set[UUID] = set()
    for n, one in enumerate(asked):
        price = prices.get(one.price_id)
        if price is None or price.organization_id != organization_id:
            errors.append(FieldError(f"/items/{n}/price_id", "is no price of this seller"))
            continue
        known.append((n, one, price))
        errors += _errors(f"/items/{n}", one, price, currency, on, has, already=price.id in had)
        if one.id is not None and one.id in seen:
            errors.append(FieldError(f"/items/{n}/id", "stands twice"))
        seen |= {one.id} if one.id is not None else set()
    errors += _together(known)
    recurring = [price.interval for _, _, price in known if price.interval != "once"]
    if errors:
        raise ValidationFailed(errors)
    return prices, recurring[0]


def _errors(
    pointer: str,
    one: NewSubscriptionItem,
    price: SoldPrice,
    currency: str,
    on: date,
    has: Mapping[UUID, SubscriptionItem] | None,
    *,
    already: bool,
) -> list[FieldError]:
    found = []
    if price.currency != currency:
        words = said("is in %(currency)s; the customer's currency is %(other)s", currency=price.currency, other=currency)
        found.append(FieldError(f"{pointer}/price_id", words))
    on_sale = (
        price.is_active and price.plan_is_active and price.valid_from <= on and (price.valid_to is None or on < price.valid_to)
    )
    if not already and not on_sale:
        found.append(FieldError(f"{pointer}/price_id", said("is not sold on %(day)s", day=on)))
    if one.quantity > 1 and price.model in ("flat", "metered"):
        one_only = N_("must be 1 for a flat price") if price.model == "flat" else N_("must be 1 for a metered price")
        found.append(FieldError(f"{pointer}/quantity", one_only))
    if one.id is not None and (has is None or one.id not in has or has[one.id].ended_on is not None):
        found.append(FieldError(f"{pointer}/id", "is no item of this subscription"))
    return found


def _together(known: Sequence[tuple[int, NewSubscriptionItem, SoldPrice]]) -> list[FieldError]:
    """What does not go with each other: intervals, and add-ons without what they extend."""
    found = []
    intervals = {price.interval for _, _, price in known} - {"once"}
    if len(intervals) > 1:
        found.append(FieldError("/items", "must have prices of one interval; what has another is another subscription"))
    if known and not intervals:
        found.append(FieldError("/items", "need one that recurs; single charges alone are an invoice"))
    plans = {price.plan_id for _, _, price in known if not price.is_addon}
    for n, _, price in known:
        if price.is_addon and (not plans or (price.extends and not plans.intersection(price.extends))):
            found.append(FieldError(f"/items/{n}/price_id", "is an add-on, and the plan that it extends is missing"))
    return found


def matched(asked: Sequence[NewSubscriptionItem], has: Sequence[SubscriptionItem], prices: Mapping[UUID, SoldPrice]) -> list[Any]:
    """The asked items, each with an id: the one it names, the one that has its price, the one that has its plan, or a new one."""
    left = {item.id: item for item in has if item.ended_on is None}
    found: list[NewSubscriptionItem | None] = [None] * len(asked)

    def give(n: int, item_id: UUID) -> None:
        left.pop(item_id, None)
        found[n] = NewSubscriptionItem(id=item_id, price_id=asked[n].price_id, quantity=asked[n].quantity)

    for n, one in enumerate(asked):
        if one.id is not None:
            give(n, one.id)
    for same in ("price_id", "plan_id"):
        for n, one in enumerate(asked):
            if found[n] is None:
                wanted = one.price_id if same == "price_id" else prices[one.price_id].plan_id
                # Of one plan's several prices, such as traffic beside the base fee, each stays what it is.
                item = next((item for item in left.values() if getattr(item, same) == wanted and _alike(item, one, prices)), None)
                if item is not None:
                    give(n, item.id)
    # What replaces the one plan that goes is that item with another plan, not a new one.
    gone = [item for item in left.values() if not _price_of(item, prices).is_addon]
    fresh = [n for n, one in enumerate(asked) if found[n] is None and not prices[one.price_id].is_addon]
    if len(gone) == 1 and len(fresh) == 1 and _alike(gone[0], asked[fresh[0]], prices):
        give(fresh[0], gone[0].id)
    for n in range(len(asked)):
        if found[n] is None:
            give(n, new_id())
    return found


def _price_of(item: SubscriptionItem, prices: Mapping[UUID, SoldPrice]) -> SoldPrice:
    return prices[item.price_id]


def _alike(item: SubscriptionItem, one: NewSubscriptionItem, prices: Mapping[UUID, SoldPrice]) -> bool:
    mine, other = prices[item.price_id], prices[one.price_id]
    return (mine.model == "metered") == (other.model == "metered") and (mine.interval == "once") == (other.interval == "once")


def new_items(asked: Sequence[NewSubscriptionItem], prices: Mapping[UUID, SoldPrice], on: date) -> list[SubscriptionItem]:
    """The items of a new subscription."""
    return [
        SubscriptionItem(
            id=new_id(),
            plan_id=prices[one.price_id].plan_id,
            price_id=one.price_id,
            next_price_id=None,
            next_price_from=None,
            name=prices[one.price_id].title,
            quantity=one.quantity,
            position=n + 1,
            setup_charged=False,
            started_on=on,
            ended_on=None,
            metered_until=on if prices[one.price_id].model == "metered" else None,
        )
        for n, one in enumerate(asked)
    ]


async def use(tx: Transaction, asked: Sequence[NewSubscriptionItem]) -> None:
    """From now on these prices do not change."""
    await tx.run(catalogue.SQL.use_prices, ids=sorted({one.price_id for one in asked}))
