"""/v1/sites"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.fields import given
from control.core.pagination import page_request
from control.core.permissions import needs
from control.sites.sites import service
from control.sites.sites.models import NewSite, Site, SitePatch

_TAGS = ["sites"]
_READ, _WRITE = needs("gateway:read"), needs("gateway:write")


@get("/v1/sites", opt=_READ, tags=_TAGS, operation_id="list_sites")
async def list_sites(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    host: FromQuery[str | None] = None,
    is_active: FromQuery[bool | None] = None,
) -> Response[Page[Site]]:
    """The sites in reach; `search` looks at names and hosts, `host` is one whole host name."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    filters = {"organization_id": organization_id, "host": host, "is_active": is_active}
    rows, total = await service.page(ctx, wanted, filters)
    return ctx.page(rows, total, wanted)


@get("/v1/sites/{site_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_site")
async def get_site(ctx: Ctx, site_id: FromPath[UUID]) -> Response[Envelope[Site]]:
    """One site; its upstreams and routes are below it."""
    found = await service.get(ctx, site_id)
    return ctx.answer(found, version=found.version)


@post("/v1/sites", opt=_WRITE, tags=_TAGS, operation_id="create_site")
async def create_site(ctx: Ctx, data: JSONBody[NewSite]) -> Response[Envelope[Site]]:
    """Add a site; without a route it answers 404. 409 when a host, or one above or below it, is somebody else's."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put("/v1/sites/{site_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="replace_site")
async def replace_site(ctx: Ctx, site_id: FromPath[UUID], data: JSONBody[NewSite]) -> Response[Envelope[Site]]:
    """Set all fields; what is left out gets its default."""
    found = await service.update(ctx, site_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch("/v1/sites/{site_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="update_site")
async def update_site(ctx: Ctx, site_id: FromPath[UUID], data: JSONBody[SitePatch]) -> Response[Envelope[Site]]:
    """Set some fields."""
    found = await service.update(ctx, site_id, given(data))
    return ctx.answer(found, version=found.version)


@delete("/v1/sites/{site_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_site")
async def delete_site(ctx: Ctx, site_id: FromPath[UUID]) -> None:
    """Delete a site with its upstreams and routes; its host names are free for others at once."""
    await service.delete(ctx, site_id)


ROUTES = [list_sites, get_site, create_site, replace_site, update_site, delete_site]
