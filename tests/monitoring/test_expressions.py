"""Every expression of expressions.txt, answered by Debian's Prometheus and by us over the same samples."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from control.monitoring.query.engine import Answer, Engine
from control.monitoring.query.errors import BadExpression, QueryError
from control.monitoring.query.values import sample
from tests.monitoring.figures import START, figures, store
from tests.monitoring.peer import MISSING, PROGRAM, prometheus

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=MISSING)

MOMENTS = (START / 1000 + 3600, START / 1000 + 5003.217, START / 1000 + 9590)
FROM, TO, STEP = START // 1000 + 600, START // 1000 + 9000, 137
ONLY_AT_MOMENTS = {"ordered", "moments"}
"""Ranges have no order of their own, and 2.42 loses some steps of a window that `@` holds fast under predict_linear."""
NEAR = 1e-9
Rows = list[tuple[tuple[tuple[str, str], ...], list[tuple[float, str]]]]


class Case(msgspec.Struct, frozen=True):
    """One line of the file."""

    section: str
    name: str
    expression: str


def cases() -> list[Case]:
    """All lines."""
    found, section = [], ""
    for line in Path(__file__).with_name("expressions.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, expression = line.partition(": ")
            found.append(Case(section, name, expression))
    return found


CASES = cases()
GOOD = [case for case in CASES if case.section != "errors"]
BAD = [case for case in CASES if case.section == "errors"]


def ids(of: list[Case]) -> list[str]:
    return [f"{case.section}: {case.name}".replace("[", "(") for case in of]


def test_names_are_unique_and_many() -> None:
    assert len({(case.section, case.name) for case in CASES}) == len(CASES)
    assert len(GOOD) >= 350
    assert len(BAD) >= 200


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(store(figures()))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with prometheus(tmp_path_factory.mktemp("prometheus"), figures()) as client:
        yield client


def ours(answer: Answer) -> Rows:
    if answer.kind == "string":
        return [((), [(answer.time / 1e6, answer.text)])]
    return [
        (line.labels, [(t / 1e6, sample(v)) for t, v in zip(line.times.tolist(), line.values.tolist(), strict=True)])
        for line in answer.lines
    ]


def parsed(data: dict[str, Any]) -> Rows:
    if data["resultType"] in {"scalar", "string"}:
        return [((), [tuple(data["result"])])]
    return [
        (tuple(sorted(row["metric"].items())), [tuple(point) for point in row.get("values", [row.get("value")])])
        for row in data["result"]
    ]


def near(mine: str, other: str) -> bool:
    if mine == other:
        return True
    try:
        a, b = float(mine), float(other)
    except ValueError:
        return False
    return (math.isnan(a) and math.isnan(b)) or a == b or abs(a - b) <= NEAR * max(abs(a), abs(b))


def compare(mine: Rows, other: Rows, *, ordered: bool) -> None:
    if not ordered:
        mine, other = sorted(mine), sorted(other)
    assert [labels for labels, _ in mine] == [labels for labels, _ in other]
    for (labels, points), (_, expected) in zip(mine, other, strict=True):
        assert [t for t, _ in points] == pytest.approx([t for t, _ in expected], abs=1e-6), labels
        wrong = [(p, q) for p, q in zip(points, expected, strict=True) if not near(p[1], q[1])]
        assert wrong == [], labels


async def ask(engine: Engine, case: Case) -> list[tuple[str, dict[str, Any], Answer | QueryError]]:
    """Our answers at the moments and over the time, with what a peer is asked for the same."""
    asked: list[tuple[str, dict[str, Any], Answer | QueryError]] = []
    for moment in MOMENTS:
        try:
            answer: Answer | QueryError = await engine.at(case.expression, round(moment * 1000) * 1000)
        except QueryError as error:
            answer = error
        asked.append(("/api/v1/query", {"query": case.expression, "time": moment}, answer))
    if case.section not in ONLY_AT_MOMENTS:
        try:
            answer = await engine.over(case.expression, FROM * 1_000_000, TO * 1_000_000, STEP * 1_000_000)
        except QueryError as error:
            answer = error
        asked.append(("/api/v1/query_range", {"query": case.expression, "start": FROM, "end": TO, "step": STEP}, answer))
    return asked


def words(error: QueryError, path: str) -> str:
    """The message as the API has it: of a moment it names the parameter."""
    named = isinstance(error, BadExpression) and path == "/api/v1/query"
    return f'invalid parameter "query": {error.message}' if named else error.message


@pytest.mark.parametrize("case", GOOD, ids=ids(GOOD))
def test_values(engine: Engine, theirs: httpx.Client, case: Case) -> None:
    for path, params, mine in asyncio.run(ask(engine, case)):
        answered = theirs.post(path, data=params).json()
        if answered["status"] == "error":
            # Such as a range's samples asked for over a time.
            assert isinstance(mine, QueryError), answered
            assert (mine.kind, words(mine, path)) == (answered["errorType"], answered["error"])
            assert case.section == "moments"
            continue
        assert isinstance(mine, Answer), mine
        assert mine.kind == answered["data"]["resultType"]
        ordered = case.section == "ordered" or path.endswith("range")
        compare(ours(mine), parsed(answered["data"]), ordered=ordered)


@pytest.mark.parametrize("case", BAD, ids=ids(BAD))
def test_errors(engine: Engine, theirs: httpx.Client, case: Case) -> None:
    for path, params, mine in asyncio.run(ask(engine, case)):
        answered = theirs.post(path, data=params).json()
        assert answered["status"] == "error", "the peer answers this"
        assert isinstance(mine, QueryError), "answered by us alone"
        assert (mine.kind, words(mine, path)) == (answered["errorType"], answered["error"])
