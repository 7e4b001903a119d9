"""/v1/security/bans"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.security.bans import service
from control.security.bans.models import Ban, Lift, NewBan

_TAGS = ["security"]
_READ, _WRITE = needs("security:read"), needs("security:write")
_ALL, _ONE = "/v1/security/bans", "/v1/security/bans/{ban_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_bans")
async def list_bans(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    in_force: FromQuery[bool | None] = None,
    detector: FromQuery[str | None] = None,
    address: FromQuery[str | None] = None,
) -> Response[Page[Ban]]:
    """Who is and was kept out; `address` finds the bans that cover one."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    filters = {"organization_id": organization_id, "in_force": in_force, "detector": detector, "address": address}
    rows, total = await service.page(ctx, wanted, filters)
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_ban")
async def get_ban(ctx: Ctx, ban_id: FromPath[UUID]) -> Response[Envelope[Ban]]:
    """One ban, with its evidence."""
    found = await service.get(ctx, ban_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_ban")
async def create_ban(ctx: Ctx, data: JSONBody[NewBan]) -> Response[Envelope[Ban]]:
    """Keep an address or a network out of all sites of the organization and of those below it, within two seconds."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@post(f"{_ONE}/lift", opt=_WRITE, tags=_TAGS, operation_id="lift_ban", status_code=200)
async def lift_ban(ctx: Ctx, ban_id: FromPath[UUID], data: JSONBody[Lift]) -> Response[Envelope[Ban]]:
    """Let them in again, within two seconds."""
    found = await service.lift(ctx, ban_id, data.reason)
    return ctx.answer(found, version=found.version)


ROUTES = [list_bans, get_ban, create_ban, lift_ban]
