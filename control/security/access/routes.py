"""/v1/security/access"""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.security.access import service
from control.security.access.models import AccessEntry, NewAccessEntry

_TAGS = ["security"]
_READ, _WRITE = needs("security:read"), needs("security:write")
_ALL, _ONE = "/v1/security/access", "/v1/security/access/{entry_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_access_entries")
async def list_access_entries(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
    action: FromQuery[Literal["allow", "deny"] | None] = None,
) -> Response[Page[AccessEntry]]:
    """Who may come and who may not; `search` looks at networks, countries and notes."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "site_id": site_id, "action": action})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_access_entry")
async def get_access_entry(ctx: Ctx, entry_id: FromPath[UUID]) -> Response[Envelope[AccessEntry]]:
    """One entry."""
    found = await service.get(ctx, entry_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_access_entry")
async def create_access_entry(ctx: Ctx, data: JSONBody[NewAccessEntry]) -> Response[Envelope[AccessEntry]]:
    """Allow or deny a network, an autonomous system or a country."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_access_entry")
async def replace_access_entry(
    ctx: Ctx, entry_id: FromPath[UUID], data: JSONBody[NewAccessEntry]
) -> Response[Envelope[AccessEntry]]:
    """Set all fields; what is left out gets its default."""
    found = await service.replace(ctx, entry_id, data)
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_access_entry")
async def delete_access_entry(ctx: Ctx, entry_id: FromPath[UUID]) -> None:
    """Delete an entry."""
    await service.delete(ctx, entry_id)


ROUTES = [list_access_entries, get_access_entry, create_access_entry, replace_access_entry, delete_access_entry]
