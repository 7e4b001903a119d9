"""/v1/sites/{site_id}/routes"""

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
from control.sites.routing import service
from control.sites.routing.models import NewRoute, Route, RoutePatch

_TAGS = ["routes"]
_READ, _WRITE = needs("gateway:read"), needs("gateway:write")
_ALL, _ONE = "/v1/sites/{site_id:uuid}/routes", "/v1/sites/{site_id:uuid}/routes/{route_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_routes")
async def list_routes(
    ctx: Ctx, request: Request[Any, Any, State], site_id: FromPath[UUID], upstream: FromQuery[str | None] = None
) -> Response[Page[Route]]:
    """The routes of a site; `upstream` names one that they lead to, be it as a canary."""
    wanted = page_request(request, service.SORTABLE, "created_at", "r.id")
    rows, total = await service.page(ctx, site_id, wanted, {"upstream": upstream})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_route")
async def get_route(ctx: Ctx, site_id: FromPath[UUID], route_id: FromPath[UUID]) -> Response[Envelope[Route]]:
    """One route."""
    found = await service.get(ctx, site_id, route_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_route")
async def create_route(ctx: Ctx, site_id: FromPath[UUID], data: JSONBody[NewRoute]) -> Response[Envelope[Route]]:
    """Add a route. Higher `priority` is tried first; then exact before pattern before prefix, longer before shorter."""
    return await ctx.once(lambda tx: service.create(ctx, tx, site_id, data))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_route")
async def replace_route(
    ctx: Ctx, site_id: FromPath[UUID], route_id: FromPath[UUID], data: JSONBody[NewRoute]
) -> Response[Envelope[Route]]:
    """Set all fields; what is left out gets its default."""
    found = await service.update(ctx, site_id, route_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch(_ONE, opt=_WRITE, tags=_TAGS, operation_id="update_route")
async def update_route(
    ctx: Ctx, site_id: FromPath[UUID], route_id: FromPath[UUID], data: JSONBody[RoutePatch]
) -> Response[Envelope[Route]]:
    """Set some fields."""
    found = await service.update(ctx, site_id, route_id, given(data))
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_route")
async def delete_route(ctx: Ctx, site_id: FromPath[UUID], route_id: FromPath[UUID]) -> None:
    """Delete a route."""
    await service.delete(ctx, site_id, route_id)


ROUTES = [list_routes, get_route, create_route, replace_route, update_route, delete_route]
