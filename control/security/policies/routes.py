"""/v1/security/policies"""

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
from control.security.policies import service
from control.security.policies.models import NewSecurityPolicy, PolicyInForce, SecurityPolicy

_TAGS = ["waf"]
_READ, _WRITE = needs("security:read"), needs("security:write")
_ALL, _ONE = "/v1/security/policies", "/v1/security/policies/{policy_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_security_policies")
async def list_security_policies(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
) -> Response[Page[SecurityPolicy]]:
    """What organisations, sites and routes in reach say of the firewall."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "site_id": site_id})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_security_policy")
async def get_security_policy(ctx: Ctx, policy_id: FromPath[UUID]) -> Response[Envelope[SecurityPolicy]]:
    """One policy."""
    found = await service.get(ctx, policy_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_security_policy")
async def create_security_policy(ctx: Ctx, data: JSONBody[NewSecurityPolicy]) -> Response[Envelope[SecurityPolicy]]:
    """Say how the firewall works in a place; what is left out is inherited."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_security_policy")
async def replace_security_policy(
    ctx: Ctx, policy_id: FromPath[UUID], data: JSONBody[NewSecurityPolicy]
) -> Response[Envelope[SecurityPolicy]]:
    """Set all fields; what is left out gets its default."""
    found = await service.replace(ctx, policy_id, data)
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_security_policy")
async def delete_security_policy(ctx: Ctx, policy_id: FromPath[UUID]) -> None:
    """Delete a policy; its place inherits again."""
    await service.delete(ctx, policy_id)


@get("/v1/sites/{site_id:uuid}/security", opt=_READ, tags=_TAGS, operation_id="get_site_security")
async def get_site_security(ctx: Ctx, site_id: FromPath[UUID]) -> Response[Envelope[list[PolicyInForce]]]:
    """What is in force on a site and on each of its routes, once everything is inherited."""
    return ctx.answer(await service.in_force(ctx, site_id))


ROUTES = [
    list_security_policies, get_security_policy, create_security_policy, replace_security_policy, delete_security_policy,
    get_site_security,
]  # fmt: skip
