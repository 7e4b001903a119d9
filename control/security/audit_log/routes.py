"""/v1/audit-log"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.security.audit_log import service
from control.security.audit_log.models import AuditEntry

entries = collection(AuditEntry, "/v1/audit-log", "{entry_id:int}", tags=["audit-log"], read="audit:read")


@get(entries.one, opt=entries.reads, tags=entries.tags, operation_id="get_audit_entry")
async def get_audit_entry(ctx: Ctx, entry_id: FromPath[int]) -> Response[Envelope[AuditEntry]]:
    """One entry."""
    return ctx.answer(await service.get(ctx, entry_id))


ROUTES = [
    entries.page(
        "list_audit_log",
        service.page,
        "Who did what in the organisations in reach, newest first.",
        sortable=service.SORTABLE,
        by="at",
        filters={
            "organization_id": UUID,
            "actor_id": UUID,
            "action": str,
            "subject_type": str,
            "subject_id": str,
            "request_id": str,
            "since": datetime,
            "until": datetime,
        },
    ),
    get_audit_entry,
]
