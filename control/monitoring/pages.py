"""The card of the dashboard that says what is in trouble."""

from __future__ import annotations

from litestar import Response

from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring.alerts import service
from control.web.language import N_
from control.web.menu import Card
from control.web.routing import show
from control.web.tables import Badge
from control.web.ui import UiOf

CARDS = (Card(label=N_("Alerts"), path="/cards/alerts", permission="monitoring:read"),)
SEVERITIES = {
    "info": Badge(N_("Information"), "info"),
    "warning": Badge(N_("Warning"), "warning"),
    "critical": Badge(N_("Critical"), "error"),
}


@show("/cards/alerts", needs("monitoring:read"))
async def alerts(ui: UiOf) -> Response[str]:
    """What fires now."""
    filters = {"organization_id": None, "phase": "firing", "severity": None, "source_id": None}
    rows, total = await service.alerts(ui.ctx, PageRequest(1, 5, "updated_at DESC, id DESC"), filters)
    return ui.card(N_("Alerts"), "monitoring/card.html", rows=rows, total=total, severities=SEVERITIES)


PAGES = [alerts]
