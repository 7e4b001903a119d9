"""Watching a site: gateways hand over its single requests for a minute, which every look renews."""

from __future__ import annotations

from uuid import UUID

import msgspec

from control.core.context import Context
from control.core.pagination import like
from control.sites.requests import queries as q
from control.sites.requests.models import Heard, SeenRequest, Wanted, Watching
from control.sites.sites import service as sites
from control.sites.sites.models import Site

MOST_SHOWN = 100
"""More cannot be read as they come; filters look at all of the last minutes."""


async def watch(ctx: Context, site_id: UUID, wanted: Wanted) -> tuple[Site, Watching]:
    """The last requests of a site, which is watched for another minute. Its beginning stands in the audit log, as clients are
    seen. Raises NotFound."""
    async with ctx.transaction() as tx:
        site = await sites.find(tx, site_id)
        state = await tx.value(q.SQL.watch, site_id=site_id)
        if state == "begun":
            await ctx.audit(tx, "site.watched", "site", site_id, organization_id=site.organization_id)
        heard = await tx.one(Heard, q.SQL.heard, site_id=site_id)
        requests = await tx.all(
            SeenRequest, q.SQL.requests, site_id=site_id, most=MOST_SHOWN, early=wanted.early, method=wanted.method,
            text=like(wanted.text), **{"class": wanted.status_class},
        )  # fmt: skip
    return site, Watching(state=state, heard=heard, requests=[_readable(one) for one in requests])


def _readable(request: SeenRequest) -> SeenRequest:
    """The access log has each byte as a character; people read UTF-8."""
    path, detail = _utf8(request.path), request.detail and _utf8(request.detail)
    return msgspec.structs.replace(request, path=path, detail=detail)


def _utf8(text: str) -> str:
    return text.encode("latin-1", "replace").decode("utf-8", "replace")
