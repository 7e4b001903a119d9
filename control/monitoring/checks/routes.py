"""/v1/monitoring/checks and /v1/heartbeats"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs, public
from control.monitoring import kept
from control.monitoring.checks import service
from control.monitoring.checks.models import (
    Check,
    CheckKind,
    CheckLocation,
    CheckResult,
    CheckState,
    CheckWithToken,
    NewCheck,
)

_TAGS = ["checks"]
_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")


@get("/v1/monitoring/checks", opt=_READ, tags=_TAGS, operation_id="list_checks")
async def list_checks(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    kind: FromQuery[CheckKind | None] = None,
    status: FromQuery[CheckState | None] = None,
) -> Response[Page[Check]]:
    """The checks in reach, each with how it is."""
    wanted = page_request(request, service.SORTABLE, "created_at", "c.id")
    rows, total = await kept.page(
        ctx, service.CHECK, Check, wanted, {"organization_id": organization_id, "kind": kind, "state": status}
    )
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/checks/{check_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_check")
async def get_check(ctx: Ctx, check_id: FromPath[UUID]) -> Response[Envelope[Check]]:
    """One check."""
    found = await kept.get(ctx, service.CHECK, Check, check_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/checks", opt=_WRITE, tags=_TAGS, operation_id="create_check")
async def create_check(ctx: Ctx, data: JSONBody[NewCheck]) -> Response[Envelope[CheckWithToken]]:
    """Add a check; it is made at once. A heartbeat's `push_url` is shown this one time."""
    return await ctx.once(lambda tx: service.create_check(ctx, tx, data))


@put("/v1/monitoring/checks/{check_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_check")
async def replace_check(ctx: Ctx, check_id: FromPath[UUID], data: JSONBody[NewCheck]) -> Response[Envelope[Check]]:
    """Set all fields of a check; a secret that is left out stays."""
    found = await service.replace_check(ctx, check_id, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/checks/{check_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_check")
async def delete_check(ctx: Ctx, check_id: FromPath[UUID]) -> None:
    """Delete a check, its history and its alerts."""
    await kept.delete(ctx, service.CHECK, Check, check_id)


@get("/v1/monitoring/checks/{check_id:uuid}/locations", opt=_READ, tags=_TAGS, operation_id="list_check_locations")
async def list_check_locations(ctx: Ctx, check_id: FromPath[UUID]) -> Response[Envelope[list[CheckLocation]]]:
    """What each location knows of a check."""
    return ctx.answer(await service.locations(ctx, check_id))


@get("/v1/monitoring/checks/{check_id:uuid}/results", opt=_READ, tags=_TAGS, operation_id="list_check_results")
async def list_check_results(
    ctx: Ctx, request: Request[Any, Any, State], check_id: FromPath[UUID]
) -> Response[Page[CheckResult]]:
    """The tries of the last two days; metrics have them for longer, as `check_up` and others."""
    wanted = page_request(request, service.RESULTS_SORTABLE, "at")
    rows, total = await service.results(ctx, check_id, wanted)
    return ctx.page(rows, total, wanted)


@get("/v1/heartbeats/{token:str}", opt=public("404"), tags=_TAGS, operation_id="heartbeat")
async def heartbeat(ctx: Ctx, token: FromPath[str]) -> Response[Envelope[str]]:
    """A sign of life of a heartbeat check, from whoever knows its token."""
    await service.heartbeat(ctx, token)
    return ctx.answer("noted")


@post("/v1/heartbeats/{token:str}", opt=public("404"), tags=_TAGS, operation_id="post_heartbeat", status_code=200)
async def post_heartbeat(ctx: Ctx, token: FromPath[str]) -> Response[Envelope[str]]:
    """The same, for programs that only post. A body is not looked at."""
    await service.heartbeat(ctx, token)
    return ctx.answer("noted")


ROUTES = [
    list_checks,
    get_check,
    create_check,
    replace_check,
    delete_check,
    list_check_locations,
    list_check_results,
    heartbeat,
    post_heartbeat,
]
