"""Looking for anything: the pages of one's menu, and things by name or number. One page for all, which the palette of the panel
(Ctrl+K) shows a part of.

A domain offers what can be found as `SEARCH` in its pages: `Source(table=CUSTOMERS, label=N_("Customers"), permission=…)`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from litestar import Response

from control.core.errors import DomainError
from control.core.pagination import PageRequest
from control.core.permissions import authenticated
from control.web import menu
from control.web.routing import show
from control.web.tables import Table
from control.web.ui import Ui, UiOf
from control.web.view import speaking

log = structlog.get_logger("hcc.search")
MOST = 5
"""Of one kind."""
MOST_PLACES = 8
"""Pages, once something is looked for."""
LONGEST = 100
"""Characters of a search."""
SHORTEST = 2
"""From how many on things are looked for; below it, only pages are."""
LIMIT = 1.0
"""Seconds for all kinds together; those that are not done by then are said to be missing."""
AT_ONCE = 3
"""Kinds that are looked for at one time: each takes a connection of the pool."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that can be found, by the search of its table. `name` and `about` say what one is."""

    table: Table
    label: str
    permission: str
    icon: str
    name: Callable[[Any], str] = lambda row: str(row.name)
    about: Callable[[Any], str] = lambda _: ""


class Hit(msgspec.Struct, frozen=True):
    """Something found."""

    name: str
    href: str
    about: str = ""
    icon: str = ""


class Kind(msgspec.Struct, frozen=True):
    """What was found of one kind; `is_missing` when it took too long."""

    label: str
    icon: str
    hits: list[Hit]
    more: str = ""
    is_missing: bool = False


async def _look(ui: Ui, source: Source, text: str) -> Kind:
    table = source.table
    wanted = PageRequest(1, MOST, f"{table.sortable[table.by]} DESC, {table.tie} DESC", text)
    rows, total = await table.service(ui.ctx, wanted, dict.fromkeys(one.name for one in table.filters))
    with speaking(ui.view):
        hits = [Hit(source.name(row), table.address(row), source.about(row)) for row in rows]
    return Kind(source.label, source.icon, hits, table.found_url(text) if total > MOST else "")


async def things(ui: Ui, text: str) -> list[Kind]:
    """What the person may see of each kind."""
    sources = [one for one in ui.request.app.state.offer.sources if ui.ctx.principal.may(one.permission)]
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(source: Source) -> Kind:
        async with slots:
            return await _look(ui, source, text)

    tasks = [asyncio.create_task(one(source)) for source in sources]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, timeout=LIMIT)
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    found = []
    for source, outcome in zip(sources, outcomes, strict=True):
        if isinstance(outcome, Kind):
            found.append(outcome)
            continue
        if not isinstance(outcome, asyncio.CancelledError | DomainError):
            log.warning("search failed", kind=source.table.name, error=type(outcome).__name__)
        found.append(Kind(source.label, source.icon, [], is_missing=True))
    return [one for one in found if one.hits or one.is_missing]


def places(ui: Ui, text: str) -> list[Hit]:
    """Pages of the person's menu whose name or group has all the words."""
    gettext, words = ui.view.tongue.gettext, text.casefold().split()
    found: list[tuple[int, Hit]] = []
    for group, entries in menu.entries(ui.request.app.state.offer, ui.ctx.principal):
        above = gettext(group) if group else ""
        for entry in entries:
            label = gettext(entry.label)
            if all(word in f"{above} {label}".casefold() for word in words):
                # Those that begin so go before those that have it, and these before those of such a group.
                begins, has = label.casefold().startswith(text.casefold()), all(word in label.casefold() for word in words)
                found.append((0 if begins else 1 if has else 2, Hit(label, entry.path, above, entry.icon)))
    found.sort(key=lambda one: one[0])
    return [hit for _, hit in found][: MOST_PLACES if words else None]


@show("/search", authenticated())
async def search(ui: UiOf) -> Response[Any]:
    """What there is of these words."""
    text = " ".join(ui.request.query_params.get("q", "")[:LONGEST].replace("\x00", "").split())
    kinds = await things(ui, text) if len(text) >= SHORTEST else []
    values: dict[str, Any] = {"q": text, "places": places(ui, text), "kinds": kinds}
    if ui.target == "palette-results":
        return ui.fragment("search/options.html", **values)
    return ui.page("search/page.html", **values)


PAGES = [search]
