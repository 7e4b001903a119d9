"""/v1/billing/settings"""

from __future__ import annotations

from litestar import Response, get, put
from litestar.params import JSONBody

from control.billing.settings import service
from control.billing.settings.models import BillingSettings, NewBillingSettings
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS = ["billing"]


@get("/v1/billing/settings", opt=needs("billing:read"), tags=_TAGS, operation_id="get_billing_settings")
async def get_billing_settings(ctx: Ctx) -> Response[Envelope[BillingSettings]]:
    """How the own organization sells; 404 before it says so."""
    found = await service.get(ctx)
    return ctx.answer(found, version=found.version)


@put("/v1/billing/settings", opt=needs("billing-settings:write"), tags=_TAGS, operation_id="set_billing_settings")
async def set_billing_settings(ctx: Ctx, data: JSONBody[NewBillingSettings]) -> Response[Envelope[BillingSettings]]:
    """Say who sells: name, address, tax ids, numbers, rounding. What is finalised keeps what it said."""
    found = await service.save(ctx, data)
    return ctx.answer(found, version=found.version)


ROUTES = [get_billing_settings, set_billing_settings]
