"""/v1/security/firewalls"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.security.firewall import service
from control.security.firewall.models import Firewall, NewFirewall, Rendered

firewalls = collection(
    Firewall, "/v1/security/firewalls", "{firewall_id:uuid}", tags=["firewall"], read="security:read", write="security:write"
)

ROUTES = [
    firewalls.page(
        "list_firewalls",
        service.ROWS.page,
        "The packet filters of servers.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "server": str},
    ),
    firewalls.get("get_firewall", service.ROWS.get, "One filter."),
    firewalls.part(
        "render_firewall", "nftables", Rendered, service.rendered, "The filter in nftables' language, and what nft says of it."
    ),
    firewalls.create(
        "create_firewall",
        NewFirewall,
        service.create,
        "Store a filter for a server; `hcc firewall apply` on the server puts it in force.",
    ),
    firewalls.replace("replace_firewall", NewFirewall, service.replace, "Set all fields; what is left out gets its default."),
    firewalls.delete("delete_firewall", service.ROWS.delete, "Delete a filter; what is in force on the server stays."),
]
