"""Where samples come from, as the engine sees it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from control.monitoring.query.labels import NAME
from control.monitoring.query.matchers import Matcher


class Resolution(IntEnum):
    """How far apart the kept values are, in seconds; 0 is every sample as it was sent."""

    RAW = 0
    MINUTE = 60
    FIVE_MINUTES = 300
    HOUR = 3600
    DAY = 86_400

    @property
    def micro(self) -> int:
        return self.value * 1_000_000


Column = Literal["last", "avg", "sum", "min", "max", "count", "increase"]
"""Which figure of a roll-up stands for its samples. Where every sample is read, the column makes no difference."""


class Series(msgspec.Struct, kw_only=True):
    """One series: its labels with `__name__`, times in microseconds, ascending and unique, and values.

    `resolution` is that of the table the values were read from. In a roll-up a value stands at the end of its bucket; those of
    `increase` are added up, so that they are a counter that is never reset.
    """

    labels: dict[str, str]
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    resolution: Resolution = Resolution.RAW


class Metadata(msgspec.Struct):
    """What a sender said about a metric."""

    type: str
    help: str
    unit: str


class Store(Protocol):
    """Samples of one tenant. Times are microseconds, both ends included.

    `step` is how far apart the answers are, 0 for one answer; `window` is the range that a function looks back, 0 for none;
    `by` names the table to read instead of leaving the choice to the store. `series` and `samples` are how many the caller takes
    at most: a store may stop as soon as there are more, and answer what it has by then.
    """

    async def select(
        self,
        matchers: Sequence[Matcher],
        start: int,
        end: int,
        *,
        step: int,
        by: Resolution | None = None,
        column: Column = "last",
        window: int = 0,
        series: int = 1 << 30,
        samples: int = 1 << 40,
    ) -> list[Series]: ...

    async def labels(self, matchers: Sequence[Matcher], start: int, end: int, limit: int) -> list[dict[str, str]]:
        """The labels of the series that have samples in that time, or may have."""
        ...

    async def metadata(self, metric: str | None, limit: int) -> dict[str, list[Metadata]]:
        """What is known about metrics, by name."""
        ...


def chosen(labels: dict[str, str], matchers: Sequence[Matcher]) -> bool:
    """Whether every matcher is satisfied."""
    return all(matcher.matches(labels.get(matcher.name, "")) for matcher in matchers)


class MemoryStore:
    """Series in memory, for tests and for evaluating over what was just received."""

    def __init__(self, series: Sequence[Series] = (), metadata: dict[str, list[Metadata]] | None = None) -> None:
        self.series = list(series)
        self.known = metadata or {}

    async def select(
        self,
        matchers: Sequence[Matcher],
        start: int,
        end: int,
        *,
        step: int,
        by: Resolution | None = None,
        column: Column = "last",
        window: int = 0,
        series: int = 1 << 30,
        samples: int = 1 << 40,
    ) -> list[Series]:
        del step, by, column, window, series, samples  # every sample is here
        found: list[Series] = []
        for one in self.series:
            if chosen(one.labels, matchers):
                low, high = np.searchsorted(one.times, [start, end + 1])
                if high > low:
                    found.append(Series(labels=one.labels, times=one.times[low:high], values=one.values[low:high]))
        return found

    async def labels(self, matchers: Sequence[Matcher], start: int, end: int, limit: int) -> list[dict[str, str]]:
        return [one.labels for one in await self.select(matchers, start, end, step=0)][:limit]

    async def metadata(self, metric: str | None, limit: int) -> dict[str, list[Metadata]]:
        names = [name for name in self.known if metric in {None, name}]
        return {name: self.known[name] for name in names[:limit]}


def series(labels: dict[str, str], points: Sequence[tuple[float, float]]) -> Series:
    """A series from (seconds, value) pairs."""
    times = np.array([round(t * 1_000_000) for t, _ in points], dtype=np.int64)
    return Series(labels=labels, times=times, values=np.array([v for _, v in points], dtype=np.float64))


def named(metric: str, **more: str) -> dict[str, str]:
    """The labels of a metric's series."""
    return {NAME: metric, **more}
