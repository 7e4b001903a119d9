"""/v1/security/policies and /v1/sites/{site_id}/security"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.security.policies import service
from control.security.policies.models import NewSecurityPolicy, PolicyInForce, SecurityPolicy

policies = collection(
    SecurityPolicy, "/v1/security/policies", "{policy_id:uuid}", tags=["waf"], read="security:read", write="security:write"
)


@get("/v1/sites/{site_id:uuid}/security", opt=policies.reads, tags=policies.tags, operation_id="get_site_security")
async def get_site_security(ctx: Ctx, site_id: FromPath[UUID]) -> Response[Envelope[list[PolicyInForce]]]:
    """What is in force on a site and on each of its routes, once everything is inherited."""
    return ctx.answer(await service.in_force(ctx, site_id))


ROUTES = [
    policies.page(
        "list_security_policies",
        service.ROWS.page,
        "What organisations, sites and routes in reach say of the firewall.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "site_id": UUID},
    ),
    policies.get("get_security_policy", service.ROWS.get, "One policy."),
    policies.create(
        "create_security_policy",
        NewSecurityPolicy,
        service.create,
        "Say how the firewall works in a place; what is left out is inherited.",
    ),
    policies.replace(
        "replace_security_policy", NewSecurityPolicy, service.replace, "Set all fields; what is left out gets its default."
    ),
    policies.delete("delete_security_policy", service.ROWS.delete, "Delete a policy; its place inherits again."),
    get_site_security,
]
