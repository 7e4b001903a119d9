"""/v1/operations"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from control.automation.operations import service
from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.operations import FINISHED, Operation, Status
from control.core.pagination import page_request
from control.core.permissions import needs

_TAGS = ["operations"]


@get("/v1/operations", opt=needs("operations:read"), tags=_TAGS, operation_id="list_operations")
async def list_operations(
    ctx: Ctx,
    request: Request[Any, Any, State],
    status: FromQuery[Status | None] = None,
    kind: FromQuery[str | None] = None,
    organization_id: FromQuery[UUID | None] = None,
) -> Response[Page[Operation]]:
    """The long work in reach, newest first."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"status": status, "kind": kind, "organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/operations/{operation_id:uuid}", opt=needs("operations:read"), tags=_TAGS, operation_id="get_operation")
async def get_operation(ctx: Ctx, operation_id: FromPath[UUID]) -> Response[Envelope[Operation]]:
    """One operation. Until it is finished, Retry-After says when to look again."""
    found = await service.get(ctx, operation_id)
    return ctx.answer(found, headers=None if found.status in FINISHED else {"Retry-After": "1"})


ROUTES = [list_operations, get_operation]
