"""Days that go by as a test says."""

from __future__ import annotations

import sys
from datetime import date, datetime

import pytest

from control.billing import today as days


class Clock:
    """The day on which everything of billing happens, whoever asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, on: str) -> None:
        self.on = date.fromisoformat(on)
        asked = days.today

        def today(timezone: str, at: datetime | None = None) -> date:
            return self.on if at is None else asked(timezone, at)

        for name, module in list(sys.modules.items()):
            if name.startswith("control.billing.") and getattr(module, "today", None) is asked:
                monkeypatch.setattr(module, "today", today)

    def go(self, on: str) -> date:
        """It is this day now."""
        self.on = date.fromisoformat(on)
        return self.on
