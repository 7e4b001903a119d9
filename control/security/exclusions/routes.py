"""/v1/security/exclusions"""

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
from control.security.exclusions import service
from control.security.exclusions.models import Exclusion, NewExclusion

_TAGS = ["waf"]
_READ, _WRITE = needs("security:read"), needs("security:write")
_ALL, _ONE = "/v1/security/exclusions", "/v1/security/exclusions/{exclusion_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_exclusions")
async def list_exclusions(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
    rule_id: FromQuery[int | None] = None,
) -> Response[Page[Exclusion]]:
    """What the firewall leaves out; `rule_id` finds the exclusions that cover a rule."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "site_id": site_id, "rule_id": rule_id})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_exclusion")
async def get_exclusion(ctx: Ctx, exclusion_id: FromPath[UUID]) -> Response[Envelope[Exclusion]]:
    """One exclusion."""
    found = await service.get(ctx, exclusion_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_exclusion")
async def create_exclusion(ctx: Ctx, data: JSONBody[NewExclusion]) -> Response[Envelope[Exclusion]]:
    """Leave out a rule, a range of rules or a tag, for one target or all, on one path or all."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_exclusion")
async def replace_exclusion(
    ctx: Ctx, exclusion_id: FromPath[UUID], data: JSONBody[NewExclusion]
) -> Response[Envelope[Exclusion]]:
    """Set all fields; what is left out gets its default."""
    found = await service.replace(ctx, exclusion_id, data)
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_exclusion")
async def delete_exclusion(ctx: Ctx, exclusion_id: FromPath[UUID]) -> None:
    """Delete an exclusion; the rule works again within a second."""
    await service.delete(ctx, exclusion_id)


ROUTES = [list_exclusions, get_exclusion, create_exclusion, replace_exclusion, delete_exclusion]
