"""/v1/monitoring/status-pages and /v1/monitoring/incidents"""

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
from control.monitoring.status import pages, service
from control.monitoring.status.models import Incident, NewIncident, NewIncidentUpdate, NewStatusPage, PublicStatus, StatusPage

_TAGS = ["status pages"]
_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")


@get("/v1/monitoring/status-pages", opt=_READ, tags=_TAGS, operation_id="list_status_pages")
async def list_status_pages(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[StatusPage]]:
    """The status pages in reach."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await kept.page(ctx, service.PAGE, StatusPage, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/status-pages/{page_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_status_page")
async def get_status_page(ctx: Ctx, page_id: FromPath[UUID]) -> Response[Envelope[StatusPage]]:
    """One status page."""
    found = await kept.get(ctx, service.PAGE, StatusPage, page_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/status-pages", opt=_WRITE, tags=_TAGS, operation_id="create_status_page")
async def create_status_page(ctx: Ctx, data: JSONBody[NewStatusPage]) -> Response[Envelope[StatusPage]]:
    """Make a status page; nobody sees it until it is public."""
    return await ctx.once(lambda tx: service.create_status_page(ctx, tx, data))


@put("/v1/monitoring/status-pages/{page_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_status_page")
async def replace_status_page(ctx: Ctx, page_id: FromPath[UUID], data: JSONBody[NewStatusPage]) -> Response[Envelope[StatusPage]]:
    """Set all fields of a status page."""
    found = await service.replace_status_page(ctx, page_id, data)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/status-pages/{page_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_status_page")
async def delete_status_page(ctx: Ctx, page_id: FromPath[UUID]) -> None:
    """Delete a status page and its incidents."""
    await kept.delete(ctx, service.PAGE, StatusPage, page_id)


@get("/v1/monitoring/incidents", opt=_READ, tags=_TAGS, operation_id="list_incidents")
async def list_incidents(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    page_id: FromQuery[UUID | None] = None,
) -> Response[Page[Incident]]:
    """The incidents of status pages in reach."""
    wanted = page_request(request, service.INCIDENTS_SORTABLE, "created_at", "i.id")
    rows, total = await kept.page(
        ctx, service.INCIDENT, Incident, wanted, {"organization_id": organization_id, "page_id": page_id}
    )
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/incidents/{incident_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_incident")
async def get_incident(ctx: Ctx, incident_id: FromPath[UUID]) -> Response[Envelope[Incident]]:
    """One incident."""
    found = await kept.get(ctx, service.INCIDENT, Incident, incident_id)
    return ctx.answer(found, version=found.version)


@post("/v1/monitoring/incidents", opt=_WRITE, tags=_TAGS, operation_id="create_incident")
async def create_incident(ctx: Ctx, data: JSONBody[NewIncident]) -> Response[Envelope[Incident]]:
    """Tell the public that something is wrong."""
    return await ctx.once(lambda tx: service.create_incident(ctx, tx, data))


@delete("/v1/monitoring/incidents/{incident_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_incident")
async def delete_incident(ctx: Ctx, incident_id: FromPath[UUID]) -> None:
    """Delete an incident and all that was said about it."""
    await kept.delete(ctx, service.INCIDENT, Incident, incident_id)


@get("/v1/monitoring/status-pages/{page_id:uuid}/preview", opt=_READ, tags=_TAGS, operation_id="preview_status_page")
async def preview_status_page(ctx: Ctx, page_id: FromPath[UUID]) -> Response[Envelope[PublicStatus]]:
    """The page as the public sees it, or would."""
    return ctx.answer(await service.preview(ctx, page_id))


@post(
    "/v1/monitoring/incidents/{incident_id:uuid}/updates",
    opt=_WRITE,
    tags=_TAGS,
    operation_id="add_incident_update",
    status_code=200,
)
async def add_incident_update(
    ctx: Ctx, incident_id: FromPath[UUID], data: JSONBody[NewIncidentUpdate]
) -> Response[Envelope[Incident]]:
    """Say more about an incident; with the status `resolved` it is over."""
    found = await service.add_update(ctx, incident_id, data)
    return ctx.answer(found, version=found.version)


ROUTES = [
    list_status_pages,
    get_status_page,
    create_status_page,
    replace_status_page,
    delete_status_page,
    list_incidents,
    get_incident,
    create_incident,
    delete_incident,
    preview_status_page,
    add_incident_update,
    *pages.ROUTES,
]
