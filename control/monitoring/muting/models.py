"""Silences, maintenance windows and inhibitions as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.monitoring.labels import LabelMatcher, LabelName, Matchers

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Moment = Annotated[datetime, Meta(tz=True)]
Repeats = Literal["never", "daily", "weekly"]


class Silence(msgspec.Struct, kw_only=True):
    """Alerts with these labels are not told until it ends."""

    id: UUID
    organization_id: UUID
    matchers: list[LabelMatcher]
    reason: str
    starts_at: datetime
    ends_at: datetime
    created_by: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewSilence(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """At least one condition, why, and an end. It starts at once unless said otherwise."""

    matchers: Annotated[list[LabelMatcher], Meta(min_length=1, max_length=20)]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    ends_at: Moment
    starts_at: Moment | None = None


class MaintenanceWindow(msgspec.Struct, kw_only=True):
    """A planned time in which trouble is expected: alerts with these labels are not told, and uptime does not count."""

    id: UUID
    organization_id: UUID
    name: str
    matchers: list[LabelMatcher]
    starts_at: datetime
    duration_s: int
    repeats: Repeats
    repeats_until: datetime | None
    timezone: str
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class NewMaintenanceWindow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Without conditions it holds for everything. A repeated one begins at the same time of `timezone`'s clock."""

    name: Name
    starts_at: Moment
    duration_s: Annotated[int, Meta(ge=60, le=2_678_400)]
    matchers: Matchers = []
    repeats: Repeats = "never"
    repeats_until: Moment | None = None
    timezone: Annotated[str, Meta(min_length=1, max_length=64)] = "UTC"
    is_active: bool = True


class Inhibition(msgspec.Struct, kw_only=True):
    """While an alert with `source` fires, those with `target` and the same values of the labels `equal` are not told."""

    id: UUID
    organization_id: UUID
    name: str
    source: list[LabelMatcher]
    target: list[LabelMatcher]
    equal: list[str]
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class NewInhibition(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Such as: while a host is down, its services are not told one by one."""

    name: Name
    source: Annotated[list[LabelMatcher], Meta(min_length=1, max_length=20)]
    target: Annotated[list[LabelMatcher], Meta(min_length=1, max_length=20)]
    equal: Annotated[list[LabelName], Meta(max_length=20)] = []
    is_active: bool = True
