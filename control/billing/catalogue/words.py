"""The catalogue in words, as pages show it."""

from __future__ import annotations

from decimal import Decimal

from control.billing.catalogue.models import Coupon, ListedPrice, Price, PriceList
from control.billing.parts import INTERVALS
from control.web.language import N_, Tongue
from control.web.tables import Badge

MODELS = {
    "flat": N_("One amount"),
    "per_unit": N_("For each unit"),
    "volume": N_("All units at the price of their number"),
    "graduated": N_("Units in bands"),
    "metered": N_("By what is measured"),
}
AGGREGATIONS = {
    "increase": N_("How much it rose"),
    "sum": N_("Sum"),
    "max": N_("Highest value"),
    "average": N_("Mean"),
    "last": N_("Last value"),
    "p95": N_("95th percentile"),
}
DURATIONS = {"once": N_("One period"), "repeating": N_("Some periods"), "forever": N_("For ever")}
CLASSES = {
    "standard": N_("Standard"),
    "reduced": N_("Reduced"),
    "second_reduced": N_("Second reduced"),
    "super_reduced": N_("Super-reduced"),
    "zero": N_("Zero"),
    "saas": N_("Software as a service"),
    "accommodation": N_("Accommodation"),
    "hospitality": N_("Hospitality"),
}


def price(tongue: Tongue, one: Price | ListedPrice) -> str:
    """What a price is, in one line: `9.00 EUR a month`."""
    how_often = tongue.gettext(INTERVALS[one.interval])
    if one.tiers:
        return f"{tongue.gettext(MODELS[one.model])}, {one.currency}, {how_often}"
    return f"{tongue.money(one.amount, one.currency)} {how_often}"


def priced(tongue: Tongue, found: PriceList) -> dict[str, str]:
    """All prices of a list, by id, with what they are for."""
    return {
        str(one.id): " · ".join(part for part in (product.name, plan.name, one.name, price(tongue, one)) if part)
        for product in found.products
        for plan in product.plans
        for one in plan.prices
    }


def off(tongue: Tongue, one: Coupon) -> str:
    """What a coupon takes off."""
    if one.percent is not None:
        return tongue.percent(one.percent)
    return tongue.money(one.amount or Decimal(0), one.currency or "EUR")


def sold(one: Price) -> Badge:
    """Whether a version of a price is on sale."""
    if not one.is_active:
        return Badge(N_("Retired"))
    return Badge(N_("Replaced")) if one.valid_to is not None else Badge(N_("On sale"), "success")
