"""Samples in PostgreSQL: series of the tenant by its row level security, values through functions that join them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from control.core.db import Transaction
from control.monitoring.query import queries as q
from control.monitoring.query.errors import TooMuch
from control.monitoring.query.labels import NAME
from control.monitoring.query.limits import LOOKBACK, STALE
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.store import Column, Metadata, Resolution, Series, chosen
from control.monitoring.query.tables import Kept, parts, resolution

MOST_CANDIDATES = 200_000
"""Series whose labels are looked at for one selector."""
_EPOCH = 946_684_800_000_000
"""PostgreSQL counts from 2000-01-01; microseconds since 1970."""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = -(10**15), 4 * 10**15
_AT_ONCE = 2_000_000
"""Values that one statement reads, as far as can be told beforehand."""
_TIME_LIMIT_MS = 30_000
_LITERAL_MARKS = frozenset(r"\.+*?()[]{}^$")
_LABELS = msgspec.json.Decoder(dict[str, str])
Found = dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]]
Pieces = dict[int, list[tuple[NDArray[np.int64], NDArray[np.float64]]]]


class _Row(msgspec.Struct):
    id: int
    name: str
    labels: str


class _Family(msgspec.Struct):
    name: str
    type: str
    help: str
    unit: str


class PostgresStore:
    """One tenant's metrics. `open` gives a transaction that works for it; `now` is the clock, in microseconds."""

    def __init__(
        self,
        open_transaction: Callable[[], AbstractAsyncContextManager[Transaction]],
        now: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._open = open_transaction
        self._now = now

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
        """See `Store`. Raises TooMuch where the matchers leave too many series to look at."""
        now = self._now()
        async with self._open() as tx:
            await tx.value(q.SQL.bounds, milliseconds=str(_TIME_LIMIT_MS))
            known = await _series(tx, matchers, series)
            if not known:
                return []
            kept = await tx.one(Kept, q.SQL.kept)
            table = by
            if table is None:
                first = start + (window or LOOKBACK)
                table = resolution(first, end, step=step, window=window, column=column, kept=kept, now=now)
            pieces = parts(table, start, end, now, kept.waiting)
            found = await _values(tx, sorted(known), table, column, pieces, samples)
        return [
            Series(labels=known[key], times=times, values=values, resolution=table)
            for key, (times, values) in found.items()
            if times.size
        ]

    async def labels(self, matchers: Sequence[Matcher], start: int, end: int, limit: int) -> list[dict[str, str]]:
        """Of all series that there are: when each was last seen is not kept."""
        del start, end
        async with self._open() as tx:
            await tx.value(q.SQL.bounds, milliseconds=str(_TIME_LIMIT_MS))
            return list((await _series(tx, matchers, limit)).values())

    async def metadata(self, metric: str | None, limit: int) -> dict[str, list[Metadata]]:
        async with self._open() as tx:
            rows = await tx.all(_Family, q.SQL.families, name=metric, most=limit)
        return {row.name: [Metadata(row.type, row.help, row.unit)] for row in rows}


async def _series(tx: Transaction, matchers: Sequence[Matcher], most: int) -> dict[int, dict[str, str]]:
    """The labels of the chosen series by id, at most so many. Raises TooMuch."""
    names, labels = narrowed(matchers)
    rows = await tx.all(_Row, q.SQL.series, names=names, labels=msgspec.json.encode(labels).decode(), most=MOST_CANDIDATES + 1)
    if len(rows) > MOST_CANDIDATES:
        raise TooMuch(
            f"the label matchers leave more than {MOST_CANDIDATES} series to look at; name the metric, or a label's value"
        )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        one = {NAME: row.name, **_LABELS.decode(row.labels)}
        if chosen(one, matchers):
            found[row.id] = one
            if len(found) >= most:
                break
    return found


def narrowed(matchers: Sequence[Matcher]) -> tuple[list[str] | None, dict[str, str]]:
    """What an index can tell: names, None for any, and labels that must be equal."""
    names: list[str] | None = None
    labels: dict[str, str] = {}
    for matcher in matchers:
        values = _alternatives(matcher)
        if values is None:
            continue
        if matcher.name == NAME:
            names = values if names is None else [name for name in names if name in values]
        elif len(values) == 1 and values[0]:
            labels[matcher.name] = values[0]
    return names, labels


def _alternatives(matcher: Matcher) -> list[str] | None:
    """The values that a matcher lets through, where they can be counted: `a`, or `a|b` as an expression."""
    if matcher.op == "=":
        return [matcher.value]
    if matcher.op == "=~" and not _LITERAL_MARKS.intersection(matcher.value):
        return matcher.value.split("|")
    return None


def _moment(micro: int) -> datetime:
    return _FIRST + timedelta(microseconds=min(max(micro, _EARLIEST), _LATEST))


async def _values(
    tx: Transaction, ids: list[int], table: Resolution, column: Column, spans: list[tuple[Resolution, int, int]], most: int
) -> Found:
    """Values by series, from several tables where the newest are not in the coarse one yet. Stops soon after `most`."""
    pieces: Pieces = {}
    total, counter = 0, table > Resolution.RAW and column == "increase"
    for part, begin, until in spans:
        # After another table the time is open at its beginning; at the very start it is not.
        after = begin > spans[0][1]
        per_series = max(1, (until - begin) // (part.micro or 10_000_000))
        size = max(1, _AT_ONCE // per_series)
        for at in range(0, len(ids), size):
            read = await _read(tx, ids[at : at + size], part, column, begin, until, rolled=table > Resolution.RAW, after=after)
            for key, one in read.items():
                pieces.setdefault(key, []).append(one)
                total += one[0].size
            if total > most:
                return _joined(pieces, counter=counter)
    return _joined(pieces, counter=counter)


def _joined(pieces: Pieces, *, counter: bool) -> Found:
    """Each series as one; what a counter rose by becomes a counter again."""
    found: Found = {}
    for key, several in pieces.items():
        times, values = (np.concatenate(column) for column in zip(*several, strict=True))
        found[key] = times, np.cumsum(values) if counter else values
    return found


async def _read(
    tx: Transaction, ids: list[int], part: Resolution, column: Column, begin: int, until: int, *, rolled: bool, after: bool
) -> Found:
    """One table's values in that time. For roll-ups' sake samples become what a roll-up of each alone would be."""
    if part is Resolution.RAW:
        before = LOOKBACK if rolled and column == "increase" else 0
        found = await _columns(tx, q.SQL.samples, wanted=ids, first=_moment(begin - before), last=_moment(until))
        if not rolled:
            return found
        return {key: _as_rollup(times, values, column, begin) for key, (times, values) in found.items()}
    found = await _columns(
        tx, q.SQL.rollups, wanted=ids, step=part.value, figure=column, first=_moment(begin - (0 if after else part.micro)),
        last=_moment(until - part.micro),
    )  # fmt: skip
    return {key: (times + part.micro, values) for key, (times, values) in found.items()}


def _as_rollup(
    times: NDArray[np.int64], values: NDArray[np.float64], column: Column, begin: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    lives = values.view(np.uint64) != STALE
    times, values = times[lives], values[lives]
    match column:
        case "count":
            values = np.ones_like(values)
        case "increase":
            steps = np.diff(values, prepend=values[:1])
            values = np.where(steps < 0, values, steps)
        case _:
            pass
    # The buckets before have all that is older.
    inside = times >= begin
    return times[inside], values[inside]


async def _columns(tx: Transaction, sql: str, **params: Any) -> Found:
    """Times and values as the functions pack them: numbers of 64 bits, the most significant byte first, in no order."""
    async with tx.connection.cursor(binary=True) as cursor:
        await cursor.execute(sql, params)
        return {key: _sorted(*packed) for key, *packed in await cursor.fetchall()}


def _sorted(times: bytes, values: bytes, batches: bytes | None = None) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ascending in time; of several values at one time that of the highest batch."""
    t = np.frombuffer(times, dtype=">i8").astype(np.int64) + _EPOCH
    v = np.frombuffer(values, dtype=">f8").astype(np.float64)
    if np.all(t[1:] > t[:-1]):
        return t, v
    if batches is None:
        order = np.argsort(t, kind="stable")
        return t[order], v[order]
    order = np.lexsort((np.frombuffer(batches, dtype=">i4"), t))
    t, v = t[order], v[order]
    newest = np.append(t[1:] != t[:-1], True)
    return t[newest], v[newest]
