"""/v1/security/rules"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.security.waf_rules import service
from control.security.waf_rules.models import NewWafRules, WafRules

rules = collection(WafRules, "/v1/security/rules", "{rules_id:uuid}", tags=["waf"], read="security:read", write="security:write")

ROUTES = [
    rules.page(
        "list_all_waf_rules",
        service.ROWS.page,
        "Custom rules in SecLang.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "site_id": UUID},
    ),
    rules.get("get_waf_rules", service.ROWS.get, "One text of rules."),
    rules.create("create_waf_rules", NewWafRules, service.create, "Add rules; each line that the engine does not take is named."),
    rules.replace("replace_waf_rules", NewWafRules, service.replace, "Set all fields; what is left out gets its default."),
    rules.delete("delete_waf_rules", service.ROWS.delete, "Delete a text of rules."),
]
