"""Custom rules as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from control.security.bodies.common import Name, Position

Text = Annotated[str, Meta(min_length=1, max_length=65_536, description="SecLang: SecRule, SecAction and SecMarker")]


class WafRules(msgspec.Struct, kw_only=True):
    """A text of rules."""

    id: UUID
    organization_id: UUID
    site_id: UUID | None
    name: str
    position: int
    text: str
    is_active: bool
    created_by: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewWafRules(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Rules that run before the rule set's own, the lower `position` first. The engine reads them before they are stored."""

    name: Name
    text: Text
    site_id: UUID | None = None
    position: Position = 0
    is_active: bool = True
