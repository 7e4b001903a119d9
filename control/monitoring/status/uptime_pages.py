"""The uptime of an organisation's own services: every check with its last thirty days, whether a status page shows it or not."""

from __future__ import annotations

from typing import Any

from litestar import Response

from control.core.permissions import UserType, needs
from control.monitoring.status import service
from control.monitoring.status.bars import LEGEND, bars
from control.monitoring.status.pages import TONES
from control.monitoring.words import STATES
from control.web.language import N_
from control.web.menu import Card, Entry
from control.web.routing import show
from control.web.ui import Ui, UiOf

_READ = needs("monitoring:read")
_CUSTOMERS: frozenset[UserType] = frozenset({"customer"})
DAYS = 30
_FEW = 5
_TITLE = N_("Uptime")
_NAMES = {**STATES, "maintenance": N_("Maintenance")}
CARDS = (Card(label=_TITLE, path="/cards/uptime", permission="monitoring:read", order=15, for_types=_CUSTOMERS),)
MENU = (Entry(label=_TITLE, path="/uptime", icon="clock", permission="monitoring:read", group=N_("Monitoring")),)


async def _values(ui: Ui, most: int | None = None) -> dict[str, Any]:
    rows = await service.uptimes(ui.ctx, DAYS)
    shown = [(check, one, bars(one.days)) for check, one in rows]
    return {
        "rows": shown[:most], "total": len(rows), "names": _NAMES, "tones": TONES, "days": DAYS, "legend": LEGEND,
    }  # fmt: skip


@show("/cards/uptime", _READ)
async def card(ui: UiOf) -> Response[str]:
    """Those that are worst."""
    return await ui.bounded_card(_TITLE, "monitoring/uptime_card.html", _values(ui, _FEW))


@show("/uptime", _READ)
async def uptime(ui: UiOf) -> Response[str]:
    """All of them, those that are down first."""
    return ui.page("monitoring/uptime.html", **await _values(ui))


PAGES = [card, uptime]
