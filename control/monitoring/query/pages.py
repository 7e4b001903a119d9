"""Asking about metrics: dashboards of servers and sites, and any question in PromQL, as a plot and a table."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.params import FromPath

from control.core.errors import NotFound, Unavailable, ValidationFailed
from control.core.permissions import needs
from control.monitoring import words
from control.monitoring.builtin import service as builtin
from control.monitoring.builtin.models import BuiltinDashboard
from control.monitoring.plotting import SPANS, plot, span_of
from control.monitoring.query.errors import QueryError
from control.security.words import site_names
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.ui import Ui, UiOf

_READ = needs("metrics:read")
_LONGEST = 8000
MENU = (
    Entry(label=N_("Metrics"), path="/monitoring/dashboards", icon="chart", permission="metrics:read", group=N_("Monitoring")),
)
TITLES = {
    "server": N_("A server"), "services": N_("Services of a server"), "site": N_("A site"), "gateway": N_("A gateway"),
}  # fmt: skip
EXAMPLES = (
    "agent_up", "sum by (class) (rate(hcc_site_requests_total[5m]))",
    "1 - host_filesystem_available_bytes / host_filesystem_size_bytes", "host_load_5m",
)  # fmt: skip


@show("/monitoring/dashboards", _READ)
async def dashboards(ui: UiOf) -> Response[str]:
    """The dashboards that there are, each with what it can be asked for."""
    found = []
    for one in builtin.every_dashboard():
        try:
            chosen = await builtin.dashboard(ui.ctx, one.id, None)
        except QueryError as error:
            raise Unavailable(error.message) from error
        found.append((chosen, await _names(ui, one, chosen.values)))
    return ui.page("monitoring/dashboards.html", dashboards=found, titles=TITLES, tabs=words.METRIC_TABS)


async def _names(ui: Ui, board: BuiltinDashboard, values: list[str]) -> dict[str, str]:
    """The values to choose from, and how they are called."""
    known = await site_names(ui.ctx) if board.variable == "site" and values else {}
    return {value: known.get(value, value) for value in values}


@show("/monitoring/dashboards/{dashboard_id:str}", _READ)
async def dashboard(ui: UiOf, dashboard_id: FromPath[str]) -> Response[str]:
    """One dashboard for one server, site or gateway; its plots come by themselves."""
    query = ui.request.query_params
    try:
        found = await builtin.dashboard(ui.ctx, dashboard_id, query.get("value") or None)
    except QueryError as error:
        raise Unavailable(error.message) from error
    value = found.value or (found.values[0] if found.values else None)
    back = span_of(query.get("span"))
    more = urlencode({"value": value or "", "span": back})
    return ui.page(
        "monitoring/dashboard.html",
        board=found,
        title=ui.words(TITLES.get(found.id, found.title)),
        value=value,
        values=await _names(ui, found, found.values),
        spans=SPANS,
        back=back,
        more=more,
        keep="&" + urlencode({"value": value or ""}),
    )


@show("/monitoring/dashboards/{dashboard_id:str}/panels/{number:int}", _READ)
async def panel(ui: UiOf, dashboard_id: FromPath[str], number: FromPath[int]) -> Response[str]:
    """One plot of a dashboard."""
    query = ui.request.query_params
    found = await builtin.dashboard(ui.ctx, dashboard_id, query.get("value") or "")
    if not 0 <= number < len(found.panels):
        raise NotFound("panel")
    one = found.panels[number]
    try:
        made = await plot(ui.ctx, one.title, one.query, back=span_of(query.get("span")), unit=one.unit, legend=one.legend)
    except (ValidationFailed, Unavailable) as error:
        return ui.card(one.title, "monitoring/panel.html", plot=None, problem=error.message)
    return ui.card(one.title, "monitoring/panel.html", plot=made, problem="")


@show("/monitoring/query", _READ)
async def explore(ui: UiOf) -> Response[str]:
    """Any question: a plot, and the last values as a table."""
    query = ui.request.query_params
    asked, back = (query.get("query") or "").strip(), span_of(query.get("span"))
    found: Any = None
    problems: list[str] = []
    status = 200
    if len(asked) > _LONGEST:
        problems, status = [ui.words(N_("The question is too long."))], 422
    elif asked:
        try:
            found = await plot(ui.ctx, asked[:200], asked, back=back)
        except ValidationFailed as error:
            problems, status = [one.message for one in error.errors], 422
        except Unavailable as error:
            problems, status = [error.message], 503
    values = {"asked": asked, "back": back, "spans": SPANS, "found": found, "problems": problems, "examples": EXAMPLES}
    if ui.target == "answer":
        return ui.fragment("monitoring/answer.html", **values)
    return ui.page("monitoring/query.html", status=status, tabs=words.METRIC_TABS, **values)


PAGES = [dashboards, dashboard, panel, explore]
