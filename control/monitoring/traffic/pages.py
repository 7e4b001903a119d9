"""Cards of the dashboard about requests: how many, how fast, and how many failed. Staff of the platform see what its gateways
count, everybody else what their own sites do."""

from __future__ import annotations

import math
import time
from typing import Any

from litestar import Response

from control.core.context import Context
from control.core.permissions import needs
from control.monitoring.plotting import plot
from control.monitoring.query import service as metrics
from control.web.language import N_
from control.web.menu import Card
from control.web.routing import show
from control.web.ui import Ui, UiOf

_READ = needs("metrics:read")
_DAY = 86_400
TRAFFIC, ERRORS = N_("Traffic, last 24 hours"), N_("Errors, last 24 hours")
CARDS = (
    Card(label=ERRORS, path="/cards/errors", permission="metrics:read", order=20),
    Card(label=TRAFFIC, path="/cards/traffic", permission="metrics:read", wide=True, order=30),
)


def counted_by(ctx: Context) -> str:
    """The beginning of the counters' names: those of gateways for the platform's own people, else those of sites."""
    principal = ctx.principal
    is_platform = principal.user_type == "admin" and principal.organization_id == principal.home_organization_id
    return "hcc_gateway" if is_platform else "hcc_site"


async def _by_class(ctx: Context, expression: str, at: int) -> dict[str, float]:
    """Numbers at a moment (microseconds) by the class of the status."""
    answer = await metrics.at(ctx, expression, at)
    found = {dict(one.labels).get("class", ""): float(one.values[0]) for one in answer.lines}
    return {name: value for name, value in found.items() if math.isfinite(value)}


async def _traffic(ui: Ui) -> dict[str, Any]:
    start, ctx, words = counted_by(ui.ctx), ui.ctx, ui.words
    rate = f"sum(rate({start}_requests_total[15m]))"
    slow = f"histogram_quantile(0.95, sum by (le) (rate({start}_request_seconds_bucket[15m])))"
    plots = [
        await plot(ctx, words(N_("Requests each second")), rate, back=_DAY, unit="per_second"),
        await plot(ctx, words(N_("95 % answered within")), slow, back=_DAY, unit="seconds"),
    ]
    return {"plots": plots, "is_platform": start == "hcc_gateway"}


async def _errors(ui: Ui) -> dict[str, Any]:
    # One moment for both: a share of two moments is none.
    start, ctx, at = counted_by(ui.ctx), ui.ctx, time.time_ns() // 1000
    by_class = await _by_class(ctx, f"sum by (class) (increase({start}_requests_total[1d]))", at)
    total, failed = sum(by_class.values()), by_class.get("5xx", 0.0)
    expression = f'sum(rate({start}_requests_total{{class="5xx"}}[15m])) / (sum(rate({start}_requests_total[15m])) > 0)'
    one = await plot(ctx, ui.words(N_("Share of errors (5xx)")), expression, back=_DAY, unit="percent")
    return {"total": total, "failed": failed, "share": failed / total if total else None, "plots": [one]}


@show("/cards/traffic", _READ)
async def traffic(ui: UiOf) -> Response[str]:
    """Requests and how fast they are answered."""
    return await ui.bounded_card(TRAFFIC, "monitoring/traffic_card.html", _traffic(ui))


@show("/cards/errors", _READ)
async def errors(ui: UiOf) -> Response[str]:
    """How many requests ended with a 5xx."""
    return await ui.bounded_card(ERRORS, "monitoring/errors_card.html", _errors(ui))


PAGES = [traffic, errors]
