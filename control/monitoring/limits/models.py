"""Limits of ingestion as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

ValuesPerS = Annotated[int, Meta(ge=0, le=10**12)]
ActiveSeries = Annotated[int, Meta(ge=0, le=100_000_000)]


class MetricLimits(msgspec.Struct, kw_only=True):
    """What an organisation may push; `id` is the organisation's too.

    `values_per_s` is of each ingester, on average over ten seconds; 0 is without limit. `version` is 0, and `updated_at` null,
    where the defaults count.
    """

    id: UUID
    organization_id: UUID
    organization_name: str
    values_per_s: int
    active_series: int
    version: int
    updated_at: datetime | None


class MetricLimitsPut(msgspec.Struct, forbid_unknown_fields=True):
    values_per_s: ValuesPerS
    active_series: ActiveSeries
