"""Status pages and incidents as the API shows and takes them, and as the public sees them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

Slug = Annotated[str, Meta(min_length=1, max_length=63, pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Impact = Literal["none", "minor", "major", "critical"]
IncidentStatus = Literal["investigating", "identified", "monitoring", "resolved"]
ComponentState = Literal["up", "down", "unknown", "maintenance"]
Title = Annotated[str, Meta(min_length=1, max_length=200)]


class Component(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check under a name for the public."""

    check_id: UUID
    name: Title
    group: Annotated[str, Meta(max_length=100)] = ""


class StatusPage(msgspec.Struct, kw_only=True):
    """A page at /status/SLUG. Nobody sees it until it is public."""

    id: UUID
    organization_id: UUID
    slug: str
    title: str
    description: str
    components: list[Component]
    is_public: bool
    version: int
    created_at: datetime
    updated_at: datetime


class NewStatusPage(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`slug` is its place below /status/, and nobody else's."""

    slug: Slug
    title: Title
    description: Annotated[str, Meta(max_length=2000)] = ""
    components: Annotated[list[Component], Meta(max_length=50)] = []
    is_public: bool = False


class IncidentUpdate(msgspec.Struct, kw_only=True):
    """What was known at a moment."""

    id: UUID
    status: IncidentStatus
    text: str
    created_at: datetime


class Incident(msgspec.Struct, kw_only=True):
    """Something that went wrong, in words for the public; the newest update first."""

    id: UUID
    organization_id: UUID
    page_id: UUID
    title: str
    impact: Impact
    status: IncidentStatus
    started_at: datetime
    resolved_at: datetime | None
    updates: list[IncidentUpdate]
    version: int
    created_at: datetime
    updated_at: datetime


class NewIncident(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An incident with its first words."""

    page_id: UUID
    title: Title
    text: Annotated[str, Meta(min_length=1, max_length=5000)]
    impact: Impact = "minor"
    status: IncidentStatus = "investigating"
    started_at: Annotated[datetime, Meta(tz=True)] | None = None


class NewIncidentUpdate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Further words; with the status `resolved` the incident is over."""

    status: IncidentStatus
    text: Annotated[str, Meta(min_length=1, max_length=5000)]


class Uptime(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of a time. `share` is up of up and down together, null when neither was seen: maintenance and what nobody knows
    count neither way."""

    up_s: float
    down_s: float
    unknown_s: float
    maintenance_s: float

    @property
    def share(self) -> float | None:
        seen = self.up_s + self.down_s
        return self.up_s / seen if seen else None


class ShownUptime(msgspec.Struct, frozen=True, kw_only=True):
    """An uptime with its share of what was seen, from 0 to 1."""

    share: float | None
    up_s: float
    down_s: float
    unknown_s: float
    maintenance_s: float


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day of a component (UTC)."""

    day: date
    uptime: ShownUptime


class ShownComponent(msgspec.Struct, kw_only=True):
    """A component as the public sees it."""

    name: str
    group: str
    state: ComponentState
    since: datetime | None
    last_24_hours: ShownUptime
    last_7_days: ShownUptime
    last_90_days: ShownUptime
    days: list[Day]


class ShownIncident(msgspec.Struct, kw_only=True):
    """An incident as the public sees it."""

    title: str
    impact: Impact
    status: IncidentStatus
    started_at: datetime
    resolved_at: datetime | None
    updates: list[IncidentUpdate]


class PlannedMaintenance(msgspec.Struct, kw_only=True):
    """A time in which trouble is expected."""

    name: str
    starts_at: datetime
    ends_at: datetime


class PublicStatus(msgspec.Struct, kw_only=True):
    """A whole page: how things are, were and will be."""

    title: str
    description: str
    state: ComponentState
    components: list[ShownComponent]
    incidents: list[ShownIncident]
    maintenance: list[PlannedMaintenance]
    made_at: datetime
