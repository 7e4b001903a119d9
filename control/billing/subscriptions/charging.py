"""The lines that a subscription's items make: for days of a period, for usage, once. Pure.

Everything that charges goes through here: the first invoice, renewals, changes, resuming, and what a preview shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from control.billing.catalogue.discounts import CouponTerms, discounts
from control.billing.catalogue.pricing import Meter, Segment, Terms, segments
from control.billing.invoices.models import NewItem
from control.billing.money import MONTHLY_STEP, QUANTITY_DIGITS, Rounding, rounded
from control.billing.subscriptions.periods import MONTHS, Interval, Period
from control.billing.subscriptions.proration import part
from control.billing.subscriptions.words import say
from control.billing.units import known

_ZERO = Decimal(0)
_ONE = Decimal(1)
Kind = Literal["recurring", "once", "setup", "usage", "late_usage"]


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a subscription with the terms that it is sold on."""

    item_id: UUID
    plan_id: UUID
    price_id: UUID
    name: str
    quantity: int
    interval: Interval | Literal["once"]
    terms: Terms
    meter: Meter | None = None
    setup_fee: Decimal = _ZERO
    setup_charged: bool = False
    unit: str = "C62"
    tax_class: str = "standard"

    @property
    def recurs(self) -> bool:
        """Whether it is charged in advance, for each period."""
        return self.interval != "once" and self.terms.model != "metered"


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """What amounts are in, and in whose words lines speak."""

    currency: str
    rounding: Rounding = "half_up"
    language: str = "en"

    def cents(self, amount: Decimal) -> Decimal:
        """An amount with its currency's digits."""
        return rounded(amount, self.currency, self.rounding)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line: what stands on the invoice, and, of what recurs, the whole period's price that it is a part of."""

    kind: Kind
    item_id: UUID
    plan_id: UUID
    price_id: UUID
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    """After discount; with or without tax, as the subscription's prices are."""
    unit: str
    tax_class: str
    discount: Decimal = _ZERO
    days: Period | None = None
    full: Period | None = None
    full_amount: Decimal = _ZERO
    full_discount: Decimal = _ZERO
    months: int = 0
    """Of the whole period, of what recurs."""

    def asked(self) -> NewItem:
        """As an invoice takes it."""
        return NewItem(
            description=self.description,
            quantity=self.quantity,
            unit_price=self.unit_price,
            unit=known(self.unit),
            discount_amount=self.discount,
            tax_class=self.tax_class,
            period_start=None if self.days is None else self.days.start,
            period_end=None if self.days is None else self.days.end,
            monthly_price=(self.full_amount / self.months).quantize(MONTHLY_STEP) if self.months else None,
        )


class _Whole(msgspec.Struct, frozen=True):
    """A line of a whole period before discount."""

    item: Sold
    segment: Segment


def recurring(
    items: Sequence[Sold],
    period: Period,
    start: date,
    end: date,
    money: Money,
    coupon: CouponTerms | None = None,
    *,
    used: Decimal = _ZERO,
    more_than: dict[UUID, int] | None = None,
) -> list[Line]:
    """What items cost from one day to another of a period.

    `used` is what of a coupon's money other lines of this period have. `more_than` are quantities that are charged already: of
    those items, sold per unit, only what is above is charged.
    """
    wholes: list[_Whole] = []
    for item in items:
        if item.recurs:
            less = (more_than or {}).get(item.item_id, 0)
            wholes += [_Whole(item, one) for one in segments(item.terms, Decimal(item.quantity - less))]
    if start >= end:
        return []
    off = discounts(coupon, [(one.item.plan_id, one.segment.amount) for one in wholes], money.currency, money.rounding, used=used)
    return [_line(one, discount, period, Period(start, end), money) for one, discount in zip(wholes, off, strict=True)]


