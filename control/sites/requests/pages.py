"""Single requests of a site as they come. The part loads itself anew until it is paused; without scripts, people do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.core.permissions import needs
from control.sites.requests import service
from control.sites.requests.models import Wanted
from control.web.language import N_
from control.web.routing import show
from control.web.ui import UiOf

EVERY_S = 2
"""Gateways hand over twice a second; nobody reads faster."""
MOST_LOADS = 900
"""After half an hour in a forgotten tab it pauses by itself, and a minute later nothing is handed over any more."""
STATUSES = {"2": "2xx", "3": "3xx", "4": "4xx", "5": "5xx", "early": N_("Ended early")}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_MOST_TEXT = 200


def tone(status: int) -> str:
    """The colour of a status; below 100 nobody was there any more to take one."""
    return {2: "success", 3: "info", 4: "warning", 5: "error"}.get(status // 100, "neutral")


@show("/sites/{site_id:uuid}/requests", needs("security:read"))
async def requests(ui: UiOf, site_id: FromPath[UUID]) -> Response[str]:
    """The part that loads itself, or a page with it. Looking is what makes gateways hand requests over."""
    query = ui.request.query_params
    chosen, method = query.get("status", ""), query.get("method", "")
    text = query.get("text", "").replace("\0", "").strip()[:_MOST_TEXT]
    given = {"status": chosen if chosen in STATUSES else "", "method": method if method in METHODS else "", "text": text}
    wanted = Wanted(
        status_class=int(given["status"]) if given["status"].isdecimal() else None, early=given["status"] == "early",
        method=given["method"] or None, text=text or None,
    )  # fmt: skip
    loaded = query.get("load", "0")
    loads = min(int(loaded), MOST_LOADS) if loaded.isdecimal() and len(loaded) < 6 else 0
    site, watching = await service.watch(ui.ctx, site_id, wanted)
    kept = {name: value for name, value in given.items() if value}
    values: dict[str, Any] = {
        "site": site,
        "watching": watching,
        "given": given,
        "is_narrowed": bool(kept),
        "is_paused": "paused" in query or loads >= MOST_LOADS,
        "at": f"/sites/{site_id}/requests",
        "next": urlencode({**kept, "load": loads + 1}),
        "pause": urlencode({**kept, "paused": ""}),
        "go_on": urlencode(kept),
        "every": EVERY_S,
        "most": service.MOST_SHOWN,
        "tone": tone,
    }
    if ui.target == "requests":
        return ui.fragment("sites/requests.html", **values)
    return ui.page("sites/requests_page.html", statuses=STATUSES, methods=METHODS, **values)


PAGES = [requests]
