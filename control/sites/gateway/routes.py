"""/v1/gateway/settings and /v1/sites/{site_id}/status"""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, get, patch, put
from litestar.params import FromPath, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.fields import given
from control.core.permissions import needs
from control.sites.gateway import service
from control.sites.gateway.models import GatewaySettings, GatewaySettingsPatch, GatewaySettingsPut, SiteStatus

_TAGS = ["gateway"]
_READ, _WRITE = needs("gateway-settings:read"), needs("gateway-settings:write")


@get("/v1/sites/{site_id:uuid}/status", opt=needs("gateway:read"), tags=["sites"], operation_id="get_site_status")
async def get_site_status(ctx: Ctx, site_id: FromPath[UUID]) -> Response[Envelope[SiteStatus]]:
    """What the gateways made of a site: applied, refused with the reason, or not read yet; and its certificates."""
    return ctx.answer(await service.status(ctx, site_id))


@get("/v1/gateway/settings", opt=_READ, tags=_TAGS, operation_id="get_gateway_settings")
async def get_gateway_settings(ctx: Ctx) -> Response[Envelope[GatewaySettings]]:
    """What every gateway does alike."""
    found = await service.settings(ctx)
    return ctx.answer(found, version=found.version)


@put("/v1/gateway/settings", opt=_WRITE, tags=_TAGS, operation_id="replace_gateway_settings")
async def replace_gateway_settings(ctx: Ctx, data: JSONBody[GatewaySettingsPut]) -> Response[Envelope[GatewaySettings]]:
    """Set all of it."""
    found = await service.update_settings(ctx, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch("/v1/gateway/settings", opt=_WRITE, tags=_TAGS, operation_id="update_gateway_settings")
async def update_gateway_settings(ctx: Ctx, data: JSONBody[GatewaySettingsPatch]) -> Response[Envelope[GatewaySettings]]:
    """Set some of it; each field as a whole."""
    found = await service.update_settings(ctx, given(data))
    return ctx.answer(found, version=found.version)


ROUTES = [get_site_status, get_gateway_settings, replace_gateway_settings, update_gateway_settings]
