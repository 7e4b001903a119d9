"""/v1/audit-log"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.security.audit_log import service
from control.security.audit_log.models import AuditEntry

_TAGS = ["audit-log"]


@get("/v1/audit-log", opt=needs("audit:read"), tags=_TAGS, operation_id="list_audit_log")
async def list_audit_log(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    actor_id: FromQuery[UUID | None] = None,
    action: FromQuery[str | None] = None,
    subject_type: FromQuery[str | None] = None,
    subject_id: FromQuery[str | None] = None,
    request_id: FromQuery[str | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> Response[Page[AuditEntry]]:
    """Who did what in the organisations in reach, newest first."""
    wanted = page_request(request, service.SORTABLE, "at")
    filters = {
        "organization_id": organization_id,
        "actor_id": actor_id,
        "action": action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "request_id": request_id,
        "since": since,
        "until": until,
    }
    rows, total = await service.page(ctx, wanted, filters)
    return ctx.page(rows, total, wanted)


@get("/v1/audit-log/{entry_id:int}", opt=needs("audit:read"), tags=_TAGS, operation_id="get_audit_entry")
async def get_audit_entry(ctx: Ctx, entry_id: FromPath[int]) -> Response[Envelope[AuditEntry]]:
    """One entry."""
    return ctx.answer(await service.get(ctx, entry_id))


ROUTES = [list_audit_log, get_audit_entry]
