"""The pages of security, and the card of the dashboard that says what gateways found."""

from __future__ import annotations

from typing import Any

from litestar import Response

from control.core.permissions import needs
from control.monitoring.plotting import Plotted, plot
from control.monitoring.traffic.pages import counted_by
from control.security.access import pages as access
from control.security.audit_log import activity_pages as activity
from control.security.audit_log import pages as audit_log
from control.security.bans import pages as bans
from control.security.events import pages as events
from control.security.events import service
from control.security.exclusions import pages as exclusions
from control.security.firewall import pages as firewalls
from control.security.match_rules import pages as match_rules
from control.security.policies import pages as policies
from control.security.settings import pages as settings
from control.security.waf_rules import pages as waf_rules
from control.web.language import N_
from control.web.menu import Card, Setting
from control.web.routing import show
from control.web.ui import Ui, UiOf

_TITLE = N_("Security, last 24 hours")
CARDS = (Card(label=_TITLE, path="/cards/security", permission="security:read", order=25),)
_ALL = dict.fromkeys(
    ("organization_id", "site_id", "route_id", "action", "source", "rule_id", "client", "request_id", "since", "until")
)
_DAY = 86_400


async def _stopped(ui: Ui) -> Plotted | None:
    """How often something was stopped, over the day; None for those who may not ask about metrics."""
    if not ui.ctx.principal.may("metrics:read"):
        return None
    name = {"hcc_gateway": "hcc_gateway_security_total", "hcc_site": "hcc_site_decisions_total"}[counted_by(ui.ctx)]
    expression = f'sum(rate({name}{{action=~"blocked|denied|banned|limited"}}[15m])) * 60'
    return await plot(ui.ctx, ui.words(N_("Stopped each minute")), expression, back=_DAY)


async def _found(ui: Ui) -> dict[str, Any]:
    tally = await service.tally(ui.ctx)
    rules = (await service.rules(ui.ctx, dict(_ALL)))[:4] if tally.found else []
    return {"tally": tally, "rules": rules, "plot": await ui.bounded(_stopped(ui))}


@show("/cards/security", needs("security:read"))
async def security(ui: UiOf) -> Response[str]:
    """How much was found and stopped, and by which rules."""
    return await ui.bounded_card(_TITLE, "security/card.html", _found(ui))


SETTINGS = (
    Setting(
        label=settings.SETTINGS.title, about=N_("Challenges, how long events are kept, and detectors that ban."),
        path=settings.SETTINGS.path, permission="security-settings:read", group=N_("Platform"), standing=settings.standing,
        for_types=frozenset({"admin"}),
    ),
)  # fmt: skip
_PARTS = (activity, audit_log, events, policies, exclusions, match_rules, waf_rules, access, bans, firewalls, settings)
PAGES = [security, *(page for part in _PARTS for page in part.PAGES)]
MENU = (*audit_log.MENU, *events.MENU, *policies.MENU, *access.MENU, *firewalls.MENU)
TABLES = (
    activity.ACTIVITY, audit_log.AUDIT_LOG,
    events.EVENTS, policies.POLICIES, exclusions.EXCLUSIONS, match_rules.RULES, waf_rules.RULES, access.ENTRIES, bans.BANS,
    firewalls.FIREWALLS,
)  # fmt: skip
