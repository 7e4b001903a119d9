"""/v1/security/settings"""

from __future__ import annotations

from litestar import Response, get, put
from litestar.params import JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs
from control.security.settings import service
from control.security.settings.models import SecuritySettings, SecuritySettingsPut

_TAGS = ["security"]


@get("/v1/security/settings", opt=needs("security-settings:read"), tags=_TAGS, operation_id="get_security_settings")
async def get_security_settings(ctx: Ctx) -> Response[Envelope[SecuritySettings]]:
    """What is alike for the security of all sites."""
    found = await service.get(ctx)
    return ctx.answer(found, version=found.version)


@put("/v1/security/settings", opt=needs("security-settings:write"), tags=_TAGS, operation_id="replace_security_settings")
async def replace_security_settings(ctx: Ctx, data: JSONBody[SecuritySettingsPut]) -> Response[Envelope[SecuritySettings]]:
    """Set all of it; what is left out gets its default."""
    found = await service.replace(ctx, data)
    return ctx.answer(found, version=found.version)


ROUTES = [get_security_settings, replace_security_settings]
