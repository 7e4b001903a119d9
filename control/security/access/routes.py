"""/v1/security/access"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from control.core.collection import collection
from control.security.access import service
from control.security.access.models import AccessEntry, NewAccessEntry

entries = collection(
    AccessEntry, "/v1/security/access", "{entry_id:uuid}", tags=["security"], read="security:read", write="security:write"
)

ROUTES = [
    entries.page(
        "list_access_entries",
        service.ROWS.page,
        "Who may come and who may not; `search` looks at networks, countries and notes.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "site_id": UUID, "action": Literal["allow", "deny"]},
    ),
    entries.get("get_access_entry", service.ROWS.get, "One entry."),
    entries.create(
        "create_access_entry", NewAccessEntry, service.create, "Allow or deny a network, an autonomous system or a country."
    ),
    entries.replace(
        "replace_access_entry", NewAccessEntry, service.replace, "Set all fields; what is left out gets its default."
    ),
    entries.delete("delete_access_entry", service.ROWS.delete, "Delete an entry."),
]
