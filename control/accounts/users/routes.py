"""/v1/users"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.accounts.users import personal_data, service
from control.accounts.users.models import Erasure, NewUser, User, UserPatch, UserPut
from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.fields import given
from control.core.operations import Operation
from control.core.pagination import page_request
from control.core.permissions import needs

_TAGS = ["users"]


@get("/v1/users", opt=needs("users:read"), tags=_TAGS, operation_id="list_users")
async def list_users(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    is_active: FromQuery[bool | None] = None,
    role: FromQuery[str | None] = None,
) -> Response[Page[User]]:
    """The people in reach; `search` looks at address, user name and name."""
    wanted = page_request(request, service.SORTABLE, "created_at", tie="u.id")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "is_active": is_active, "role": role})
    return ctx.page(rows, total, wanted)


@get("/v1/users/{user_id:uuid}", opt=needs("users:read"), tags=_TAGS, operation_id="get_user")
async def get_user(ctx: Ctx, user_id: FromPath[UUID]) -> Response[Envelope[User]]:
    """One person; the ETag is what If-Match takes."""
    found = await service.get(ctx, user_id)
    return ctx.answer(found, version=found.version)


@post("/v1/users", opt=needs("users:write"), tags=_TAGS, operation_id="create_user")
async def create_user(ctx: Ctx, data: JSONBody[NewUser]) -> Response[Envelope[User]]:
    """Add a person; without a password they are invited by mail."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put("/v1/users/{user_id:uuid}", opt=needs("users:write"), tags=_TAGS, operation_id="replace_user")
async def replace_user(ctx: Ctx, user_id: FromPath[UUID], data: JSONBody[UserPut]) -> Response[Envelope[User]]:
    """Set all fields."""
    found = await service.update(ctx, user_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch("/v1/users/{user_id:uuid}", opt=needs("users:write"), tags=_TAGS, operation_id="update_user")
async def update_user(ctx: Ctx, user_id: FromPath[UUID], data: JSONBody[UserPatch]) -> Response[Envelope[User]]:
    """Set some fields."""
    found = await service.update(ctx, user_id, given(data))
    return ctx.answer(found, version=found.version)


@delete("/v1/users/{user_id:uuid}", opt=needs("users:write"), tags=_TAGS, operation_id="delete_user")
async def delete_user(ctx: Ctx, user_id: FromPath[UUID]) -> None:
    """Delete softly: sessions and API keys of the person end at once."""
    await service.delete(ctx, user_id)


@post("/v1/users/{user_id:uuid}/export", status_code=202, opt=needs("users:write"), tags=_TAGS, operation_id="export_user")
async def export_user(ctx: Ctx, user_id: FromPath[UUID]) -> Response[Envelope[Operation]]:
    """Gather all data kept about a person; look at the operation for the download."""
    return await ctx.once(lambda tx: personal_data.start_export(ctx, tx, user_id), status=202)


@get(
    "/v1/users/{user_id:uuid}/exports/{export_id:uuid}", opt=needs("users:write"), tags=_TAGS, operation_id="get_user_export",
    media_type="application/json",
)  # fmt: skip
async def get_user_export(ctx: Ctx, user_id: FromPath[UUID], export_id: FromPath[UUID]) -> Response[bytes]:
    """The finished export, for a week."""
    document = await personal_data.fetch_export(ctx, user_id, export_id)
    headers = {"Content-Disposition": f'attachment; filename="user-{user_id}.json"', "Cache-Control": "no-store"}
    return Response(document, media_type="application/json", headers=headers)


@post("/v1/users/{user_id:uuid}/erase", status_code=202, opt=needs("users:write"), tags=_TAGS, operation_id="erase_user")
async def erase_user(ctx: Ctx, user_id: FromPath[UUID], data: JSONBody[Erasure]) -> Response[Envelope[Operation]]:
    """Erase a person's data for good. The audit log keeps who did what, without quoting the person."""
    return await ctx.once(lambda tx: personal_data.start_erasure(ctx, tx, user_id, data.confirm_email), status=202)


ROUTES = [
    list_users, get_user, create_user, replace_user, update_user, delete_user, export_user, get_user_export, erase_user,
]  # fmt: skip
