"""Asking about the metrics of the caller's organisation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from control.core.context import Context
from control.core.errors import Unavailable
from control.monitoring.query.engine import Answer, Engine
from control.monitoring.query.limits import LOOKBACK, Budget, Limits
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.postgres import PostgresStore
from control.monitoring.query.store import Metadata, Series

LIMITS = Limits()
_WAIT = 10.0
"""Seconds that a query waits for its turn."""


def _store(ctx: Context) -> PostgresStore:
    # Equal labels of two organisations are different series: one organisation is asked at a time.
    # One clock for the whole query, so that all its reads take the same tables.
    now = time.time_ns() // 1000
    return PostgresStore(lambda: ctx.transaction("own"), lambda: now)


async def at(ctx: Context, expression: str, moment: int) -> Answer:
    """The value of an expression at one moment (microseconds). Raises QueryError; Unavailable when too many ask."""
    async with _Turn(ctx):
        return await Engine(_store(ctx), LIMITS).at(expression, moment)


async def over(ctx: Context, expression: str, start: int, end: int, step: int) -> Answer:
    """Its values from start to end, every step (microseconds). Raises as `at`."""
    async with _Turn(ctx):
        return await Engine(_store(ctx), LIMITS).over(expression, start, end, step)


async def selected(ctx: Context, matchers: Sequence[Matcher], start: int, end: int) -> list[Series]:
    """Counters as they were from some minutes before `start` to `end` (microseconds), read from the coarsest table that is fine
    enough for that time. Raises as `at`."""
    async with _Turn(ctx):
        found = await _store(ctx).select(
            matchers, start - LOOKBACK, end, step=0, column="increase", window=end - start,
            series=LIMITS.series + 1, samples=LIMITS.samples + 1,
        )  # fmt: skip
    Budget(LIMITS).fetched(len(found), sum(one.times.size for one in found))
    return found


async def series(ctx: Context, selectors: Sequence[Sequence[Matcher]], start: int, end: int, limit: int) -> list[dict[str, str]]:
    """The labels of the series that any of the selectors chooses, each once. Raises QueryError."""
    found: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    store = _store(ctx)
    for matchers in selectors:
        for labels in await store.labels(matchers, start, end, limit):
            found.setdefault(tuple(sorted(labels.items())), labels)
    return [found[key] for key in sorted(found)[:limit]]


async def label_values(ctx: Context, label: str, selectors: Sequence[Sequence[Matcher]], limit: int) -> list[str]:
    """The values of a label, sorted, in the series that any of the selectors chooses; in all when there is none."""
    store = _store(ctx)
    found = {value for matchers in selectors or [[]] for value in await store.label_values(label, matchers, limit)}
    return sorted(found)[:limit]


async def label_names(ctx: Context, selectors: Sequence[Sequence[Matcher]], limit: int) -> list[str]:
    """The names of labels; as `label_values`."""
    store = _store(ctx)
    return sorted({name for matchers in selectors or [[]] for name in await store.label_names(matchers, limit)})[:limit]


async def metadata(ctx: Context, metric: str | None, limit: int) -> dict[str, list[Metadata]]:
    """What senders said about metrics."""
    return await _store(ctx).metadata(metric, limit)


class _Turn:
    """A query's place among those that run at one time in this process."""

    def __init__(self, ctx: Context) -> None:
        self._places = ctx.runtime.queries

    async def __aenter__(self) -> None:
        try:
            async with asyncio.timeout(_WAIT):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable("Too many queries are running right now; try again shortly.") from None

    async def __aexit__(self, *_: object) -> None:
        self._places.release()
