"""/v1/security/firewalls"""

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
from control.security.firewall import service
from control.security.firewall.models import Firewall, NewFirewall, Rendered

_TAGS = ["firewall"]
_READ, _WRITE = needs("security:read"), needs("security:write")
_ALL, _ONE = "/v1/security/firewalls", "/v1/security/firewalls/{firewall_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_firewalls")
async def list_firewalls(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    server: FromQuery[str | None] = None,
) -> Response[Page[Firewall]]:
    """The packet filters of servers."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "server": server})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_firewall")
async def get_firewall(ctx: Ctx, firewall_id: FromPath[UUID]) -> Response[Envelope[Firewall]]:
    """One filter."""
    found = await service.get(ctx, firewall_id)
    return ctx.answer(found, version=found.version)


@get(f"{_ONE}/nftables", opt=_READ, tags=_TAGS, operation_id="render_firewall")
async def render_firewall(ctx: Ctx, firewall_id: FromPath[UUID]) -> Response[Envelope[Rendered]]:
    """The filter in nftables' language, and what nft says of it."""
    return ctx.answer(await service.rendered(ctx, firewall_id))


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_firewall")
async def create_firewall(ctx: Ctx, data: JSONBody[NewFirewall]) -> Response[Envelope[Firewall]]:
    """Store a filter for a server; `hcc firewall apply` on the server puts it in force."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_firewall")
async def replace_firewall(ctx: Ctx, firewall_id: FromPath[UUID], data: JSONBody[NewFirewall]) -> Response[Envelope[Firewall]]:
    """Set all fields; what is left out gets its default."""
    found = await service.replace(ctx, firewall_id, data)
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_firewall")
async def delete_firewall(ctx: Ctx, firewall_id: FromPath[UUID]) -> None:
    """Delete a filter; what is in force on the server stays."""
    await service.delete(ctx, firewall_id)


ROUTES = [list_firewalls, get_firewall, render_firewall, create_firewall, replace_firewall, delete_firewall]
