"""Status pages and incidents of an organisation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.context import Context
from control.core.db import Transaction
from control.core.envelope import now
from control.core.errors import FieldError, ValidationFailed
from control.core.ids import new_id
from control.monitoring import kept
from control.monitoring.checks.models import Check
from control.monitoring.checks.service import CHECK
from control.monitoring.status import queries as q
from control.monitoring.status.models import (
    Component,
    Incident,
    NewIncident,
    NewIncidentUpdate,
    NewStatusPage,
    PublicStatus,
    ShownComponent,
    StatusPage,
)
from control.monitoring.status.public import ORDER, status

PAGE = kept.kind("status page", "status_page", q.SQL, "page", 20, "This slug is taken.")
INCIDENT = kept.kind("incident", "incident", q.SQL, "incident", 10_000)
PAGES = kept.Rows(PAGE, StatusPage)
INCIDENTS = kept.Rows(INCIDENT, Incident)
SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "slug": "slug"}
INCIDENTS_SORTABLE = {"created_at": "i.created_at", "started_at": "i.started_at"}


async def create_status_page(ctx: Context, tx: Transaction, data: NewStatusPage) -> StatusPage:
    """A new page. Raises ValidationFailed; Conflict for a slug that is taken."""
    await _check(tx, ctx.principal.organization_id, data)
    return await kept.create(ctx, tx, PAGE, StatusPage, _columns(data))


async def replace_status_page(ctx: Context, page_id: UUID, data: NewStatusPage) -> StatusPage:
    """Set all fields. Raises ValidationFailed, Conflict."""
    async with ctx.transaction() as tx:
        before = await kept.find(tx, PAGE, StatusPage, page_id)
        await _check(tx, before.organization_id, data)
    return await kept.update(ctx, PAGE, StatusPage, page_id, _columns(data))


async def _check(tx: Transaction, organization_id: UUID, data: NewStatusPage) -> None:
    ids = {component.check_id for component in data.components}
    known = await tx.value(q.SQL.checks_known, organization_id=organization_id, ids=list(ids))
    if known != len(ids):
        raise ValidationFailed(FieldError("/components", "name a check that is not of this organization"))


def _columns(data: NewStatusPage) -> dict[str, Any]:
    return {**msgspec.structs.asdict(data), "components": Jsonb(msgspec.to_builtins(data.components))}


async def preview(ctx: Context, page_id: UUID) -> PublicStatus:
    """The page as the public sees it, or would. Raises NotFound."""
    async with ctx.transaction() as tx:
        return await status(tx, await kept.find(tx, PAGE, StatusPage, page_id), now())


async def uptime_of(ctx: Context, check_id: UUID) -> ShownComponent:
    """How a check was in the last ninety days, whether a page shows it or not. Raises NotFound."""
    async with ctx.transaction() as tx:
        check = await kept.find(tx, CHECK, Check, check_id)
        at = now()
        page = StatusPage(
            id=check.id, organization_id=check.organization_id, slug="", title="", description="",
            components=[Component(check_id=check.id, name=check.name)], is_public=False, version=1, created_at=at, updated_at=at,
        )  # fmt: skip
        return (await status(tx, page, at)).components[0]


class _Named(msgspec.Struct):
    id: UUID
    name: str


async def uptimes(ctx: Context, days: int) -> list[tuple[UUID, ShownComponent]]:
    """How the active checks of the caller's organisation are and were, the worst first; `days` are the last so many."""
    async with ctx.transaction("own") as tx:
        checks = await tx.all(_Named, q.SQL.own_checks, organization_id=ctx.principal.organization_id)
        at = now()
        page = StatusPage(
            id=ctx.principal.organization_id, organization_id=ctx.principal.organization_id, slug="", title="", description="",
            components=[Component(check_id=one.id, name=one.name) for one in checks], is_public=False, version=1, created_at=at,
            updated_at=at,
        )  # fmt: skip
        shown = (await status(tx, page, at, days)).components
    found = [(check.id, one) for check, one in zip(checks, shown, strict=True)]
    return sorted(found, key=lambda row: (ORDER.index(row[1].state), row[1].name))


async def create_incident(ctx: Context, tx: Transaction, data: NewIncident) -> Incident:
    """An incident of a page in reach, with its first words. Raises NotFound, ValidationFailed."""
    page = await kept.find(tx, PAGE, StatusPage, data.page_id)
    if page.organization_id != ctx.principal.organization_id:
        raise ValidationFailed(FieldError("/page_id", "is another organization's; work inside it"))
    started = data.started_at or now()
    columns = {
        "page_id": data.page_id, "title": data.title, "impact": data.impact, "status": data.status, "started_at": started,
        "resolved_at": max(started, now()) if data.status == "resolved" else None, "update_id": new_id(), "text": data.text,
        "by": ctx.principal.user_id,
    }  # fmt: skip
    return await kept.create(ctx, tx, INCIDENT, Incident, columns)


async def add_update(ctx: Context, incident_id: UUID, data: NewIncidentUpdate) -> Incident:
    """Further words about an incident. Raises NotFound."""
    columns = {"status": data.status, "text": data.text, "update_id": new_id(), "by": ctx.principal.user_id, "at": now()}
    return await kept.update(ctx, INCIDENT, Incident, incident_id, columns)
