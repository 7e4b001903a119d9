"""/v1/security/bans"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.security.bans import service
from control.security.bans.models import Ban, Lift, NewBan

bans = collection(Ban, "/v1/security/bans", "{ban_id:uuid}", tags=["security"], read="security:read", write="security:write")

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
    bans.action("lift_ban", "lift", Lift, service.lift, "Let them in again, within two seconds."),
]
