"""/v1/sites/{site_id}/upstreams"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath, JSONBody

from control.core.collection import collection_below
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.sites.upstreams import service
from control.sites.upstreams.models import NewUpstream, Upstream, UpstreamPatch

upstreams = collection_below(
    Upstream,
    "/v1/sites/{site_id:uuid}/upstreams",
    "{upstream_id:uuid}",
    tags=["upstreams"],
    read="gateway:read",
    write="gateway:write",
)


@post(upstreams.all, opt=upstreams.writes, tags=upstreams.tags, operation_id="create_upstream")
async def create_upstream(ctx: Ctx, site_id: FromPath[UUID], data: JSONBody[NewUpstream]) -> Response[Envelope[Upstream]]:
    """Add an upstream. Addresses that are not public are for the platform's staff."""
    # Names are looked up before a transaction holds a connection.
    checked = await service.checked(ctx, data)
    return await ctx.once(lambda tx: service.create(ctx, tx, site_id, checked))


ROUTES = [
    upstreams.page(
        "list_upstreams", service.page, "The upstreams of a site, with their targets.", sortable=service.SORTABLE, tie="u.id"
    ),
    upstreams.get("get_upstream", service.get, "One upstream with its targets."),
    create_upstream,
    upstreams.set_all(
        "replace_upstream",
        NewUpstream,
        service.update,
        "Set all fields; what is left out gets its default. Targets that stay keep their health and connections.",
    ),
    upstreams.set_some("update_upstream", UpstreamPatch, service.update, "Set some fields; routes follow a change of its name."),
    upstreams.delete(
        "delete_upstream", service.delete, "Delete an upstream; 409 with the routes that lead to it while there are any."
    ),
]
