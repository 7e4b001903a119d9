"""What people read about security: names of actions and sources, and of the places that a row holds for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from control.core.context import Context
from control.core.pagination import PageRequest
from control.sites.sites import service as sites
from control.web.language import N_
from control.web.tables import NOTHING, Badge, Service
from control.web.view import tongue

ACTIONS = {
    "blocked": N_("Blocked"),
    "detected": N_("Noticed"),
    "banned": N_("Banned"),
    "denied": N_("Denied by a list"),
    "challenged": N_("Challenged"),
    "limited": N_("Over a limit"),
    "logged": N_("Noted"),
}
_TONES = {"blocked": "error", "banned": "error", "denied": "error", "detected": "warning", "limited": "warning"}
SOURCES = {
    "waf": N_("Firewall"), "rule": N_("Simple rule"), "list": N_("List"), "ban": N_("Ban"), "limit": N_("Limit"),
}  # fmt: skip
FIREWALL_TABS = (
    (N_("Modes"), "/security/policies"),
    (N_("Exclusions"), "/security/exclusions"),
    (N_("Simple rules"), "/security/match-rules"),
    (N_("Own rules (SecLang)"), "/security/waf-rules"),
)
LIST_TABS = ((N_("Lists"), "/security/access"), (N_("Bans"), "/security/bans"))
EVENT_TABS = ((N_("Events"), "/security/events"), (N_("Rules that matched"), "/security/event-rules"))
ALL_SITES = N_("All sites")
ON = {"true": Badge(N_("In force"), "success"), "false": Badge(N_("Off"))}


def action(row: Any) -> Badge:
    return Badge(ACTIONS[row.action], _TONES.get(row.action, "info"))


def is_on(row: Any) -> Badge:
    return ON["true"] if row.is_active else ON["false"]


class Placed:
    """A row, and the name of the site that it is for."""

    def __init__(self, row: Any, names: Mapping[UUID, str], everywhere: str) -> None:
        self._row = row
        self.place = everywhere if row.site_id is None else names.get(row.site_id, NOTHING)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)

    @property
    def __struct_fields__(self) -> tuple[str, ...]:
        fields: tuple[str, ...] = self._row.__struct_fields__
        return fields


def placed(service: Service) -> Service:
    """The same list with `place`, empty for all sites."""

    async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Any], int]:
        rows, total = await service(ctx, wanted, filters)
        names = await site_names(ctx) if any(row.site_id is not None for row in rows) else {}
        by_id = {UUID(key): name for key, name in names.items()}
        return [Placed(row, by_id, "") for row in rows], total

    return page


async def site_names(ctx: Context) -> dict[str, str]:
    """The sites in reach by name, for choosing one."""
    filters = {"organization_id": None, "host": None, "is_active": None}
    rows, _ = await sites.page(ctx, PageRequest(1, sites.MOST_SITES, "name, id"), filters)
    return {str(row.id): row.name for row in rows}


async def choose_site(ctx: Context) -> dict[str, Mapping[str, str]]:
    """For the field `site_id` of forms."""
    return {"site_id": await site_names(ctx)}


def until(days: int | None) -> datetime | None:
    """The end of something that holds for so many days from now."""
    return None if days is None else datetime.now(UTC) + timedelta(days=days)


def days_left(moment: datetime | None) -> int | None:
    """In how many days something ends, begun ones counted; at least one."""
    return None if moment is None else max(1, ceil((moment - datetime.now(UTC)).total_seconds() / 86_400))


def place(row: Any) -> str:
    """Which sites a row is for."""
    return row.place or tongue().gettext(ALL_SITES)
