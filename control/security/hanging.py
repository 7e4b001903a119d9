"""On which sites a rule, an exclusion, an entry or a mode works: the one that it is for, or all of its organisation."""

from __future__ import annotations

from typing import Any

from control.core.context import Context
from control.sites.sites import service
from control.sites.sites.pages import SITES
from control.web.depends import Dependent, Hangs
from control.web.language import N_

_LABEL = N_("Sites where it works")
_ALL = Hangs(table=SITES, label=_LABEL, permission="gateway:read", by="organization_id")


async def sites(ctx: Context, row: Any) -> list[Dependent]:
    """The sites, for those who may see them."""
    if not ctx.principal.may(_ALL.permission):
        return []
    if row.site_id is None:
        return [await _ALL.found(ctx, row.organization_id)]
    return [Dependent(label=_LABEL, total=1, rows=[await service.get(ctx, row.site_id)], where=SITES.address)]
