"""What a coupon takes off a period's prices. Pure.

A coupon reduces what recurs; setup fees, single charges and usage stay as they are. Money comes off all lines that it holds
for together, in proportion, and never more than they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from control.billing.money import Rounding, rounded, split
from control.core.words import N_, said

Duration = Literal["once", "repeating", "forever"]
_ZERO = Decimal(0)
_HUNDRED = Decimal(100)


class CouponTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon as a subscription keeps it: later changes of the coupon are none of the subscription's."""

    code: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    duration: Duration = "once"
    periods: int | None = None
    plan_ids: list[UUID] = []

    def holds_for(self, plan_id: UUID) -> bool:
        """Whether a plan's lines are reduced."""
        return not self.plan_ids or plan_id in self.plan_ids

    def how_long(self) -> int | None:
        """For how many periods; None for ever."""
        return {"once": 1, "repeating": self.periods, "forever": None}[self.duration]


def discounts(
    coupon: CouponTerms | None,
    lines: Sequence[tuple[UUID, Decimal]],
    currency: str,
    rounding: Rounding = "half_up",
    *,
    used: Decimal = _ZERO,
) -> list[Decimal]:
    """What comes off each line (plan, amount). `used` is what lines that stay took of a coupon's money already."""
    if coupon is None:
        return [_ZERO] * len(lines)
    full = [rounded(amount, currency, rounding) if coupon.holds_for(plan) else _ZERO for plan, amount in lines]
    if coupon.percent is not None:
        # Of the exact amount, so that a line is rounded once.
        return [
            whole - rounded(exact - exact * coupon.percent / _HUNDRED, currency, rounding) if whole else _ZERO
            for whole, (_, exact) in zip(full, lines, strict=True)
        ]
    left = max((coupon.amount or _ZERO) - used, _ZERO)
    total = min(left, sum(full, _ZERO))
    return split(total, full, currency) if lines and total else [_ZERO] * len(lines)


def usable(
    *,
    is_active: bool,
    valid_from: date | None,
    valid_to: date | None,
    redeemed: int,
    most: int | None,
    by_customer: int,
    most_a_customer: int | None,
    currency: str | None,
    wanted_currency: str,
    on: date,
) -> str | None:
    """Why a coupon cannot be used on a day; None when it can. `valid_to` is the last day."""
    if not is_active or (valid_from is not None and on < valid_from):
        return N_("cannot be used now")
    if valid_to is not None and on > valid_to:
        return N_("has expired")
    if most is not None and redeemed >= most:
        return N_("was used as often as it can be")
    if most_a_customer is not None and by_customer >= most_a_customer:
        return N_("was used by this customer as often as it can be")
    if currency is not None and currency != wanted_currency:
        return said("is for %(currency)s", currency=currency)
    return None
