"""What a change of a subscription credits and charges. Pure; a preview shows the very plan that is carried out.

The rule: from the day of the change on, what was charged for days not yet used is credited, at the price that was paid after
discounts; what is had from then on is charged for the same days. An item that stays as it is keeps its charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.catalogue.discounts import CouponTerms
from control.billing.catalogue.pricing import amount
from control.billing.subscriptions.charging import Line, Money, Sold, once, recurring
from control.billing.subscriptions.periods import Period
from control.billing.subscriptions.proration import part

_ZERO = Decimal(0)


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What was charged in advance: the days `start` to `end` of the period `full`, which as a whole is `full_amount`."""

    id: UUID
    item_id: UUID
    invoice_id: UUID
    invoice_item_id: UUID
    full_start: date
    full_end: date
    charged_from: date
    charged_to: date
    full_amount: Decimal
    full_discount: Decimal = _ZERO

    def worth(self, start: date, money: Money) -> Decimal:
        """What its days from `start` on were charged."""
        first = min(max(start, self.charged_from), self.charged_to)
        return part(
            self.full_amount, Period(self.full_start, self.full_end), first, self.charged_to, money.currency, money.rounding
        )


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What is given back of a charge: its days from `start` on."""

    charge: Charge
    start: date
    amount: Decimal

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the charge remains."""
        return self.start <= self.charge.charged_from


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a change comes to."""

    credits: list[Credit] = []
    lines: list[Line] = []

    @property
    def credited(self) -> Decimal:
        return sum((one.amount for one in self.credits), _ZERO)

    @property
    def charged(self) -> Decimal:
        return sum((one.amount for one in self.lines), _ZERO)


def credit_of(charges: Sequence[Charge], start: date, money: Money) -> list[Credit]:
    """All that is not used of charges from a day on."""
    return [
        Credit(charge=one, start=max(start, one.charged_from), amount=one.worth(start, money))
        for one in charges
        if one.charged_to > start
    ]


def change(
    before: Sequence[Sold],
    after: Sequence[Sold],
    charges: Sequence[Charge],
    period: Period,
    on: date,
    until: date,
    money: Money,
    coupon: CouponTerms | None = None,
) -> Plan:
    """From these items to those on a day within a period that is charged up to `until`."""
    old = {item.item_id: item for item in before}
    new = {item.item_id: item for item in after}
    kept: set[UUID] = set()
    more: dict[UUID, int] = {}
    fresh: list[Sold] = []
    for item in after:
        was = old.get(item.item_id)
        if was is not None and was.price_id == item.price_id and was.quantity <= item.quantity:
            if was.quantity == item.quantity:
                kept.add(item.item_id)
                continue
            if item.terms.model == "per_unit":
                # What is had already stays charged; only what is more is charged anew.
                kept.add(item.item_id)
                more[item.item_id] = was.quantity
        fresh.append(item)
    live = [one for one in charges if one.charged_to > on and one.item_id in old]
    gone = [one for one in live if one.item_id not in kept or one.item_id not in new]
    stay = [one for one in live if one not in gone]
    lines = recurring(
        fresh, period, on, until, money, coupon, used=sum((one.full_discount for one in stay), _ZERO), more_than=more
    )
    return Plan(credits=credit_of(gone, on, money), lines=[*lines, *once(after, money)])


def is_downgrade(before: Sequence[Sold], after: Sequence[Sold]) -> bool:
    """Whether a whole period costs less than before, coupons apart."""

    def worth(items: Sequence[Sold]) -> Decimal:
        return sum((amount(one.terms, Decimal(one.quantity)) for one in items if one.recurs), _ZERO)

    return worth(after) < worth(before)
