"""/v1/api-keys"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.accounts.api_keys import service
from control.accounts.api_keys.models import ApiKey, ApiKeyPatch, ApiKeyPut, CreatedApiKey, NewApiKey
from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.fields import given
from control.core.pagination import page_request
from control.core.permissions import needs

_TAGS = ["api-keys"]


@get("/v1/api-keys", opt=needs("api-keys:read"), tags=_TAGS, operation_id="list_api_keys")
async def list_api_keys(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    user_id: FromQuery[UUID | None] = None,
) -> Response[Page[ApiKey]]:
    """The keys in reach, without their secrets."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "user_id": user_id})
    return ctx.page(rows, total, wanted)


@get("/v1/api-keys/{key_id:uuid}", opt=needs("api-keys:read"), tags=_TAGS, operation_id="get_api_key")
async def get_api_key(ctx: Ctx, key_id: FromPath[UUID]) -> Response[Envelope[ApiKey]]:
    """One key, without its secret."""
    found = await service.get(ctx, key_id)
    return ctx.answer(found, version=found.version)


@post("/v1/api-keys", opt=needs("api-keys:write"), tags=_TAGS, operation_id="create_api_key")
async def create_api_key(ctx: Ctx, data: JSONBody[NewApiKey]) -> Response[Envelope[CreatedApiKey]]:
    """Make a key. `key` is shown this one time; only its hash is kept."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put("/v1/api-keys/{key_id:uuid}", opt=needs("api-keys:write"), tags=_TAGS, operation_id="replace_api_key")
async def replace_api_key(ctx: Ctx, key_id: FromPath[UUID], data: JSONBody[ApiKeyPut]) -> Response[Envelope[ApiKey]]:
    """Set name, scopes and expiry."""
    found = await service.update(ctx, key_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch("/v1/api-keys/{key_id:uuid}", opt=needs("api-keys:write"), tags=_TAGS, operation_id="update_api_key")
async def update_api_key(ctx: Ctx, key_id: FromPath[UUID], data: JSONBody[ApiKeyPatch]) -> Response[Envelope[ApiKey]]:
    """Set some of name, scopes and expiry."""
    found = await service.update(ctx, key_id, given(data))
    return ctx.answer(found, version=found.version)


@delete("/v1/api-keys/{key_id:uuid}", opt=needs("api-keys:write"), tags=_TAGS, operation_id="delete_api_key")
async def delete_api_key(ctx: Ctx, key_id: FromPath[UUID]) -> None:
    """Take a key back."""
    await service.delete(ctx, key_id)


ROUTES = [list_api_keys, get_api_key, create_api_key, replace_api_key, update_api_key, delete_api_key]
