"""What sites say on the dashboard: which there are, and certificates that end soon."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Response

from control.core.context import Context
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.sites import words
from control.sites.certificates import service as certificates
from control.sites.sites import service
from control.web.language import N_
from control.web.menu import Card, Trouble, Watch
from control.web.routing import show
from control.web.ui import UiOf

_READ = needs("gateway:read")
_FEW = 6
SITES, EXPIRING = N_("Sites"), N_("Certificates that end within 30 days")
CARDS = (
    Card(label=EXPIRING, path="/cards/certificates", permission="gateway:read", order=35),
    Card(label=SITES, path="/cards/sites", permission="gateway:read"),
)


async def _ending(ctx: Context, most: int) -> tuple[list[Any], int]:
    filters = {"organization_id": None, "expires_before": datetime.now(UTC) + words.SOON}
    return await certificates.page(ctx, PageRequest(1, most, "not_after ASC, id ASC"), filters)


async def _watch(ctx: Context) -> list[Trouble]:
    """Those that ended are worse than those that will."""
    rows, total = await _ending(ctx, certificates.MOST_CERTIFICATES)
    over = sum(one.not_after <= datetime.now(UTC) for one in rows)
    found = []
    if over:
        found.append(
            Trouble(count=over, label=N_("certificates have expired"), href="/certificates?sort_by=not_after&sort_order=asc")
        )
    if total > over:
        href = "/certificates?sort_by=not_after&sort_order=asc"
        found.append(Trouble(count=total - over, label=N_("certificates end within 30 days"), href=href, tone="warning"))
    return found


WATCHES = (Watch(label=N_("Certificates"), permission="gateway:read", find=_watch),)


@show("/cards/sites", _READ)
async def sites(ui: UiOf) -> Response[str]:
    """How many, and those that changed last."""

    async def found() -> dict[str, Any]:
        filters = {"organization_id": None, "host": None, "is_active": None}
        rows, total = await service.page(ui.ctx, PageRequest(1, 4, "updated_at DESC, id DESC"), filters)
        return {"rows": rows, "total": total}

    return await ui.bounded_card(SITES, "sites/card.html", found())


@show("/cards/certificates", _READ)
async def expiring(ui: UiOf) -> Response[str]:
    """Those that end soonest, with the days that are left."""

    async def found() -> dict[str, Any]:
        rows, total = await _ending(ui.ctx, _FEW)
        return {"rows": rows, "total": total, "words": words}

    return await ui.bounded_card(EXPIRING, "sites/certificates_card.html", found())


PAGES = [sites, expiring]
