"""How much a query may ask for, and that nothing a stranger writes exhausts the stack or the memory."""

from __future__ import annotations

import time

import numpy as np
import pytest

from control.monitoring.query.engine import Engine
from control.monitoring.query.errors import QueryError
from control.monitoring.query.limits import Limits
from control.monitoring.query.parser import DEEPEST, LONGEST, parse
from control.monitoring.query.store import MemoryStore, Series, named

NOW = 1_767_225_600_000_000
HOUR = 3_600_000_000


def _store(series: int = 20, samples: int = 240) -> MemoryStore:
    times = NOW - 15_000_000 * np.arange(samples, dtype=np.int64)[::-1]
    values = np.arange(samples, dtype=np.float64)
    return MemoryStore([Series(labels=named("x", n=str(n)), times=times, values=values) for n in range(series)])


AT_MOMENT = [
    ("x", Limits(series=10), "query selects 20 series or more, of 10 allowed"),
    ("x[1h]", Limits(samples=1000), "too many samples into memory: more than 1000"),
    ("sum_over_time(x[1h:1s])", Limits(samples=10_000), "20 series at 3601 steps each, of 10000 allowed"),
    ("max_over_time(x[10y:1ms])", Limits(), "a subquery would be evaluated 315360000001 times"),
    ("max_over_time((max_over_time(x[1d:1s]))[1d:1s])", Limits(), "a range function would look at 6"),
    ("sum_over_time(x[1h])", Limits(window_samples=100), "the windows of a range function would look at"),
    ("x + on() group_left x", Limits(), "found duplicate series for the match group"),
    ('count_values("v", x * vector(1)) or sum(x)', Limits(seconds=0.0), "query timed out"),
    ("x" + " + x" * DEEPEST, Limits(), "nested deeper"),
]


@pytest.mark.parametrize(("expression", "limits", "words"), AT_MOMENT, ids=[words for _, _, words in AT_MOMENT])
async def test_one_moment(expression: str, limits: Limits, words: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryError, match=words):
        await Engine(_store(), limits).at(expression, NOW)
    assert time.monotonic() - began < 5


OVER_TIME = [
    (11_001 * 1_000_000, 1_000_000, "bad_data", r"exceeded maximum resolution of 11,000 points per timeseries"),
    (HOUR, 0, "bad_data", "zero or negative query resolution"),
    (-HOUR, 1_000_000, "bad_data", "end timestamp must not be before start time"),
]


@pytest.mark.parametrize(("length", "step", "kind", "words"), OVER_TIME)
async def test_over_time(length: int, step: int, kind: str, words: str) -> None:
    with pytest.raises(QueryError, match=words) as found:
        await Engine(_store()).over("x", NOW, NOW + length, step)
    assert found.value.kind == kind


async def test_as_many_points_as_are_allowed() -> None:
    answer = await Engine(_store(1)).over("vector(1)", NOW, NOW + 11_000 * 1_000_000, 1_000_000)
    assert answer.lines[0].times.size == 11_001


NASTY = {
    "parentheses": "(" * 20_000 + "1" + ")" * 20_000,
    "calls": "abs(" * 10_000 + "x" + ")" * 10_000,
    "signs": "-" * 60_000 + "1",
    "sums": "1" + "+1" * 30_000,
    "powers": "2" + "^2" * 30_000,
    "offsets": "x" + " offset 1m" * 6000,
    "subqueries": "x" + "[1m:1m]" * 9000,
    "too long": "x" * (LONGEST + 1),
    "open braces": "x{" * 30_000,
    "expression": 'x{a=~"' + "(" * 3000 + '"}',
    "repetition": 'x{a=~"((a{1,100}){1,100}){1,100}"}',
    "long expression": 'x{a=~"' + "a" * 5000 + '"}',
    "digits": "1" * 60_000 + "x",
    "huge duration": "x[" + "9" * 30_000 + "m]",
    "huge number": "0x" + "f" * 60_000,
    "escapes": '"' + "\\q" * 30_000 + '"',
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_texts_are_refused_quickly(name: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryError):
        parse(NASTY[name])
    assert time.monotonic() - began < 2


def test_an_expression_as_deep_as_is_allowed() -> None:
    levels = DEEPEST - 2
    parse("(" * levels + "1" + ")" * levels)


async def test_as_deep_as_is_allowed_is_answered() -> None:
    levels = DEEPEST - 2
    answer = await Engine(_store()).at("-(" * (levels // 3) + "1" + ")" * (levels // 3), NOW)
    assert abs(answer.lines[0].values[0]) == 1
