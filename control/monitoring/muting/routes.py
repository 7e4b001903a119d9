"""/v1/monitoring/silences, /v1/monitoring/maintenance-windows and /v1/monitoring/inhibitions"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.monitoring import kept
from control.monitoring.muting import service
from control.monitoring.muting.models import (
    Inhibition,
    MaintenanceWindow,
    NewInhibition,
    NewMaintenanceWindow,
    NewSilence,
    Silence,
)

_TAGS = ["alerts"]
_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")


@get("/v1/monitoring/silences", opt=_READ, tags=_TAGS, operation_id="list_silences")
async def list_silences(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[Silence]]:
    """The silences in reach, ended ones too."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await kept.page(ctx, service.SILENCE, Silence, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/silences/{silence_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_silence")
async def get_silence(ctx: Ctx, silence_id: FromPath[UUID]) -> Response[Envelope[Silence]]:
    """One silence."""
    found = await kept.get(ctx, service.SILENCE, Silence, silence_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/silences", opt=_WRITE, tags=_TAGS, operation_id="create_silence")
async def create_silence(ctx: Ctx, data: JSONBody[NewSilence]) -> Response[Envelope[Silence]]:
    """Keep alerts with these labels from being told until it ends."""
    return await ctx.once(lambda tx: service.create_silence(ctx, tx, data))


@put("/v1/monitoring/silences/{silence_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_silence")
async def replace_silence(ctx: Ctx, silence_id: FromPath[UUID], data: JSONBody[NewSilence]) -> Response[Envelope[Silence]]:
    """Set all fields of a silence."""
    found = await service.replace_silence(ctx, silence_id, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/silences/{silence_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_silence")
async def delete_silence(ctx: Ctx, silence_id: FromPath[UUID]) -> None:
    """End a silence now; it stays in the list."""
    await kept.delete(ctx, service.SILENCE, Silence, silence_id)


@get("/v1/monitoring/maintenance-windows", opt=_READ, tags=_TAGS, operation_id="list_maintenance_windows")
async def list_maintenance_windows(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[MaintenanceWindow]]:
    """The maintenance windows in reach."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await kept.page(ctx, service.WINDOW, MaintenanceWindow, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/maintenance-windows/{window_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_maintenance_window")
async def get_maintenance_window(ctx: Ctx, window_id: FromPath[UUID]) -> Response[Envelope[MaintenanceWindow]]:
    """One window."""
    found = await kept.get(ctx, service.WINDOW, MaintenanceWindow, window_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/maintenance-windows", opt=_WRITE, tags=_TAGS, operation_id="create_maintenance_window")
async def create_maintenance_window(ctx: Ctx, data: JSONBody[NewMaintenanceWindow]) -> Response[Envelope[MaintenanceWindow]]:
    """Plan a time in which trouble is expected."""
    return await ctx.once(lambda tx: service.create_maintenance_window(ctx, tx, data))


@put("/v1/monitoring/maintenance-windows/{window_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_maintenance_window")
async def replace_maintenance_window(
    ctx: Ctx, window_id: FromPath[UUID], data: JSONBody[NewMaintenanceWindow]
) -> Response[Envelope[MaintenanceWindow]]:
    """Set all fields of a window."""
    found = await service.replace_maintenance_window(ctx, window_id, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/maintenance-windows/{window_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_maintenance_window")
async def delete_maintenance_window(ctx: Ctx, window_id: FromPath[UUID]) -> None:
    """Delete a window."""
    await kept.delete(ctx, service.WINDOW, MaintenanceWindow, window_id)


@get("/v1/monitoring/inhibitions", opt=_READ, tags=_TAGS, operation_id="list_inhibitions")
async def list_inhibitions(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[Inhibition]]:
    """The inhibitions in reach."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await kept.page(ctx, service.INHIBITION, Inhibition, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/inhibitions/{inhibition_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_inhibition")
async def get_inhibition(ctx: Ctx, inhibition_id: FromPath[UUID]) -> Response[Envelope[Inhibition]]:
    """One inhibition."""
    found = await kept.get(ctx, service.INHIBITION, Inhibition, inhibition_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/inhibitions", opt=_WRITE, tags=_TAGS, operation_id="create_inhibition")
async def create_inhibition(ctx: Ctx, data: JSONBody[NewInhibition]) -> Response[Envelope[Inhibition]]:
    """Let one kind of alert keep others from being told."""
    return await ctx.once(lambda tx: service.create_inhibition(ctx, tx, data))


@put("/v1/monitoring/inhibitions/{inhibition_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_inhibition")
async def replace_inhibition(
    ctx: Ctx, inhibition_id: FromPath[UUID], data: JSONBody[NewInhibition]
) -> Response[Envelope[Inhibition]]:
    """Set all fields of an inhibition."""
    found = await service.replace_inhibition(ctx, inhibition_id, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/inhibitions/{inhibition_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_inhibition")
async def delete_inhibition(ctx: Ctx, inhibition_id: FromPath[UUID]) -> None:
    """Delete an inhibition."""
    await kept.delete(ctx, service.INHIBITION, Inhibition, inhibition_id)


ROUTES = [
    list_silences,
    get_silence,
    create_silence,
    replace_silence,
    delete_silence,
    list_maintenance_windows,
    get_maintenance_window,
    create_maintenance_window,
    replace_maintenance_window,
    delete_maintenance_window,
    list_inhibitions,
    get_inhibition,
    create_inhibition,
    replace_inhibition,
    delete_inhibition,
]
