"""How programs work with the platform: in three steps, with this platform's own address."""

from __future__ import annotations

from litestar import Response

from control.core.permissions import authenticated
from control.web.routing import show
from control.web.ui import UiOf


@show("/profile/api", authenticated())
async def api(ui: UiOf) -> Response[str]:
    """A key, a first request, and where all requests are described."""
    may_see = ui.ctx.principal.may("api-keys:read")
    return ui.page("accounts/api.html", base=ui.runtime.settings.public_url.rstrip("/"), may_see=may_see)


PAGES = [api]
