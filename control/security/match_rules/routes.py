"""/v1/security/match-rules"""

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
from control.security.match_rules import service
from control.security.match_rules.models import MatchRule, NewMatchRule

_TAGS = ["security"]
_READ, _WRITE = needs("security:read"), needs("security:write")
_ALL, _ONE = "/v1/security/match-rules", "/v1/security/match-rules/{rule_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_match_rules")
async def list_match_rules(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
    action: FromQuery[Literal["block", "allow", "limit", "challenge", "log"] | None] = None,
) -> Response[Page[MatchRule]]:
    """Simple rules; `search` looks at names and notes."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "site_id": site_id, "action": action})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_match_rule")
async def get_match_rule(ctx: Ctx, rule_id: FromPath[UUID]) -> Response[Envelope[MatchRule]]:
    """One rule."""
    found = await service.get(ctx, rule_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_match_rule")
async def create_match_rule(ctx: Ctx, data: JSONBody[NewMatchRule]) -> Response[Envelope[MatchRule]]:
    """Add a simple rule."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_match_rule")
async def replace_match_rule(ctx: Ctx, rule_id: FromPath[UUID], data: JSONBody[NewMatchRule]) -> Response[Envelope[MatchRule]]:
    """Set all fields; what is left out gets its default."""
    found = await service.replace(ctx, rule_id, data)
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_match_rule")
async def delete_match_rule(ctx: Ctx, rule_id: FromPath[UUID]) -> None:
    """Delete a rule."""
    await service.delete(ctx, rule_id)


ROUTES = [list_match_rules, get_match_rule, create_match_rule, replace_match_rule, delete_match_rule]
