"""Reading the values of series that are known: several tables as one, packed columns as arrays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from control.core.db import Transaction
from control.monitoring.query import queries as q
from control.monitoring.query.limits import LOOKBACK, STALE
from control.monitoring.query.store import Column, Resolution

_EPOCH = 946_684_800_000_000
"""PostgreSQL counts from 2000-01-01; microseconds since 1970."""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = -(10**15), 4 * 10**15
_AT_ONCE = 2_000_000
"""Values that one statement reads, as far as can be told beforehand."""
Found = dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]]
Pieces = dict[int, list[tuple[NDArray[np.int64], NDArray[np.float64]]]]


def _moment(micro: int) -> datetime:
    return _FIRST + timedelta(microseconds=min(max(micro, _EARLIEST), _LATEST))


async def values(
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
