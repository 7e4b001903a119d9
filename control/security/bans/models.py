"""Bans as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from control.security.bodies.common import Moment
from control.sites.bodies.common import Network

Reason = Annotated[str, Meta(min_length=1, max_length=500)]


class Ban(msgspec.Struct, kw_only=True):
    """Who is kept out of the sites of an organisation and of those below it; the platform's bans hold everywhere.

    `detector` and `evidence` (counts, window, a sample) are of bans that were made by watching; `until` null is without end.
    """

    id: UUID
    organization_id: UUID
    network: str
    reason: str
    detector: str | None
    evidence: Any
    until: datetime | None
    in_force: bool
    created_by: UUID | None
    lifted_at: datetime | None
    lifted_by: UUID | None
    lift_reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewBan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An address or a network, at most a /8 (IPv6: a /16). Without `seconds` and `until` the ban has no end."""

    network: Network
    reason: Reason
    seconds: Annotated[int, Meta(ge=1, le=315_360_000)] | None = None
    until: Moment | None = None


class Lift(msgspec.Struct, forbid_unknown_fields=True):
    """Why the ban is lifted."""

    reason: Annotated[str, Meta(max_length=500)] = ""
