"""Policies as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from control.security.bodies.policy import Mode, Paranoia, RuleSet, Threshold


class SecurityPolicy(msgspec.Struct, kw_only=True):
    """What one place says; null is inherited. Without `site_id` it is the organisation's, without `route_id` the site's."""

    id: UUID
    organization_id: UUID
    site_id: UUID | None
    route_id: UUID | None
    mode: Mode | None
    paranoia: int | None
    inbound_threshold: int | None
    outbound_threshold: int | None
    rule_set: str | None
    response_bodies: bool | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewSecurityPolicy(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A route inherits from its site, a site from its organisation, an organisation from the one above it."""

    site_id: UUID | None = None
    route_id: UUID | None = None
    mode: Mode | None = None
    paranoia: Paranoia | None = None
    inbound_threshold: Threshold | None = None
    outbound_threshold: Threshold | None = None
    rule_set: RuleSet | None = None
    response_bodies: bool | None = None


class PolicyInForce(msgspec.Struct, kw_only=True):
    """What is in force once everything is inherited; `route_id` null is the site itself."""

    route_id: UUID | None
    mode: Mode
    paranoia: int
    inbound_threshold: int
    outbound_threshold: int
    rule_set: str
    response_bodies: bool
