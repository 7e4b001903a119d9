"""The pages of sites, and the card of the dashboard that says which there are."""

from __future__ import annotations

from litestar import Response

from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.sites.certificates import pages as certificates
from control.sites.routing import pages as routing
from control.sites.sites import pages, service, traffic_pages
from control.sites.upstreams import pages as upstreams
from control.web.language import N_
from control.web.menu import Card
from control.web.routing import show
from control.web.searching import Source
from control.web.ui import UiOf

CARDS = (Card(label=N_("Sites"), path="/cards/sites", permission="gateway:read"),)


@show("/cards/sites", needs("gateway:read"))
async def sites(ui: UiOf) -> Response[str]:
    """How many, and those that changed last."""
    filters = {"organization_id": None, "host": None, "is_active": None}
    rows, total = await service.page(ui.ctx, PageRequest(1, 4, "updated_at DESC, id DESC"), filters)
    return ui.card(N_("Sites"), "sites/card.html", rows=rows, total=total)


PAGES = [sites, *pages.PAGES, *routing.PAGES, *upstreams.PAGES, *certificates.PAGES, *traffic_pages.PAGES]
MENU = (*pages.MENU, *certificates.MENU)
TABLES = (pages.SITES, certificates.CERTIFICATES)
SEARCH = (
    Source(table=pages.SITES, label=N_("Sites"), permission="gateway:read", icon="globe", about=lambda row: ", ".join(row.hosts)),
)
