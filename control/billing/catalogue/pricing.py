"""What a quantity costs under a price: flat, per unit, by volume, in graduated bands, or metered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from control.core.words import N_

Model = Literal["flat", "per_unit", "volume", "graduated", "metered"]
Aggregation = Literal["increase", "sum", "max", "average", "last", "p95"]
"""Of a counter how much it rose; of a gauge the sum, the highest, the mean or the last of its values, or the 95th percentile by
which bandwidth is sold."""
_ZERO = Decimal(0)
_ONE = Decimal(1)


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A band of quantities: above the band before it, up to `up_to`; the last one has no end."""

    up_to: Decimal | None = None
    unit_price: Decimal = _ZERO
    flat_fee: Decimal = _ZERO


class Meter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is measured: a selector of the seller's metrics, in which `$customer` and `$subscription` stand for the ids of the
    customer's organisation and the subscription, how its values make one figure, and how much of it is free.

    `scale` is what the figure is divided by: 1000000000 makes gigabytes of bytes.
    """

    selector: Annotated[str, Meta(min_length=1, max_length=1000)]
    aggregation: Aggregation = "increase"
    unit_name: Annotated[str, Meta(min_length=1, max_length=40)]
    scale: Decimal = _ONE
    included: Decimal = _ZERO


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How a price turns a quantity into money."""

    model: Model
    amount: Decimal = _ZERO
    tiers: Sequence[Tier] = ()
    included: Decimal = _ZERO


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a price as it stands on a line. `note` says which, where there are several."""

    quantity: Decimal
    unit_price: Decimal
    note: str = ""

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price


def segments(terms: Terms, quantity: Decimal) -> list[Segment]:
    """What a quantity costs; nothing for none of it."""
    if quantity <= 0:
        return []
    match terms.model:
        case "flat":
            return [Segment(quantity=_ONE, unit_price=terms.amount)]
        case "per_unit":
            return [Segment(quantity=quantity, unit_price=terms.amount)]
        case "volume":
            return _volume(terms.tiers, quantity)
        case "graduated":
            return _graduated(terms.tiers, quantity)
        case "metered":
            above = quantity - terms.included
            if above <= 0:
                return []
            return _graduated(terms.tiers, above) if terms.tiers else [Segment(quantity=above, unit_price=terms.amount)]


def amount(terms: Terms, quantity: Decimal) -> Decimal:
    """What a quantity costs, not rounded."""
    return sum((one.amount for one in segments(terms, quantity)), _ZERO)


def _volume(tiers: Sequence[Tier], quantity: Decimal) -> list[Segment]:
    """All of it at the price of the band that the quantity lies in."""
    tier = next(one for one in tiers if one.up_to is None or quantity <= one.up_to)
    return [Segment(quantity=quantity, unit_price=tier.unit_price), *_fee(tier, "")]


def _graduated(tiers: Sequence[Tier], quantity: Decimal) -> list[Segment]:
    """Each band's part at the band's own price."""
    found: list[Segment] = []
    below = _ZERO
    for tier in tiers:
        if quantity <= below:
            break
        top = quantity if tier.up_to is None else min(quantity, tier.up_to)
        name = f"above {below.normalize():f}" if below else f"up to {top.normalize():f}"
        found.append(Segment(quantity=top - below, unit_price=tier.unit_price, note=name if len(tiers) > 1 else ""))
        found += _fee(tier, name if len(tiers) > 1 else "")
        below = top
    return found


def _fee(tier: Tier, note: str) -> list[Segment]:
    return [Segment(quantity=_ONE, unit_price=tier.flat_fee, note=f"{note} base fee".strip())] if tier.flat_fee else []


def tiers_error(model: Model, tiers: Sequence[Tier]) -> str | None:
    """What is wrong with the bands of a price."""
    if model in ("flat", "per_unit"):
        return N_("are for volume, graduated and metered prices") if tiers else None
    if not tiers:
        return None if model == "metered" else N_("are needed")
    below = _ZERO
    for tier in tiers[:-1]:
        if tier.up_to is None or not tier.up_to.is_finite() or tier.up_to <= below:
            return N_("must rise, each with up_to but the last")
        below = tier.up_to
    return None if tiers[-1].up_to is None else N_("must end with one without up_to")
