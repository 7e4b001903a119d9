"""A status page as the public sees it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from control.core.db import NOBODY, Scope, Transaction
from control.core.errors import NotFound
from control.core.runtime import Runtime
from control.monitoring.labels import matches
from control.monitoring.muting import service as muting
from control.monitoring.muting.covering import occurrences
from control.monitoring.muting.models import MaintenanceWindow
from control.monitoring.status import queries as q
from control.monitoring.status.models import (
    Component,
    ComponentState,
    Incident,
    PlannedMaintenance,
    PublicStatus,
    ShownComponent,
    ShownIncident,
    StatusPage,
)
from control.monitoring.status.uptime import Span, closed, days, shown, united, uptime

DAYS = 90
_AHEAD = timedelta(days=14)
ORDER: tuple[ComponentState, ...] = ("down", "maintenance", "unknown", "up")
"""What is worst first: a page as a whole is what its worst component is."""


class _Check(msgspec.Struct):
    id: UUID
    name: str
    kind: str
    target: str
    labels: dict[str, str]
    interval_s: int
    last_at: datetime | None


class _Span(msgspec.Struct):
    check_id: UUID
    state: Literal["up", "down", "unknown"]
    began: datetime
    ended: datetime | None


async def by_slug(runtime: Runtime, slug: str, now: datetime) -> PublicStatus:
    """The public page of that name. Raises NotFound, also for one that is not public."""
    async with runtime.database.transaction(NOBODY) as tx:
        owner: UUID | None = await tx.value(q.SQL.owner, slug=slug)
        if owner is None:
            raise NotFound("status page")
        await tx.switch(Scope(owner))
        page = await tx.one(StatusPage, q.SQL.by_slug, slug=slug)
        return await status(tx, page, now)


async def status(tx: Transaction, page: StatusPage, now: datetime, many: int = DAYS) -> PublicStatus:
    """Everything on a page, at a moment; of single days the last so many."""
    ids = [component.check_id for component in page.components]
    checks = {row.id: row for row in await tx.all(_Check, q.SQL.checks, ids=ids)}
    spans: dict[UUID, list[Span]] = {}
    for row in await tx.all(_Span, q.SQL.spans, ids=ids, after=now - timedelta(days=DAYS)):
        spans.setdefault(row.check_id, []).append(Span(row.state, row.began, row.ended))
    windows = await muting.windows(tx, page.organization_id)
    components = [
        _component(component, checks[component.check_id], spans.get(component.check_id, []), windows, now, many)
        for component in page.components
        if component.check_id in checks
    ]
    incidents = await tx.all(Incident, q.SQL.shown_incidents, page_id=page.id, after=now - timedelta(days=DAYS))
    relevant = [window for window in windows if any(matches(window.matchers, labels_of(checks[i])) for i in ids if i in checks)]
    planned = [
        PlannedMaintenance(name=window.name, starts_at=begins, ends_at=ends)
        for window in relevant
        for begins, ends in occurrences(window, now, now + _AHEAD)
    ]
    states = {component.state for component in components}
    return PublicStatus(
        title=page.title,
        description=page.description,
        state=next((state for state in ORDER if state in states), "unknown"),
        components=components,
        incidents=[ShownIncident(**{name: getattr(one, name) for name in ShownIncident.__struct_fields__}) for one in incidents],
        maintenance=sorted(planned, key=lambda one: one.starts_at)[:20],
        made_at=now,
    )


def labels_of(check: _Check) -> dict[str, str]:
    """What maintenance windows can name a check by: the labels that its alert has."""
    return {**check.labels, "check": check.name, "kind": check.kind, "target": check.target, "alertname": "CheckDown"}


def _component(
    component: Component, check: _Check, spans: Sequence[Span], windows: Sequence[MaintenanceWindow], now: datetime, many: int
) -> ShownComponent:
    start = now - timedelta(days=DAYS)
    labels = labels_of(check)
    mine = [window for window in windows if matches(window.matchers, labels)]
    planned = united(
        (max(begins, start), min(ends, now))
        for window in mine
        for begins, ends in occurrences(window, start, now)
        if begins < now
    )
    known_until = (check.last_at or start) + timedelta(seconds=3 * check.interval_s)
    whole = closed(spans, now, known_until)
    here = any(begins <= now < ends for window in mine for begins, ends in occurrences(window, now, now + timedelta(seconds=1)))
    present = next((one for one in spans if one.ended is None), None)
    state: ComponentState = "unknown" if present is None or known_until < now else present.state
    return ShownComponent(
        name=component.name,
        group=component.group,
        state="maintenance" if here else state,
        since=None if present is None else present.began,
        last_24_hours=shown(uptime(whole, planned, now - timedelta(days=1), now)),
        last_7_days=shown(uptime(whole, planned, now - timedelta(days=7), now)),
        last_90_days=shown(uptime(whole, planned, start, now)),
        days=days(whole, planned, now, many),
    )
