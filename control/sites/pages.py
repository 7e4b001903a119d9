"""The pages of sites, of what every gateway does alike, and the cards of the dashboard."""

from __future__ import annotations

from control.core.context import Context
from control.sites import cards
from control.sites.certificates import pages as certificates
from control.sites.gateway import pages as gateway
from control.sites.gateway import service
from control.sites.requests import pages as requests
from control.sites.routing import pages as routing
from control.sites.sites import live_pages, pages, state_pages, traffic_pages
from control.sites.upstreams import pages as upstreams
from control.web.language import N_
from control.web.menu import Setting, Standing
from control.web.searching import Source


async def _trusts(ctx: Context) -> Standing:
    found = await service.settings(ctx)
    return Standing(N_("Proxies are trusted"), "info") if found.trusted_proxies else Standing(N_("Set"), "success")


PAGES = [
    *cards.PAGES, *pages.PAGES, *live_pages.PAGES, *requests.PAGES, *state_pages.PAGES, *routing.PAGES, *upstreams.PAGES,
    *certificates.PAGES, *traffic_pages.PAGES, *gateway.PAGES,
]  # fmt: skip
MENU = (*pages.MENU, *certificates.MENU)
CARDS = cards.CARDS
WATCHES = cards.WATCHES
SETTINGS = (
    Setting(
        label=gateway.SETTINGS.title, about=N_("Proxies, header fields and limits of every gateway."),
        path=gateway.SETTINGS.path, permission="gateway-settings:read", group=N_("Platform"), standing=_trusts,
        for_types=frozenset({"admin"}),
    ),
)  # fmt: skip
TABLES = (pages.SITES, certificates.CERTIFICATES)
SEARCH = (
    Source(table=pages.SITES, label=N_("Sites"), permission="gateway:read", icon="globe", about=lambda row: ", ".join(row.hosts)),
)
