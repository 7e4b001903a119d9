"""/v1/security/exclusions"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.security.exclusions import service
from control.security.exclusions.models import Exclusion, NewExclusion

exclusions = collection(
    Exclusion, "/v1/security/exclusions", "{exclusion_id:uuid}", tags=["waf"], read="security:read", write="security:write"
)

ROUTES = [
    exclusions.page(
        "list_exclusions",
        service.ROWS.page,
        "What the firewall leaves out; `rule_id` finds the exclusions that cover a rule.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "site_id": UUID, "rule_id": int},
    ),
    exclusions.get("get_exclusion", service.ROWS.get, "One exclusion."),
    exclusions.create(
        "create_exclusion",
        NewExclusion,
        service.create,
        "Leave out a rule, a range of rules or a tag, for one target or all, on one path or all.",
    ),
    exclusions.replace("replace_exclusion", NewExclusion, service.replace, "Set all fields; what is left out gets its default."),
    exclusions.delete("delete_exclusion", service.ROWS.delete, "Delete an exclusion; the rule works again within a second."),
]
