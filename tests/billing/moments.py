"""A day that a test sets: what billing does today, it does on that day."""

from __future__ import annotations

import importlib
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self

import pytest


class Clock:
    """Noon in UTC of a day, or the moment that is said, for all of billing that asks what day it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, day: date, *more: str) -> None:
        """`more` are modules that ask for the moment themselves."""
        self.moment = datetime.combine(day, time(12), UTC)
        clock = self

        class Then(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Self:
                return cls.fromtimestamp(clock.moment.timestamp(), tz)

        for name in ("control.billing.today", *more):
            monkeypatch.setattr(importlib.import_module(name), "datetime", Then)

    @property
    def day(self) -> date:
        return self.moment.date()

    def set(self, day: date) -> None:
        self.moment = datetime.combine(day, time(12), UTC)

    def at(self, moment: str) -> None:
        """A moment in UTC, as `2027-03-27T23:00`."""
        self.moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    def pass_(self, days: int) -> None:
        self.moment += timedelta(days=days)
