"""/v1/security/bans"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath, JSONBody

from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.security.bans import service
from control.security.bans.models import Ban, Lift, NewBan

bans = collection(Ban, "/v1/security/bans", "{ban_id:uuid}", tags=["security"], read="security:read", write="security:write")


@post(f"{bans.one}/lift", opt=bans.writes, tags=bans.tags, operation_id="lift_ban", status_code=200)
async def lift_ban(ctx: Ctx, ban_id: FromPath[UUID], data: JSONBody[Lift]) -> Response[Envelope[Ban]]:
    """Let them in again, within two seconds."""
    found = await service.lift(ctx, ban_id, data.reason)
    return ctx.answer(found, version=found.version)


ROUTES = [
    bans.page(
        "list_bans",
        service.page,
        "Who is and was kept out; `address` finds the bans that cover one.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "in_force": bool, "detector": str, "address": str},
    ),
    bans.get("get_ban", service.get, "One ban, with its evidence."),
    bans.create(
        "create_ban",
        NewBan,
        service.create,
        "Keep an address or a network out of all sites of the organization and of those below it, within two seconds.",
    ),
    lift_ban,
]
