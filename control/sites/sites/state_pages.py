"""Switching a site off for a while, and on again; and deleting it, with all that is made for it alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.core.context import Context
from control.core.few import FEW
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.security.access.pages import ENTRIES
from control.security.exclusions.pages import EXCLUSIONS
from control.security.match_rules.pages import RULES
from control.security.policies.pages import POLICIES
from control.security.waf_rules.pages import RULES as WAF_RULES
from control.sites import words
from control.sites.routing import service as routing
from control.sites.sites import service
from control.sites.sites.models import Site
from control.sites.upstreams import service as upstreams
from control.web.asking import Asking
from control.web.depends import Dependent, Hangs, hanging, named
from control.web.language import N_
from control.web.routing import act
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_WRITE = needs("gateway:write")


async def _get(ui: Ui, site_id: UUID) -> Site:
    return await service.get(ui.ctx, site_id)


_SECURITY = hanging(
    Hangs(table=RULES, label=N_("Rules"), permission="security:read", by="site_id"),
    Hangs(table=WAF_RULES, label=N_("Own rules"), permission="security:read", by="site_id"),
    Hangs(table=EXCLUSIONS, label=N_("Exclusions"), permission="security:read", by="site_id"),
    Hangs(table=ENTRIES, label=N_("Access entries"), permission="security:read", by="site_id"),
    Hangs(
        table=POLICIES, label=N_("Firewall modes"), permission="security:read", by="site_id",
        name=lambda row: tongue().gettext(words.MODES[row.mode] if row.mode else N_("As above")),
    ),
)  # fmt: skip


async def _depends(ctx: Context, site: Site) -> list[Dependent]:
    """What goes with a site, and what stays without it."""
    routes, how_many = await routing.page(ctx, site.id, PageRequest(1, FEW, "r.created_at DESC, r.id DESC"), {"upstream": None})
    targets, in_all = await upstreams.page(ctx, site.id, PageRequest(1, FEW, "u.created_at DESC, u.id DESC"), {})
    at = f"/sites/{site.id}"
    found = [
        Dependent(
            label=N_("Routes"), total=how_many, rows=routes, name=words.where, where=lambda row: f"{at}/routes/{row.id}/edit",
            path=at,
        ),
        Dependent(
            label=N_("Upstreams"), total=in_all, rows=targets, where=lambda row: f"{at}/upstreams/{row.id}/edit", path=at,
        ),
        *await _SECURITY(ctx, site),
        named(N_("Certificates of its names, which stay"), await service.certificates(ctx, site.id), "/certificates"),
    ]  # fmt: skip
    if ctx.principal.may("monitoring:read"):
        found.append(named(N_("Checks of its names, which go on"), await service.checks(ctx, site.id), "/monitoring/checks"))
    return found


PAUSE = Asking(
    path="/sites/{row_id:uuid}/pause", writes=_WRITE, get=_get, back="/sites/{row.id}", label=N_("Switch the site off"),
    text=N_(
        "Gateways stop serving it within seconds, and visitors get an error. Nothing is deleted; you can switch it on again."
    ),
    work=lambda ui, row, _: service.update(ui.ctx, row.id, {"is_active": False}), said=N_("The site is off."),
)  # fmt: skip
DELETE = Asking(
    path="/sites/{row_id:uuid}/delete", writes=_WRITE, get=_get, back="/sites/{row.id}", after="/sites",
    label=N_("Delete the site"),
    text=N_("Its names are served no more, and anybody may take them. Its routes, upstreams and policies go with it."),
    work=lambda ui, row, _: service.delete(ui.ctx, row.id), said=N_("The site was deleted."), typed=lambda row: row.name,
    depends=_depends, dangerous=True,
)  # fmt: skip


@act("/sites/{site_id:uuid}/resume", _WRITE)
async def resume(ui: UiOf, site_id: FromPath[UUID]) -> Response[Any]:
    """Switch it on again."""
    await service.update(ui.ctx, site_id, {"is_active": True})
    return ui.go(f"/sites/{site_id}", ui.words(N_("The site is on again. Gateways serve it within seconds.")))


PAGES = [*PAUSE.pages(), resume, *DELETE.pages()]
