"""Who may do what. Roles carry permissions as data; this module is the one place that decides.

Each route names its permission: `@get("/v1/users", opt=needs("users:read"))`. A route that names none does not start.
"""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from control.core.db import Access, Scope
from control.core.errors import Forbidden, Unauthorized
from control.core.words import N_, said

UserType = Literal["admin", "reseller", "customer"]

PERMISSIONS: dict[str, str] = {
    "users:read": N_("See people"),
    "users:write": N_("Create, change and delete people, export and erase their data"),
    "organizations:read": N_("See the organization"),
    "organizations:write": N_("Change the organization"),
    "organizations:create": N_("Create organizations below one's own, and delete them"),
    "organizations:tree": N_("See and change what belongs to organizations below one's own"),
    "organizations:enter": N_("Work inside an organization below one's own"),
    "api-keys:read": N_("See API keys"),
    "api-keys:write": N_("Create, change and delete API keys"),
    "audit:read": N_("Read the audit log"),
    "webhooks:read": N_("See webhooks and their deliveries"),
    "webhooks:write": N_("Create, change and delete webhooks, send again"),
    "operations:read": N_("See long-running operations"),
    "jobs:read": N_("See background jobs and events of the whole platform"),
    "jobs:write": N_("Let failed jobs and events of the platform be tried again"),
    "gateway:read": N_("See sites, routes and certificates"),
    "gateway:write": N_("Change sites, routes and certificates"),
    "gateway-settings:read": N_("See what every gateway does alike"),
    "gateway-settings:write": N_("Change what every gateway does alike"),
    "security:read": N_("See the firewall's policies and rules, lists, bans and security events, and single requests of sites"),
    "security:write": N_("Change the firewall's policies and rules, lists and bans"),
    "security-settings:read": N_("See what is alike for the security of all sites"),
    "security-settings:write": N_("Change what is alike for the security of all sites"),
    "metrics:read": N_("Ask questions about metrics"),
    "ingest-tokens:read": N_("See the tokens with which metrics are pushed"),
    "ingest-tokens:write": N_("Create and revoke tokens with which metrics are pushed"),
    "metric-limits:write": N_("Set what organizations below one's own may push"),
    "agents:read": N_("See the agents of servers"),
    "agents:write": N_("Let agents of servers in, and end them"),
    "monitoring:read": N_("See checks, alerts, notifications and status pages"),
    "monitoring:write": N_("Change checks, alert rules, notifications and status pages"),
    "billing:read": N_("See customers, invoices, subscriptions and payments"),
    "billing:write": N_("Write invoices and credit notes, change customers and subscriptions"),
    "billing-settings:write": N_("Change how the organization sells"),
    "ledger:read": N_("Read the books and reports"),
    "catalogue:read": N_("See products, plans, prices, coupons and terms for resellers"),
    "catalogue:write": N_("Change products, plans, prices, coupons and terms for resellers"),
    "subscriptions:read": N_("See subscriptions and what they were charged"),
    "subscriptions:write": N_("Start, change, pause and cancel subscriptions"),
    "subscriptions:order": N_("Order subscriptions from one's own seller, change and cancel them"),
    "subscription-settings:write": N_("Change how subscriptions are invoiced, and how unpaid invoices are reminded of"),
    "payments:write": N_("Record and refund payments, import bank statements, collect by direct debit"),
    "payments:pay": N_("Pay invoices and keep ways to pay them"),
    "payment-settings:write": N_("Set the keys of a payment provider"),
}
"""Every permission there is, with words for a person who gives out roles."""

PUBLIC = "public"
AUTHENTICATED = "authenticated"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a request, and for which organisation.

    `home_organization_id` differs from `organization_id` while staff work inside another organisation.
    """

    user_id: UUID
    organization_id: UUID
    home_organization_id: UUID
    user_type: UserType
    roles: list[str]
    permissions: list[str]
    kind: Literal["user", "api_key"] = "user"
    session_id: UUID | None = None
    api_key_id: UUID | None = None

    def may(self, permission: str) -> bool:
        return allows(self.permissions, permission)

    def scope(self, access: Access | None = None) -> Scope:
        """The transaction scope: the tree for those who hold `organizations:tree`, else the own organisation."""
        if access is None:
            access = "tree" if self.may("organizations:tree") else "own"
        return Scope(self.organization_id, self.user_id, access)


def allows(held: list[str], permission: str) -> bool:
    """Whether a list of permissions, with `*` and `area:*` as wildcards, holds one."""
    area = permission.partition(":")[0]
    return permission in held or "*" in held or f"{area}:*" in held


def needs(permission: str) -> dict[str, Any]:
    """A route's option that names its permission; a name that does not exist is refused here."""
    if permission not in PERMISSIONS:
        raise ValueError(f"{permission!r} is not a permission")
    return {"permission": permission}


def public(*errors: str) -> dict[str, Any]:
    """A route's option: anybody may call it. `errors` are further statuses that its description names."""
    return {"permission": PUBLIC, "errors": errors}


def authenticated(*errors: str) -> dict[str, Any]:
    """A route's option: anybody who is logged in may call it, for their own account. `errors` as for `public`."""
    return {"permission": AUTHENTICATED, "errors": errors}


async def authorize(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Find out who asks, and refuse before the handler runs. Raises Unauthorized or Forbidden.

    Tokens and API keys say who asks, unless the route names another proof by `identify`, as pages do.
    """
    permission = handler.opt.get("permission")
    if permission == PUBLIC:
        return
    identify = handler.opt.get("identify", connection.app.state.runtime.authenticator.principal)
    principal = await identify(connection)
    if principal is None:
        raise Unauthorized("Log in first.", headers={"WWW-Authenticate": "Bearer"})
    connection.scope["user"] = principal
    if permission == AUTHENTICATED:
        if principal.kind == "api_key":
            raise Forbidden("An API key cannot manage a person's account.")
        return
    if permission is None or not principal.may(permission):
        raise Forbidden(
            said("This needs the permission %(permission)s.", permission=str(permission)), details={"permission": permission}
        )
