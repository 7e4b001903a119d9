"""/v1/security/match-rules"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.security.bodies.match import Action
from control.security.match_rules import service
from control.security.match_rules.models import MatchRule, NewMatchRule

rules = collection(
    MatchRule, "/v1/security/match-rules", "{rule_id:uuid}", tags=["security"], read="security:read", write="security:write"
)

ROUTES = [
    rules.page(
        "list_match_rules",
        service.ROWS.page,
        "Simple rules; `search` looks at names and notes.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "site_id": UUID, "action": Action},
    ),
    rules.get("get_match_rule", service.ROWS.get, "One rule."),
    rules.create("create_match_rule", NewMatchRule, service.create, "Add a simple rule."),
    rules.replace("replace_match_rule", NewMatchRule, service.replace, "Set all fields; what is left out gets its default."),
    rules.delete("delete_match_rule", service.ROWS.delete, "Delete a rule."),
]
