"""Values on the way through an expression: whole matrices of series by steps, so that each operation is one over columns."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from control.monitoring.query.errors import QueryError
from control.monitoring.query.labels import Labels, labels
from control.monitoring.query.limits import STALE
from control.monitoring.query.store import Resolution, Series

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Vector(msgspec.Struct):
    """An instant vector at every step. `values` says something only where `found` does."""

    labels: list[Labels]
    values: Floats
    found: Mask

    @property
    def steps(self) -> int:
        return int(self.values.shape[1])

    def where(self, rows: Sequence[int] | NDArray[np.int64] | Mask) -> Vector:
        """Some of the rows, in that order."""
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == np.bool_ else index.astype(np.int64)
        return Vector([self.labels[n] for n in index], self.values[index], self.found[index])

    def filled(self) -> Vector:
        """Without the rows that have nothing."""
        has = np.atleast_1d(self.found.any(axis=1))
        return self if has.all() else self.where(has)


class Scalar(msgspec.Struct):
    """One number at every step."""

    values: Floats


class Samples(msgspec.Struct):
    """The samples of many series one after the other; `bounds[i]` to `bounds[i + 1]` are those of series i."""

    labels: list[Labels]
    times: NDArray[np.int64]
    values: Floats
    bounds: NDArray[np.int64]
    resolution: Resolution = Resolution.RAW

    def living(self) -> Samples:
        """Without the marks that end a series."""
        lives = self.values.view(np.uint64) != STALE
        if lives.all():
            return self
        kept = np.concatenate(([0], np.cumsum(lives)))
        return msgspec.structs.replace(self, times=self.times[lives], values=self.values[lives], bounds=kept[self.bounds])


Value = Vector | Scalar | Samples | str


def empty(steps: int) -> Vector:
    """No series."""
    return Vector([], np.zeros((0, steps)), np.zeros((0, steps), dtype=np.bool_))


def samples_of(found: list[Series]) -> Samples:
    """Series as a store gives them, sorted by labels as Prometheus has them."""
    rows = sorted(((labels(one.labels), one) for one in found), key=lambda row: row[0])
    sizes = [one.times.size for _, one in rows]
    nothing: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    return Samples(
        [name for name, _ in rows],
        np.concatenate([*(one.times for _, one in rows), *nothing]).astype(np.int64, copy=False),
        np.concatenate([*(one.values for _, one in rows), np.zeros(0)]).astype(np.float64, copy=False),
        np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))).astype(np.int64),
        max((one.resolution for _, one in rows), default=Resolution.RAW),
    )


def samples_in(vector: Vector, times: NDArray[np.int64]) -> Samples:
    """A vector's values as samples, for the functions that look at ranges."""
    counts = np.count_nonzero(vector.found, axis=1)
    at = np.broadcast_to(times, vector.found.shape)
    bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return Samples(vector.labels, at[vector.found], vector.values[vector.found], bounds)


SAME = "vector cannot contain metrics with the same labelset"


def merged(vector: Vector, *, strict: bool = False) -> Vector:
    """Rows of equal labels as one. Raises QueryError where two have a value at one step, or, when strict, at any."""
    if len(set(vector.labels)) == len(vector.labels):
        return vector
    filled = vector.filled()
    first: dict[Labels, int] = {}
    into = np.array([first.setdefault(name, len(first)) for name in filled.labels], dtype=np.int64)
    if len(first) == len(filled.labels):
        return filled
    if strict:
        raise QueryError(SAME)
    values = np.zeros((len(first), vector.steps))
    found = np.zeros((len(first), vector.steps), dtype=np.bool_)
    for row, target in enumerate(into):
        has = filled.found[row]
        if (found[target] & has).any():
            raise QueryError(SAME)
        values[target][has] = filled.values[row][has]
        found[target] |= has
    return Vector(list(first), values, found)
