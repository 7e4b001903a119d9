"""/v1/organizations"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.accounts.organizations import service
from control.accounts.organizations.models import Kind, NewOrganization, Organization, OrganizationPatch, OrganizationPut
from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.fields import given
from control.core.pagination import page_request
from control.core.permissions import needs

_TAGS = ["organizations"]


@get("/v1/organizations", opt=needs("organizations:read"), tags=_TAGS, operation_id="list_organizations")
async def list_organizations(
    ctx: Ctx,
    request: Request[Any, Any, State],
    kind: FromQuery[Kind | None] = None,
    parent_id: FromQuery[UUID | None] = None,
    is_active: FromQuery[bool | None] = None,
) -> Response[Page[Organization]]:
    """The own organisation, and those below it for who may see the tree."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"kind": kind, "parent_id": parent_id, "is_active": is_active})
    return ctx.page(rows, total, wanted)


@get("/v1/organizations/{organization_id:uuid}", opt=needs("organizations:read"), tags=_TAGS, operation_id="get_organization")
async def get_organization(ctx: Ctx, organization_id: FromPath[UUID]) -> Response[Envelope[Organization]]:
    """One organisation; the ETag is what If-Match takes."""
    found = await service.get(ctx, organization_id)
    return ctx.answer(found, version=found.version)


@post("/v1/organizations", opt=needs("organizations:create"), tags=_TAGS, operation_id="create_organization")
async def create_organization(ctx: Ctx, data: JSONBody[NewOrganization]) -> Response[Envelope[Organization]]:
    """Add a reseller or a customer below."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(
    "/v1/organizations/{organization_id:uuid}", opt=needs("organizations:write"), tags=_TAGS, operation_id="replace_organization"
)
async def replace_organization(
    ctx: Ctx, organization_id: FromPath[UUID], data: JSONBody[OrganizationPut]
) -> Response[Envelope[Organization]]:
    """Set all fields."""
    found = await service.update(ctx, organization_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch(
    "/v1/organizations/{organization_id:uuid}", opt=needs("organizations:write"), tags=_TAGS, operation_id="update_organization"
)
async def update_organization(
    ctx: Ctx, organization_id: FromPath[UUID], data: JSONBody[OrganizationPatch]
) -> Response[Envelope[Organization]]:
    """Set some fields."""
    found = await service.update(ctx, organization_id, given(data))
    return ctx.answer(found, version=found.version)


@delete(
    "/v1/organizations/{organization_id:uuid}", opt=needs("organizations:create"), tags=_TAGS, operation_id="delete_organization"
)
async def delete_organization(ctx: Ctx, organization_id: FromPath[UUID]) -> None:
    """Close an organisation below; its people can no longer log in there. Data are kept."""
    await service.delete(ctx, organization_id)


ROUTES = [
    list_organizations, get_organization, create_organization, replace_organization, update_organization, delete_organization,
]  # fmt: skip
