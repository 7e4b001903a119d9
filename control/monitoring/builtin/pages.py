"""Packs of alert rules that come with the platform: what each watches, and installing them."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.params import FromPath

from control.core.permissions import needs
from control.monitoring import words
from control.monitoring.builtin import service
from control.monitoring.builtin.models import PackInstallation
from control.web.asking import confirm
from control.web.depends import Dependent
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import UiOf

_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")


@show("/monitoring/packs", _READ)
async def packs(ui: UiOf) -> Response[str]:
    """All packs, and what the organization has of them."""
    return ui.page(
        "monitoring/packs.html",
        packs=await service.every_pack(ui.ctx),
        severities=words.SEVERITY_BADGES,
        tabs=words.ALERT_TABS,
        may_write=ui.ctx.principal.may("monitoring:write"),
    )


@act("/monitoring/packs/{pack_id:str}/install", _WRITE)
async def install(ui: UiOf, pack_id: FromPath[str]) -> Response[Any]:
    """Install a pack, or bring it to its newest version."""
    await service.one_pack(ui.ctx, pack_id)
    await ui.once(lambda tx: service.install_packs(ui.ctx, tx, PackInstallation(packs=[pack_id])))
    return ui.go("/monitoring/packs", ui.words(N_("The rules are in force. What you changed of them stays.")))


@show("/monitoring/packs/{pack_id:str}/remove", _WRITE)
async def ask_remove(ui: UiOf, pack_id: FromPath[str]) -> Response[str]:
    """What removing does."""
    found = await service.one_pack(ui.ctx, pack_id)
    text = N_("Its rules are deleted, those that you changed too, and their alerts with them.")
    action = f"/monitoring/packs/{found.id}/remove"
    title = ui.words(found.title)
    return confirm(
        ui,
        title=title,
        text=text,
        label=N_("Remove the pack"),
        action=action,
        back="/monitoring/packs",
        depends=[Dependent(label=N_("Rules"), total=found.installed_rules, path="/monitoring/rules")],
    )


@act("/monitoring/packs/{pack_id:str}/remove", _WRITE)
async def remove(ui: UiOf, pack_id: FromPath[str]) -> Response[Any]:
    """Remove it."""
    await service.remove_pack(ui.ctx, pack_id)
    return ui.go("/monitoring/packs", ui.words(N_("The pack was removed.")))


PAGES = [packs, install, ask_remove, remove]
