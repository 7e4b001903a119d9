"""The pages of monitoring, and the card of the dashboard that says what is in trouble."""

from __future__ import annotations

from typing import Any

from litestar import Response

from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring import watches
from control.monitoring.agents import pages as agents
from control.monitoring.alerts import pages as alert_pages
from control.monitoring.alerts import service
from control.monitoring.builtin import pages as packs
from control.monitoring.checks import pages as checks
from control.monitoring.muting import inhibition_pages as inhibitions
from control.monitoring.muting import pages as silences
from control.monitoring.muting import window_pages as windows
from control.monitoring.notifications import pages as notifications
from control.monitoring.query import pages as query
from control.monitoring.status import admin_pages as status_pages
from control.monitoring.status import uptime_pages as uptime
from control.monitoring.tokens import pages as tokens
from control.monitoring.traffic import pages as traffic
from control.monitoring.words import SEVERITY_BADGES as SEVERITIES
from control.web.language import N_
from control.web.menu import Card
from control.web.routing import show
from control.web.searching import Source
from control.web.ui import UiOf

CARDS = (Card(label=N_("Alerts"), path="/cards/alerts", permission="monitoring:read", order=10), *traffic.CARDS, *uptime.CARDS)
WATCHES = watches.WATCHES


@show("/cards/alerts", needs("monitoring:read"))
async def alerts(ui: UiOf) -> Response[str]:
    """What fires now."""

    async def found() -> dict[str, Any]:
        filters = {"organization_id": None, "phase": "firing", "severity": None, "source_id": None}
        rows, total = await service.alerts(ui.ctx, PageRequest(1, 5, "updated_at DESC, id DESC"), filters)
        return {"rows": rows, "total": total, "severities": SEVERITIES}

    return await ui.bounded_card(N_("Alerts"), "monitoring/card.html", found())


_PARTS = (
    alert_pages, query, checks, silences, windows, inhibitions, notifications, packs, agents, tokens, status_pages,
    traffic, uptime,
)  # fmt: skip
PAGES = [alerts, *(page for part in _PARTS for page in part.PAGES)]
MENU = (*alert_pages.MENU, *checks.MENU, *uptime.MENU, *query.MENU, *agents.MENU, *status_pages.MENU)
TABLES = (
    alert_pages.ALERTS, alert_pages.RULES, checks.CHECKS, silences.SILENCES, windows.WINDOWS,
    inhibitions.INHIBITIONS, notifications.CHANNELS, notifications.ROUTES,
    notifications.NOTIFICATIONS, agents.AGENTS, tokens.TOKENS, status_pages.STATUS_PAGES,
)  # fmt: skip
SEARCH = (Source(table=agents.AGENTS, label=N_("Servers"), permission="agents:read", icon="server"),)
