"""/v1/sites/{site_id}/upstreams"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.fields import given
from control.core.pagination import page_request
from control.core.permissions import needs
from control.sites.upstreams import service
from control.sites.upstreams.models import NewUpstream, Upstream, UpstreamPatch

_TAGS = ["upstreams"]
_READ, _WRITE = needs("gateway:read"), needs("gateway:write")
_ALL, _ONE = "/v1/sites/{site_id:uuid}/upstreams", "/v1/sites/{site_id:uuid}/upstreams/{upstream_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_upstreams")
async def list_upstreams(ctx: Ctx, request: Request[Any, Any, State], site_id: FromPath[UUID]) -> Response[Page[Upstream]]:
    """The upstreams of a site, with their targets."""
    wanted = page_request(request, service.SORTABLE, "created_at", "u.id")
    rows, total = await service.page(ctx, site_id, wanted)
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_upstream")
async def get_upstream(ctx: Ctx, site_id: FromPath[UUID], upstream_id: FromPath[UUID]) -> Response[Envelope[Upstream]]:
    """One upstream with its targets."""
    found = await service.get(ctx, site_id, upstream_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_upstream")
async def create_upstream(ctx: Ctx, site_id: FromPath[UUID], data: JSONBody[NewUpstream]) -> Response[Envelope[Upstream]]:
    """Add an upstream. Addresses that are not public are for the platform's staff."""
    checked = await service.checked(ctx, data)
    return await ctx.once(lambda tx: service.create(ctx, tx, site_id, checked))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_upstream")
async def replace_upstream(
    ctx: Ctx, site_id: FromPath[UUID], upstream_id: FromPath[UUID], data: JSONBody[NewUpstream]
) -> Response[Envelope[Upstream]]:
    """Set all fields; what is left out gets its default. Targets that stay keep their health and connections."""
    found = await service.update(ctx, site_id, upstream_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch(_ONE, opt=_WRITE, tags=_TAGS, operation_id="update_upstream")
async def update_upstream(
    ctx: Ctx, site_id: FromPath[UUID], upstream_id: FromPath[UUID], data: JSONBody[UpstreamPatch]
) -> Response[Envelope[Upstream]]:
    """Set some fields; routes follow a change of its name."""
    found = await service.update(ctx, site_id, upstream_id, given(data))
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_upstream")
async def delete_upstream(ctx: Ctx, site_id: FromPath[UUID], upstream_id: FromPath[UUID]) -> None:
    """Delete an upstream; 409 with the routes that lead to it while there are any."""
    await service.delete(ctx, site_id, upstream_id)


ROUTES = [list_upstreams, get_upstream, create_upstream, replace_upstream, update_upstream, delete_upstream]
