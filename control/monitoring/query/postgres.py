"""Samples in PostgreSQL: series of the tenant by its row level security, values through functions that join them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec

from control.core.db import Transaction
from control.monitoring.query import queries as q
from control.monitoring.query.errors import TooMuch
from control.monitoring.query.labels import NAME
from control.monitoring.query.limits import LOOKBACK
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.reading import values
from control.monitoring.query.store import Column, Metadata, Resolution, Series, chosen
from control.monitoring.query.tables import Kept, parts, resolution

MOST_CANDIDATES = 200_000
"""Series whose labels are looked at for one selector."""
_TIME_LIMIT_MS = 30_000
_MANY = 1 << 30
_LITERAL_MARKS = frozenset(r"\.+*?()[]{}^$")
_LABELS = msgspec.json.Decoder(dict[str, str])


class _Row(msgspec.Struct):
    id: int
    name: str
    labels: str


class _Name(msgspec.Struct):
    name: str


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
            found = await values(tx, sorted(known), table, column, pieces, samples)
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

    async def label_values(self, label: str, matchers: Sequence[Matcher], limit: int) -> list[str]:
        """The values of a label, sorted. Where an index can tell which series are meant, however many they are."""
        async with self._open() as tx:
            await tx.value(q.SQL.bounds, milliseconds=str(_TIME_LIMIT_MS))
            names, labels = narrowed(matchers)
            if not all(_is_told(matcher) for matcher in matchers):
                found = {one[label] for one in (await _series(tx, matchers, _MANY)).values() if label in one}
                return sorted(found)[:limit]
            if label == NAME and not matchers:
                rows = await tx.all(_Name, q.SQL.names, most=limit)
            else:
                encoded = msgspec.json.encode(labels).decode()
                rows = await tx.all(_Name, q.SQL.label_values, label=label, names=names, labels=encoded, most=limit)
        return [row.name for row in rows]

    async def label_names(self, matchers: Sequence[Matcher], limit: int) -> list[str]:
        """The names of labels, sorted; as `label_values`."""
        async with self._open() as tx:
            await tx.value(q.SQL.bounds, milliseconds=str(_TIME_LIMIT_MS))
            names, labels = narrowed(matchers)
            if not all(_is_told(matcher) for matcher in matchers):
                return sorted({name for one in (await _series(tx, matchers, _MANY)).values() for name in one})[:limit]
            encoded = msgspec.json.encode(labels).decode()
            rows = await tx.all(_Name, q.SQL.label_names, names=names, labels=encoded, most=limit)
        return sorted({NAME, *(row.name for row in rows)})[:limit] if rows or await self._any(matchers) else []

    async def _any(self, matchers: Sequence[Matcher]) -> bool:
        """Whether there is a series, be it one without labels."""
        return bool(await self.label_values(NAME, matchers, 1))

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


def _is_told(matcher: Matcher) -> bool:
    """Whether `narrowed` says all that a matcher means."""
    values = _alternatives(matcher)
    return values is not None and (matcher.name == NAME or (len(values) == 1 and values[0] != ""))


def _alternatives(matcher: Matcher) -> list[str] | None:
    """The values that a matcher lets through, where they can be counted: `a`, or `a|b` as an expression."""
    if matcher.op == "=":
        return [matcher.value]
    if matcher.op == "=~" and not _LITERAL_MARKS.intersection(matcher.value):
        return matcher.value.split("|")
    return None
