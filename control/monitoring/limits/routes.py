"""/v1/monitoring/limits"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.monitoring.limits import service
from control.monitoring.limits.models import MetricLimits, MetricLimitsPut

_TAGS = ["ingestion"]
_ONE = "/v1/monitoring/limits/{organization_id:uuid}"


@get("/v1/monitoring/limits", opt=needs("metrics:read"), tags=_TAGS, operation_id="list_metric_limits")
async def list_metric_limits(ctx: Ctx, request: Request[Any, Any, State]) -> Response[Page[MetricLimits]]:
    """What the organisations in reach may push."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted)
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=needs("metrics:read"), tags=_TAGS, operation_id="get_metric_limits")
async def get_metric_limits(ctx: Ctx, organization_id: FromPath[UUID]) -> Response[Envelope[MetricLimits]]:
    """What one organisation may push."""
    found = await service.get(ctx, organization_id)
    return ctx.answer(found, version=found.version)


@put(_ONE, opt=needs("metric-limits:write"), tags=_TAGS, operation_id="replace_metric_limits")
async def replace_metric_limits(
    ctx: Ctx, organization_id: FromPath[UUID], data: JSONBody[MetricLimitsPut]
) -> Response[Envelope[MetricLimits]]:
    """Set what an organisation below one's own may push."""
    found = await service.put(ctx, organization_id, data)
    return ctx.answer(found, version=found.version)


ROUTES = [list_metric_limits, get_metric_limits, replace_metric_limits]
