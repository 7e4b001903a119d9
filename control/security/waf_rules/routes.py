"""/v1/security/rules"""

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
from control.security.waf_rules import service
from control.security.waf_rules.models import NewWafRules, WafRules

_TAGS = ["waf"]
_READ, _WRITE = needs("security:read"), needs("security:write")
_ALL, _ONE = "/v1/security/rules", "/v1/security/rules/{rules_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_all_waf_rules")
async def list_all_waf_rules(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
) -> Response[Page[WafRules]]:
    """Custom rules in SecLang."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "site_id": site_id})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_waf_rules")
async def get_waf_rules(ctx: Ctx, rules_id: FromPath[UUID]) -> Response[Envelope[WafRules]]:
    """One text of rules."""
    found = await service.get(ctx, rules_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_waf_rules")
async def create_waf_rules(ctx: Ctx, data: JSONBody[NewWafRules]) -> Response[Envelope[WafRules]]:
    """Add rules; each line that the engine does not take is named."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_waf_rules")
async def replace_waf_rules(ctx: Ctx, rules_id: FromPath[UUID], data: JSONBody[NewWafRules]) -> Response[Envelope[WafRules]]:
    """Set all fields; what is left out gets its default."""
    found = await service.replace(ctx, rules_id, data)
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_waf_rules")
async def delete_waf_rules(ctx: Ctx, rules_id: FromPath[UUID]) -> None:
    """Delete a text of rules."""
    await service.delete(ctx, rules_id)


ROUTES = [list_all_waf_rules, get_waf_rules, create_waf_rules, replace_waf_rules, delete_waf_rules]
