"""What people read about sites: names of states, and what a route does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from control.sites.routing.models import Route
from control.sites.sites.models import Site
from control.sites.upstreams.models import Upstream
from control.web.language import N_
from control.web.tables import Badge

ACTIVE = {"true": N_("Active"), "false": N_("Off")}
SERVED = {
    "applied": Badge(N_("Served"), "success"),
    "refused": Badge(N_("Refused by a gateway"), "error"),
    "pending": Badge(N_("On its way"), "info"),
    "off": Badge(N_("Off")),
    "unknown": Badge(N_("No gateway was heard of"), "warning"),
}
MODES = {"off": N_("Off"), "detect": N_("Watch only"), "block": N_("Block")}
MODE_BADGES = {"off": Badge(MODES["off"]), "detect": Badge(MODES["detect"], "info"), "block": Badge(MODES["block"], "success")}
POLICIES = {
    "round_robin": N_("In turn"),
    "least_request": N_("The least busy one"),
    "consistent_hash": N_("Always the same for a client"),
}
STATUSES = {"301": "301", "302": "302", "303": "303", "307": "307", "308": "308"}
SOON = timedelta(days=30)
VERY_SOON = timedelta(days=7)
"""When the owner is warned, and when it burns."""


def state(site: Site) -> Badge:
    """How a site stands in a list."""
    if not site.is_active:
        return Badge(ACTIVE["false"])
    if site.maintenance is not None and site.maintenance.on:
        return Badge(N_("Maintenance"), "warning")
    return Badge(ACTIVE["true"], "success")


class Ending(Protocol):
    """What is good until a moment."""

    not_after: datetime


def expiry(certificate: Ending) -> Badge:
    """Whether a certificate is good, and for how much longer."""
    left = certificate.not_after - datetime.now(UTC)
    if left <= timedelta():
        return Badge(N_("Expired"), "error")
    if left < VERY_SOON:
        return Badge(N_("Expires within days"), "error")
    return Badge(N_("Expires soon"), "warning") if left < SOON else Badge(N_("Valid"), "success")


def days_left(certificate: Ending) -> int:
    """Whole days that it is good for; 0 or less when it ended, or ends today."""
    return (certificate.not_after - datetime.now(UTC)).days


def where(route: Route) -> str:
    """The paths of a route; a prefix has a star."""
    if route.path_prefix is not None:
        return f"{route.path_prefix.rstrip('/')}/*"
    return route.path or route.path_pattern or ""


def what(route: Route) -> str:
    """What becomes of its requests, without words."""
    if route.redirect is not None:
        return f"{route.redirect.status} {route.redirect.to}"
    return str(route.respond.status) if route.respond is not None else (route.upstream or "")


def limits(route: Route) -> list[str]:
    """Its limits, each as `10 / 60 s`."""
    return [f"{one.rate} / {one.per_s} s" for one in route.rate_limits]


def targets(upstream: Upstream) -> str:
    """Its targets, with their weight where that is not one."""
    return ", ".join(one.address if one.weight == 1 else f"{one.address} x{one.weight}" for one in upstream.targets)
