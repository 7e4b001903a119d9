"""Which day it is where the seller is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def today(timezone: str, at: datetime | None = None) -> date:
    """The day in a time zone, now or at a moment."""
    return (at or datetime.now(UTC)).astimezone(ZoneInfo(timezone)).date()