def _line(whole: _Whole, discount: Decimal, period: Period, days: Period, money: Money) -> Line:
    item, segment = whole.item, whole.segment
    undiscounted = money.cents(segment.amount)
    # As an invoice rounds it: once, after the discount.
    full = money.cents(segment.amount - discount)
    name = f"{item.name}, {segment.note}" if segment.note else item.name
    quantity, unit_price = segment.quantity, segment.unit_price
    amount, off = full, discount
    if days != period:
        # A part is one piece: quantity x price would not give it back to the cent.
        if quantity != 1:
            name = say(money.language, "each", name=name, many=f"{quantity.normalize():f}")
        name = say(money.language, "part", name=name, days=days.days, all=period.days)
        quantity = _ONE
        unit_price = part(undiscounted, period, days.start, days.end, money.currency, money.rounding)
        amount = part(full, period, days.start, days.end, money.currency, money.rounding)
        off = unit_price - amount
        if off < 0:
            # Parts of two roundings may cross by a cent; a line then has no discount.
            unit_price, off = amount, _ZERO
    return Line(
        kind="recurring",
        item_id=item.item_id,
        plan_id=item.plan_id,
        price_id=item.price_id,
        description=name,
        quantity=quantity,
        unit_price=unit_price,
        amount=amount,
        unit=item.unit if quantity != 1 or days == period else "C62",
        tax_class=item.tax_class,
        discount=off,
        days=days,
        full=period,
        full_amount=full,
        full_discount=discount,
        months=0 if item.interval == "once" else MONTHS[item.interval],
    )


def once(items: Sequence[Sold], money: Money) -> list[Line]:
    """Set-up fees and single charges that were not charged yet; neither is reduced or shared out by day."""
    found: list[Line] = []
    for item in items:
        if item.setup_charged:
            continue
        if item.interval == "once":
            found += [
                _plain(item, "once", one, _named(item.name, one), money) for one in segments(item.terms, Decimal(item.quantity))
            ]
        if item.setup_fee:
            fee = Segment(quantity=_ONE, unit_price=item.setup_fee)
            found.append(_plain(item, "setup", fee, say(money.language, "setup", name=item.name), money))
    return found


def usage(item: Sold, value: Decimal, days: Period, money: Money, *, before: Decimal | None = None) -> list[Line]:
    """What usage of some days costs. With `before`, the figure that was billed for the same days, only what it is more now."""
    if item.meter is None:
        return []
    text = {"name": item.name, "unit": item.meter.unit_name}
    if before is None:
        included = f"{item.meter.included.normalize():f}"
        words = say(money.language, "usage", **text, value=f"{value.normalize():f}", included=included)
        return [
            _plain(item, "usage", one, _named(words, one), money, days) for one in segments(item.terms, value)
        ]  # fmt: skip
    # Bands are as if all had come in time: the difference of the two sums.
    old = sum((money.cents(one.amount) for one in segments(item.terms, before)), _ZERO)
    new = sum((money.cents(one.amount) for one in segments(item.terms, value)), _ZERO)
    if new <= old:
        return []
    words = say(money.language, "late", **text, value=f"{(value - before).normalize():f}")
    return [_plain(item, "late_usage", Segment(quantity=_ONE, unit_price=new - old), words, money, days)]


def measured(value: Decimal, meter: Meter) -> Decimal:
    """A figure in the unit that is sold, with the digits of a quantity; never below nothing."""
    scaled = max(value, _ZERO) / meter.scale
    return scaled.quantize(Decimal(1).scaleb(-QUANTITY_DIGITS))


def _named(name: str, segment: Segment) -> str:
    return f"{name}, {segment.note}" if segment.note else name


def _plain(item: Sold, kind: Kind, segment: Segment, description: str, money: Money, days: Period | None = None) -> Line:
    return Line(
        kind=kind,
        item_id=item.item_id,
        plan_id=item.plan_id,
        price_id=item.price_id,
        description=description[:1000],
        quantity=segment.quantity,
        unit_price=segment.unit_price,
        amount=money.cents(segment.amount),
        unit=item.unit if kind in ("once", "usage") else "C62",
        tax_class=item.tax_class,
        days=days,
    )
