"""An entry of the audit log as it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change or look. `before` and `after` hold what differs, without secrets; `actor_id` is null for the platform itself."""

    id: int
    organization_id: UUID
    at: datetime
    actor_id: UUID | None
    actor_type: Literal["user", "api_key", "system"]
    actor_org_id: UUID | None
    action: str
    subject_type: str
    subject_id: str
    before: Any
    after: Any
    address: str | None
    request_id: str | None
