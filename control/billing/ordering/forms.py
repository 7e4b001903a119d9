"""The forms of an order and of a change: prices that are offered, and how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from control.billing.catalogue import words
from control.billing.catalogue.models import ListedPrice, PriceList
from control.billing.subscriptions import item_form, page_words
from control.billing.subscriptions.models import SubscriptionItem
from control.web.forms import Form
from control.web.language import N_
from control.web.ui import Ui

_MORE = 2
"""Lines for what stands beside the plan."""


def _prices(ui: Ui, offer: PriceList, *, addons: bool) -> dict[str, str]:
    """What can be chosen by id: plans, or what stands beside them."""
    plans = [plan for product in offer.products for plan in product.plans if plan.is_addon is addons]
    tongue = ui.view.tongue
    return {str(one.id): _name(plan.name, one, words.price(tongue, one)) for plan in plans for one in plan.prices}


def _name(plan: str, one: ListedPrice, price: str) -> str:
    return " · ".join(part for part in (plan, one.name, price) if part)


def _beside(ui: Ui, offer: PriceList) -> Mapping[str, str]:
    """What fills further lines: add-ons, and prices that belong to no interval of their own."""
    return _prices(ui, offer, addons=True)


def ordering(ui: Ui, offer: PriceList) -> Form[Any]:
    """A plan, how many, and what stands beside it where there is any."""
    beside = _beside(ui, offer)
    return item_form.buying(
        [_prices(ui, offer, addons=False), *([beside] * _MORE if beside else [])], N_("Plan"), page_words.COLLECTIONS
    )


def changing(ui: Ui, items: Sequence[SubscriptionItem], offer: PriceList) -> Form[Any]:
    """What there is, with what it can become, and room for more. A line without a price ends."""
    every = {**_prices(ui, offer, addons=False), **_prices(ui, offer, addons=True)}
    lines = [{str(one.price_id): every.get(str(one.price_id), one.name), **every} for one in items]
    return item_form.buying([*lines, *([every] * _MORE)], N_("Position"), None)


def chosen(offer: PriceList, price: str) -> dict[str, Any]:
    """What an order shows at first."""
    known = {str(one.id) for product in offer.products for plan in product.plans for one in plan.prices if not plan.is_addon}
    return {"price_0": price if price in known else "", "quantity_0": 1, "collection": "invoice"}
