"""Switching a site off for a while, and on again. Nothing of it is lost meanwhile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.core.permissions import needs
from control.sites.sites import service
from control.web.asking import confirm
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import UiOf

_WRITE = needs("gateway:write")


@show("/sites/{site_id:uuid}/pause", _WRITE)
async def ask_pause(ui: UiOf, site_id: FromPath[UUID]) -> Response[str]:
    """What switching off does."""
    found, back = await service.get(ui.ctx, site_id), f"/sites/{site_id}"
    text = N_(
        "Gateways stop serving it within seconds, and visitors get an error. Nothing is deleted; you can switch it on again."
    )
    return confirm(ui, title=found.name, text=text, label=N_("Switch the site off"), action=f"{back}/pause", back=back)


@act("/sites/{site_id:uuid}/pause", _WRITE)
async def pause(ui: UiOf, site_id: FromPath[UUID]) -> Response[Any]:
    """Switch it off."""
    await service.update(ui.ctx, site_id, {"is_active": False})
    return ui.go(f"/sites/{site_id}", ui.words(N_("The site is off.")))


@act("/sites/{site_id:uuid}/resume", _WRITE)
async def resume(ui: UiOf, site_id: FromPath[UUID]) -> Response[Any]:
    """Switch it on again."""
    await service.update(ui.ctx, site_id, {"is_active": True})
    return ui.go(f"/sites/{site_id}", ui.words(N_("The site is on again. Gateways serve it within seconds.")))


PAGES = [ask_pause, pause, resume]
