"""A query from its text to its answer."""

from __future__ import annotations

import asyncio
from typing import Literal

import msgspec
import numpy as np

from control.monitoring.query.check import type_of
from control.monitoring.query.errors import BadExpression, BadQuery, QueryError, TooSlow
from control.monitoring.query.evaluate import Data, Evaluation
from control.monitoring.query.labels import Labels
from control.monitoring.query.limits import POINTS, Budget, Limits
from control.monitoring.query.parser import parse
from control.monitoring.query.plan import Read, reads
from control.monitoring.query.steps import MILLI, Span, Steps, Times, inner, reach
from control.monitoring.query.store import Resolution, Store
from control.monitoring.query.syntax import WORDS, Node, Range, Subquery, bare
from control.monitoring.query.vector import SAME, Floats, Scalar, Vector, samples_in, samples_of

Kind = Literal["scalar", "string", "vector", "matrix"]


class Line(msgspec.Struct):
    """One series of an answer: labels, times in microseconds, values."""

    labels: Labels
    times: Times
    values: Floats


class Answer(msgspec.Struct):
    """What a query gave. A vector's lines have one point each; a scalar and a string have one line without labels."""

    kind: Kind
    lines: list[Line] = []
    text: str = ""
    time: int = 0
    resolution: Resolution = Resolution.RAW


class Engine:
    """Answers queries over one store."""

    def __init__(self, store: Store, limits: Limits | None = None) -> None:
        self.store = store
        self.limits = limits or Limits()

    async def at(self, text: str, time: int) -> Answer:
        """The value at one moment (microseconds). Raises QueryError."""
        tree = parse(text)
        steps = Steps(time, time, 1)
        return await self._run(tree, steps, instant=True)

    async def over(self, text: str, start: int, end: int, step: int) -> Answer:
        """The values from start to end, every step (microseconds). Raises QueryError."""
        if end < start:
            raise BadQuery('invalid parameter "end": end timestamp must not be before start time')
        if step <= 0:
            words = "zero or negative query resolution step widths are not accepted. Try a positive integer"
            raise BadQuery(f'invalid parameter "step": {words}')
        steps = Steps(start, end, step)
        if (end - start) // step > POINTS:
            words = (
                f"exceeded maximum resolution of {POINTS:,} points per timeseries. Try decreasing the query resolution (?step=XX)"
            )
            raise BadQuery(words)
        tree = parse(text)
        found = type_of(tree)
        if found not in {"scalar", "vector"}:
            raise BadExpression(f'invalid expression type "{WORDS[found]}" for range query, must be Scalar or instant Vector')
        return await self._run(tree, steps, instant=False)

    async def _run(self, tree: Node, steps: Steps, *, instant: bool) -> Answer:
        budget = Budget(self.limits)
        span = Span(steps.start, steps.end)
        try:
            async with asyncio.timeout(budget.left):
                data = {node: await self._read(read, budget) for node, read in reads(tree, steps, span).items()}
        except TimeoutError:
            raise TooSlow(f"query timed out: it took longer than {self.limits.seconds:g} s to read the samples") from None
        work = Evaluation(data, span, budget)
        answer = await asyncio.to_thread(_instant if instant else _ranged, work, tree, steps)
        answer.resolution = max((one.samples.resolution for one in data.values()), default=Resolution.RAW)
        return answer

    async def _read(self, read: Read, budget: Budget) -> Data:
        limits = self.limits
        exact = Resolution.RAW if read.exact else None
        left = limits.samples - budget.read + 1
        found = await self.store.select(
            read.matchers, read.start, read.end, step=read.step, by=exact, column=read.column, window=read.window,
            series=limits.series + 1, samples=left,
        )  # fmt: skip
        budget.fetched(len(found), sum(one.times.size for one in found))
        samples = samples_of(found)
        if len(set(samples.labels)) != len(samples.labels):
            raise QueryError(SAME)
        data = Data(read, samples)
        if read.column == "sum" and samples.resolution > Resolution.RAW:
            counts = await self.store.select(
                read.matchers, read.start, read.end, step=read.step, by=samples.resolution, column="count", window=read.window,
                series=limits.series + 1, samples=left,
            )  # fmt: skip
            budget.fetched(len(counts), sum(one.times.size for one in counts))
            data.counts = samples_of(counts)
        return data


def _ranged(work: Evaluation, tree: Node, steps: Steps) -> Answer:
    found = work.value(tree, steps)
    if isinstance(found, Scalar):
        return Answer("matrix", [Line((), steps.times, found.values)])
    if not isinstance(found, Vector):
        raise QueryError("the expression has no value at a moment")
    times = steps.times
    lines = [
        Line(found.labels[row], times[found.found[row]], found.values[row][found.found[row]])
        for row in np.flatnonzero(found.found.any(axis=1))
    ]
    lines.sort(key=lambda line: line.labels)
    return Answer("matrix", lines)


def _instant(work: Evaluation, tree: Node, steps: Steps) -> Answer:
    node, time = bare(tree), steps.start
    if isinstance(node, Range | Subquery):
        return _raw(work, node, steps)
    found = work.value(tree, steps)
    match found:
        case str():
            return Answer("string", text=found, time=time)
        case Scalar():
            return Answer("scalar", [Line((), steps.times, found.values)], time=time)
        case Vector():
            rows = np.flatnonzero(found.found[:, 0])
            lines = [Line(found.labels[row], steps.times, found.values[row]) for row in rows]
            return Answer("vector", lines, time=time)
        case _:
            raise QueryError("the expression has no value at a moment")


def _raw(work: Evaluation, node: Range | Subquery, steps: Steps) -> Answer:
    """The samples of a range themselves."""
    if isinstance(node, Range):
        samples = work.data[id(node.selector)].samples.living()
        last = reach(node.selector, steps, work.span)[1]
    else:
        within = inner(node, steps, work.span)
        samples = samples_in(work.vector(node.expr, within), within.times)
        last = reach(node, steps, work.span)[1]
    first = last - node.width * MILLI
    lines = []
    for row, name in enumerate(samples.labels):
        part = slice(samples.bounds[row], samples.bounds[row + 1])
        times, values = samples.times[part], samples.values[part]
        inside = (times >= first) & (times <= last)
        if inside.any():
            lines.append(Line(name, times[inside], values[inside]))
    lines.sort(key=lambda line: line.labels)
    return Answer("matrix", lines, time=steps.start)
