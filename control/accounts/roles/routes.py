"""/v1/roles"""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from control.accounts.roles import service
from control.accounts.roles.models import NewRole, Role, RolePatch, RolePut
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.fields import given
from control.core.permissions import needs

_TAGS = ["roles"]
_ONE = "/v1/roles/{role_id:uuid}"


@get("/v1/roles", opt=needs("users:read"), tags=_TAGS, operation_id="list_roles")
async def list_roles(ctx: Ctx, organization_id: FromQuery[UUID | None] = None) -> Response[Envelope[list[Role]]]:
    """The roles that can be given in an organisation, with their permissions; the built-in ones first."""
    return ctx.answer(await service.offered(ctx, organization_id))


@get(_ONE, opt=needs("users:read"), tags=_TAGS, operation_id="get_role")
async def get_role(ctx: Ctx, role_id: FromPath[UUID]) -> Response[Envelope[Role]]:
    """One role; the ETag is what If-Match takes."""
    found = await service.get(ctx, role_id)
    return ctx.answer(found, version=found.version)


@post("/v1/roles", opt=needs("users:write") | {"errors": ("409",)}, tags=_TAGS, operation_id="create_role")
async def create_role(ctx: Ctx, data: JSONBody[NewRole]) -> Response[Envelope[Role]]:
    """Make a role of the organisation's own, of permissions that the caller has."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(_ONE, opt=needs("users:write"), tags=_TAGS, operation_id="replace_role")
async def replace_role(ctx: Ctx, role_id: FromPath[UUID], data: JSONBody[RolePut]) -> Response[Envelope[Role]]:
    """Set name, description and permissions."""
    found = await service.update(ctx, role_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch(_ONE, opt=needs("users:write"), tags=_TAGS, operation_id="update_role")
async def update_role(ctx: Ctx, role_id: FromPath[UUID], data: JSONBody[RolePatch]) -> Response[Envelope[Role]]:
    """Set some of them."""
    found = await service.update(ctx, role_id, given(data))
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=needs("users:write"), tags=_TAGS, operation_id="delete_role")
async def delete_role(ctx: Ctx, role_id: FromPath[UUID]) -> None:
    """Delete a role that nobody holds."""
    await service.delete(ctx, role_id)


ROUTES = [list_roles, get_role, create_role, replace_role, update_role, delete_role]
