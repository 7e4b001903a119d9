"""Simple rules as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from control.security.bodies.common import Moment, Name, Note, Position
from control.security.bodies.match import Action, Match, Quota


class MatchRule(msgspec.Struct, kw_only=True):
    """A simple rule."""

    id: UUID
    organization_id: UUID
    site_id: UUID | None
    name: str
    position: int
    conditions: Match
    action: Action
    quota: Quota | None
    is_active: bool
    note: str
    expires_at: datetime | None
    created_by: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewMatchRule(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The lower `position` is tried first, the platform's before the organisation's before the site's.

    `block` answers 403 and `challenge` asks for a proof of work; `allow` lets the request past all later rules and the
    firewall; `limit` needs a `quota`; `log` writes an event and goes on.
    """

    name: Name
    conditions: Match
    action: Action
    site_id: UUID | None = None
    position: Position = 0
    quota: Quota | None = None
    is_active: bool = True
    note: Note = ""
    expires_at: Moment | None = None
