"""All that staff set, on one page, with how far each is."""

from __future__ import annotations

from litestar import Response

from control.core.errors import Forbidden
from control.core.permissions import UserType, authenticated
from control.web import menu
from control.web.language import N_
from control.web.menu import Entry, Standing
from control.web.routing import show
from control.web.ui import UiOf

STAFF: frozenset[UserType] = frozenset({"admin", "reseller"})
MENU = (Entry(label=N_("Settings"), path="/settings", icon="gear", for_types=STAFF),)
_UNKNOWN = Standing(N_("Not known"), "warning")


@show("/settings", authenticated())
async def settings(ui: UiOf) -> Response[str]:
    """Ways to everything that can be set. Raises Forbidden for customers, who have nothing of it."""
    if ui.ctx.principal.user_type not in STAFF:
        raise Forbidden("Settings are for staff.")
    groups = menu.settings(ui.request.app.state.offer, ui.ctx.principal)
    standings = {}
    for _, some in groups:
        for one in some:
            if one.standing is not None:
                standings[one.path] = await ui.bounded(one.standing(ui.ctx)) or _UNKNOWN
    return ui.page("settings.html", groups=groups, standings=standings)


PAGES = [settings]
