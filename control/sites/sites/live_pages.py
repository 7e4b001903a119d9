"""What happens at a site right now: requests of the last fifteen minutes in steps of ten seconds, as often as gateways count
them, its routes, and the last requests that were stopped or noticed. The part loads itself anew until it is paused."""

from __future__ import annotations

import math
import time
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.core.context import Context
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring.plotting import plotted
from control.monitoring.query import service as metrics
from control.monitoring.query.moments import MICRO
from control.security import words as security_words
from control.security.events import service as events
from control.sites import words
from control.sites.routing import service as routing
from control.sites.sites import service
from control.sites.sites.models import Site
from control.web.language import N_
from control.web.routing import show
from control.web.ui import Ui, UiOf

EVERY_S = 5
"""Gateways push every ten seconds: a new figure is seen within five."""
MOST_LOADS = 360
"""After half an hour in a forgotten tab it pauses by itself."""
_BACK_S, _STEP_S, _FEW = 900, 10, 8
_FILTERS = ("organization_id", "route_id", "action", "source", "rule_id", "client", "request_id", "since", "until")


async def _now(ctx: Context, expression: str, by: str = "") -> dict[str, float]:
    """Values at this moment, by a label."""
    answer = await metrics.at(ctx, expression, time.time_ns() // 1000)
    found = {dict(line.labels).get(by, ""): float(line.values[0]) for line in answer.lines}
    return {name: value for name, value in found.items() if math.isfinite(value)}


async def _figures(ui: Ui, site_id: UUID) -> dict[str, Any]:
    """All that is shown. Expressions hold nothing but the id of the site."""
    ctx, chosen = ui.ctx, f'site="{site_id}"'
    end = time.time_ns() // 1000 // (_STEP_S * MICRO) * (_STEP_S * MICRO)
    start, step = end - _BACK_S * MICRO, _STEP_S * MICRO
    answer = await metrics.over(ctx, f"sum by (class) (rate(hcc_site_requests_total{{{chosen}}}[30s]))", start, end, step)
    title = ui.words(N_("Requests by status"))
    rates = await _now(ctx, f"sum by (class) (rate(hcc_site_requests_total{{{chosen}}}[1m]))", "class")
    total = sum(rates.values())
    buckets = f"sum by (le) (rate(hcc_site_request_seconds_bucket{{{chosen}}}[5m]))"
    within = {
        name: (await _now(ctx, f"histogram_quantile({share}, {buckets})")).get("")
        for name, share in (("50 %", 0.5), ("95 %", 0.95), ("99 %", 0.99))
    }
    decisions = await _now(ctx, f"sum by (action) (increase(hcc_site_decisions_total{{{chosen}}}[15m]))", "action")
    by_route = await _now(ctx, f"sum by (route) (rate(hcc_site_requests_total{{{chosen}}}[1m])) > 0", "route")
    routes, _ = await routing.page(ctx, site_id, PageRequest(1, routing.MOST_ROUTES, "r.id"), {"upstream": None})
    names = {str(one.id): words.where(one) for one in routes}
    return {
        "plot": plotted(title, answer, start, end, step, unit="per_second", legend="{{ labels.class }}"),
        "total": total if rates else None,
        "errors": rates.get("5xx", 0.0) / total if total else 0.0,
        "within": within,
        "limited": decisions.get("limited", 0.0),
        "stopped": sum(decisions.get(name, 0.0) for name in ("blocked", "denied", "banned", "challenged")),
        "by_route": [(names.get(key, key), rate) for key, rate in sorted(by_route.items(), key=lambda one: -one[1])][:_FEW],
        "last": await _last(ctx, site_id),
    }


async def _last(ctx: Context, site_id: UUID) -> list[Any] | None:
    """The requests that were stopped or noticed last; None for those who may not see them."""
    if not ctx.principal.may("security:read"):
        return None
    rows, _ = await events.page(
        ctx, PageRequest(1, _FEW, "at DESC, id DESC"), {**dict.fromkeys(_FILTERS), "site_id": site_id}
    )  # fmt: skip
    return rows


async def _site(ui: Ui, site_id: UUID) -> Site:
    """The site; that staff of another organisation look at it is noted once, not each time that the part loads itself."""
    if ui.target != "live":
        return await service.get(ui.ctx, site_id)
    async with ui.ctx.transaction() as tx:
        return await service.find(tx, site_id)


@show("/sites/{site_id:uuid}/live", needs("metrics:read"))
async def live(ui: UiOf, site_id: FromPath[UUID]) -> Response[str]:
    """The part that loads itself, or a page with it."""
    site = await _site(ui, site_id)
    query = ui.request.query_params
    text = query.get("load", "0")
    loads = min(int(text), MOST_LOADS) if text.isdecimal() and len(text) < 6 else 0
    figures = await ui.bounded(_figures(ui, site_id))
    values: dict[str, Any] = {
        "site": site,
        "figures": figures,
        "loads": loads + 1,
        "is_paused": "paused" in query or loads >= MOST_LOADS,
        "every": EVERY_S,
        "action": security_words.action,
        "is_here": site.organization_id == ui.ctx.principal.organization_id,
    }
    if ui.target == "live":
        return ui.fragment("sites/live.html", **values)
    return ui.page("sites/live_page.html", **values)


PAGES = [live]
