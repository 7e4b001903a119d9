"""How much one query may ask for; RATIONALE.md has the reasons."""

from __future__ import annotations

import time

import msgspec

from control.monitoring.query.errors import TooMuch, TooSlow

POINTS = 11_000
LOOKBACK = 300_000_000
"""How old a sample may be that still holds, in microseconds."""
STALE = 0x7FF0000000000002
"""The bits of the sample that ends a series."""


class Limits(msgspec.Struct, frozen=True):
    """What one query may need at most. `samples` holds for what is read, and for any matrix on the way to the answer."""

    samples: int = 10_000_000
    series: int = 20_000
    window_samples: int = 1_000_000_000
    seconds: float = 30.0


class Budget:
    """The limits of one running query."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.began = time.monotonic()
        self.read = 0

    @property
    def left(self) -> float:
        """Seconds until the query is given up."""
        return self.began + self.limits.seconds - time.monotonic()

    def check(self) -> None:
        """Raises TooSlow once the time is over."""
        if self.left <= 0:
            raise TooSlow(f"query timed out: it took longer than {self.limits.seconds:g} s")

    def matrix(self, series: int, steps: int) -> None:
        """Raises TooMuch where a matrix would not fit."""
        if series * steps > self.limits.samples:
            words = f"query processing would load too many samples into memory: {series} series at {steps} steps each, of"
            raise TooMuch(f"{words} {self.limits.samples} allowed; ask for a larger step or fewer series")

    def fetched(self, series: int, samples: int) -> None:
        """Raises TooMuch where more was read than is allowed."""
        if series > self.limits.series:
            raise TooMuch(f"query selects {series} series or more, of {self.limits.series} allowed; add label matchers")
        self.read += samples
        if self.read > self.limits.samples:
            words = f"query processing would load too many samples into memory: more than {self.limits.samples}"
            raise TooMuch(f"{words}; ask for a shorter time, a larger step or fewer series")

    def windows(self, samples: int) -> None:
        """Raises TooMuch where overlapping windows would look at too many samples."""
        if samples > self.limits.window_samples:
            words = f"the windows of a range function would look at {samples} samples, of {self.limits.window_samples} allowed"
            raise TooMuch(f"{words}; ask for a shorter range or a larger step")
