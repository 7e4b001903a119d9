"""The first card of the dashboard: what needs somebody now, found by the domains."""

from __future__ import annotations

import asyncio

from litestar import Response

from control.core.permissions import authenticated
from control.web import menu
from control.web.language import N_
from control.web.menu import Card
from control.web.routing import show
from control.web.ui import UiOf

TITLE = N_("What needs you")
CARDS = (Card(label=TITLE, path="/cards/attention", order=0),)
_AT_ONCE = 3
"""Watches that look at one time, so that one dashboard does not take all connections to the database."""


@show("/cards/attention", authenticated())
async def attention(ui: UiOf) -> Response[str]:
    """The worst first. What could not be looked at is said, for it may be the trouble."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def look(one: menu.Watch) -> list[menu.Trouble] | None:
        async with places:
            return await ui.bounded(one.find(ui.ctx))

    watches = menu.watches(ui.request.app.state.offer, ui.ctx.principal)
    found = await asyncio.gather(*map(look, watches))
    troubles = sorted((each for one in found if one for each in one), key=lambda each: each.tone != "error")
    unseen = [watch.label for watch, one in zip(watches, found, strict=True) if one is None]
    return ui.card(TITLE, "attention_card.html", troubles=troubles, unseen=unseen)


PAGES = [attention]
