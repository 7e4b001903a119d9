"""What a site did: requests, errors and latency as plots, and its routes side by side."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.core.errors import Unavailable
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring.plotting import SPANS, plot, span_of
from control.monitoring.query.errors import QueryError
from control.monitoring.query.moments import MICRO
from control.monitoring.traffic import service as traffic
from control.sites import words
from control.sites.routing import service as routing
from control.sites.sites import service
from control.web.language import N_
from control.web.routing import show
from control.web.ui import UiOf

_WITHIN = "histogram_quantile({q}, sum by (le) (rate(hcc_site_request_seconds_bucket{{{chosen}}}[5m])))"


@show("/sites/{site_id:uuid}/traffic", needs("metrics:read"))
async def site_traffic(ui: UiOf, site_id: FromPath[UUID]) -> Response[str]:
    """The traffic of the time that was asked for."""
    site = await service.get(ui.ctx, site_id)
    back = span_of(ui.request.query_params.get("span"))
    chosen = f'site="{site_id}"'
    rate = f"sum by (class) (rate(hcc_site_requests_total{{{chosen}}}[5m]))"
    errors = (
        f'sum (rate(hcc_site_requests_total{{{chosen},class="5xx"}}[5m])) / sum (rate(hcc_site_requests_total{{{chosen}}}[5m]))'
    )
    slow = " or ".join(f'label_replace({_WITHIN.format(q=q, chosen=chosen)}, "share", "{name}", "", "")'
                       for q, name in (("0.5", "50 %"), ("0.95", "95 %"), ("0.99", "99 %")))  # fmt: skip
    ctx, t = ui.ctx, ui.words
    plots = [
        await plot(ctx, t(N_("Requests by status")), rate, back=back, unit="per_second", legend="{{ labels.class }}"),
        await plot(ctx, t(N_("Answered within")), slow, back=back, unit="seconds", legend="{{ labels.share }}"),
        await plot(ctx, t(N_("Share of errors (5xx)")), errors, back=back, unit="percent"),
    ]
    now = time.time_ns() // 1000
    try:
        rows = await traffic.traffic(ctx, now - back * MICRO, now, "route", site_id)
    except QueryError as error:
        raise Unavailable(error.message) from error
    routes, _ = await routing.page(ctx, site_id, PageRequest(1, routing.MOST_ROUTES, "r.id"), {"upstream": None})
    names = {str(one.id): words.where(one) for one in routes}
    is_here = site.organization_id == ctx.principal.organization_id
    values: dict[str, Any] = {
        "site": site,
        "plots": plots,
        "rows": rows,
        "names": names,
        "spans": SPANS,
        "back": back,
        "is_here": is_here,
    }
    if ui.target == "traffic":
        return ui.fragment("sites/traffic.html", **values)
    return ui.page("sites/traffic_page.html", **values)


PAGES = [site_traffic]
