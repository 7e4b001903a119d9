"""How long to wait before a crashed program starts again."""

from __future__ import annotations

FIRST = 0.05
SECOND = 0.2
LONGEST = 10.0
HEALTHY = 30.0
"""Seconds of life after which earlier crashes are forgotten."""


class Backoff:
    """At once for the first crash, then doubling pauses, so that a program that cannot live does not eat the machine."""

    def __init__(self) -> None:
        self._crashes = 0

    def after(self, lived: float) -> float:
        """The pause in seconds after a crash of a program that lived for `lived` seconds."""
        if lived >= HEALTHY:
            self._crashes = 0
        pause = FIRST if self._crashes == 0 else min(LONGEST, SECOND * 2.0 ** (self._crashes - 1))
        self._crashes = min(self._crashes + 1, 16)
        return pause
