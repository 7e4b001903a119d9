"""The store in PostgreSQL: whose series are seen, which table answers, and that the values are right."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest

from control.core.db import Scope
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.monitoring.query.engine import Engine
from control.monitoring.query.errors import TooMuch
from control.monitoring.query.limits import Limits
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.postgres import PostgresStore, narrowed
from control.monitoring.query.store import Resolution, Series
from tests.monitoring.kept import keep, roll_up
from tests.world import World

NOW = 1_767_571_200
"""2026-01-05T00:00:00Z."""
DAY = 86_400
Stores = Callable[[str], PostgresStore]


@pytest.fixture
def stores(runtime: Runtime, world: World) -> Stores:
    """The store of an organisation."""

    def of(name: str) -> PostgresStore:
        scope = Scope(world.organizations[name])
        return PostgresStore(lambda: runtime.database.transaction(scope), lambda: NOW * 1_000_000)

    return of


def _org(world: World, name: str) -> UUID:
    return world.organizations[name]


def _line(start: int, end: int, every: int, rise: float = 1.0) -> list[tuple[float, float]]:
    return [(float(t), (t - start) / every * rise) for t in range(start, end, every)]


async def test_series_are_their_organisations(world: World, settings: Settings, stores: Stores) -> None:
    for org, value in (("apple", 1.0), ("birch", 2.0)):
        keep(settings, _org(world, org), [({"__name__": "load", "host": "h"}, [(NOW - 60.0, value)])])
    for org, expected in (("apple", [1.0]), ("birch", [2.0]), ("cherry", []), ("north", [])):
        answer = await Engine(stores(org)).at("load", NOW * 1_000_000)
        assert [line.values[0] for line in answer.lines] == expected, org
        assert [one["host"] for one in await stores(org).labels([], 0, 0, 10)] == ["h" for _ in expected]


async def test_the_later_batch_counts(world: World, settings: Settings, stores: Stores) -> None:
    labels = {"__name__": "load"}
    keep(settings, _org(world, "apple"), [(labels, [(NOW - 30.5, 1.0), (NOW - 20.0, 5.0)])], batch=7)
    keep(settings, _org(world, "apple"), [(labels, [(NOW - 30.5, 2.0)])], batch=9)
    keep(settings, _org(world, "apple"), [(labels, [(NOW - 30.5, 3.0)])], batch=8)
    answer = await Engine(stores("apple")).at("load[1m]", NOW * 1_000_000)
    assert answer.lines[0].values.tolist() == [2.0, 5.0]
    assert answer.lines[0].times.tolist() == [(NOW * 2 - 61) * 500_000, (NOW - 20) * 1_000_000]


SELECTED = [
    ('load{host="a"}', ["a"]),
    ('load{host=~"a|b"}', ["a", "b"]),
    ('load{host!="a"}', ["", "b", "b.c"]),
    ('load{host=""}', [""]),
    ('load{host=~"b.c"}', ["b.c"]),
    ('load{host=~"b.*"}', ["b", "b.c"]),
    ('{__name__=~"load|other",host="a"}', ["a", "a"]),
    ('{__name__=~"lo.*",host="a"}', ["a"]),
    ('{host="a",host!~"x"}', ["a", "a"]),
    ('load{host=~"|a"}', ["", "a"]),
    ('load{nosuch="x"}', []),
]


@pytest.mark.parametrize(("expression", "hosts"), SELECTED, ids=[expression for expression, _ in SELECTED])
async def test_matchers(world: World, settings: Settings, stores: Stores, expression: str, hosts: list[str]) -> None:
    series = [
        ({"__name__": "load", "host": host} if host else {"__name__": "load"}, [(NOW - 5.0, 1.0)])
        for host in ("a", "b", "b.c", "")
    ]
    keep(settings, _org(world, "apple"), [*series, ({"__name__": "other", "host": "a"}, [(NOW - 5.0, 1.0)])])
    answer = await Engine(stores("apple")).at(expression, NOW * 1_000_000)
    assert sorted(dict(line.labels).get("host", "") for line in answer.lines) == hosts


NARROWED = [
    ([Matcher("__name__", "=", "x")], (["x"], {})),
    ([Matcher("__name__", "=~", "x|y")], (["x", "y"], {})),
    ([Matcher("__name__", "=~", "x.*")], (None, {})),
    ([Matcher("__name__", "=~", "x|y"), Matcher("__name__", "=", "y")], (["y"], {})),
    ([Matcher("a", "=", "1"), Matcher("b", "=", ""), Matcher("c", "!=", "1")], (None, {"a": "1"})),
    ([Matcher("a", "=~", "(?i)x")], (None, {})),
]


@pytest.mark.parametrize(("matchers", "expected"), NARROWED)
def test_what_the_index_is_asked(matchers: list[Matcher], expected: object) -> None:
    assert narrowed(matchers) == expected


async def test_too_many_series(world: World, settings: Settings, stores: Stores) -> None:
    series = [({"__name__": "load", "host": str(n)}, [(NOW - 5.0, 1.0)]) for n in range(5)]
    keep(settings, _org(world, "apple"), series)
    with pytest.raises(TooMuch, match="query selects 4 series or more, of 3 allowed"):
        await Engine(stores("apple"), Limits(series=3)).at("load", NOW * 1_000_000)


@pytest.fixture
def rolled(world: World, settings: Settings) -> Settings:
    """Three days of two counters and a gauge, a value every five minutes, rolled up."""
    start = NOW - 3 * DAY
    counter = _line(start, NOW, 300, 3.0)
    reset = [(t, v if n < 500 else v - counter[500][1]) for n, (t, v) in enumerate(counter)]
    gauge = [(t, float(np.sin(n / 7) * 10)) for n, (t, _) in enumerate(counter)]
    keep(
        settings,
        _org(world, "apple"),
        [
            ({"__name__": "jobs_total", "q": "a"}, counter),
            ({"__name__": "jobs_total", "q": "b"}, reset),
            ({"__name__": "heat"}, gauge),
        ],
    )
    for step in (60, 300, 3600):
        roll_up(settings, step)
    return settings


SAME_EITHER_WAY = [
    "heat",
    "sum_over_time(heat[2h])",
    "avg_over_time(heat[3h])",
    "count_over_time(heat[1h])",
    "max_over_time(heat[2h])",
    "min_over_time(heat[2h])",
    "last_over_time(heat[1h])",
    "sum(avg_over_time(heat[1h])) * 2",
]


@pytest.mark.parametrize("expression", SAME_EITHER_WAY)
async def test_roll_ups_give_what_samples_give(world: World, rolled: Settings, stores: Stores, expression: str) -> None:
    """Over whole buckets; samples are spread so that none lies on a bucket's edge but at its beginning."""
    start, end, step = (NOW - 2 * DAY) * 1_000_000, NOW * 1_000_000, 3_600_000_000
    answer = await Engine(stores("apple")).over(expression, start, end, step)
    assert answer.resolution is Resolution.HOUR
    exact = await Engine(_Exact(stores("apple"))).over(expression, start, end - 1, step)
    # The bucket that ends at a step does not have the step's own sample: the samples' answer is that of a moment before.
    before = await Engine(_Exact(stores("apple"))).over(expression, start - 1_000, end - 1_000, step)
    assert exact.resolution is Resolution.RAW
    theirs = dict(zip((before.lines[0].times + 1_000).tolist(), before.lines[0].values.tolist(), strict=True))
    line = answer.lines[0]
    made = line.times.tolist()
    assert len(made) == 49
    assert line.values.tolist() == pytest.approx([theirs[t] for t in made], rel=1e-9, abs=1e-9)


async def test_increase_from_roll_ups_counts_over_resets(world: World, rolled: Settings, stores: Stores) -> None:
    start, end, step = (NOW - 2 * DAY) * 1_000_000, NOW * 1_000_000, 3_600_000_000
    answer = await Engine(stores("apple")).over("increase(jobs_total[6h])", start, end, step)
    assert answer.resolution is Resolution.HOUR
    for line in answer.lines:
        # Three every five minutes are 216 in six hours; over the reset the value before it is lost, as for Prometheus.
        assert line.values.tolist() == pytest.approx([216.0] * len(line.values), rel=0.05)
        assert len(line.values) == 49


class _Exact:
    """The store, made to read samples alone."""

    def __init__(self, inner: PostgresStore) -> None:
        self.inner = inner
        self.labels, self.metadata = inner.labels, inner.metadata

    async def select(self, matchers: Sequence[Matcher], start: int, end: int, *, step: int, **named: Any) -> list[Series]:
        return await self.inner.select(matchers, start, end, step=step, **{**named, "by": Resolution.RAW})


async def test_what_waits_for_its_roll_up_is_read_from_samples(world: World, settings: Settings, runtime: Runtime) -> None:
    """The worker was away for an hour: plots have no hole."""
    now = int(time.time()) // 60 * 60
    keep(settings, _org(world, "apple"), [({"__name__": "load"}, [(now - 15.0 * n, 1.0) for n in range(600)])])
    roll_up(settings, 60)
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute("DELETE FROM hcc.metric_rollups WHERE bucket >= to_timestamp(%s)", (now - 3600,))
        connection.execute(
            "INSERT INTO hcc.metric_segments (ingester, segment, values, minutes)"
            " SELECT gen_random_uuid(), 1, 240, array_agg(m) FROM generate_series(%s, %s) AS m",
            (now // 60 - 60, now // 60),
        )
    scope = Scope(world.organizations["apple"])
    engine = Engine(PostgresStore(lambda: runtime.database.transaction(scope)))
    answer = await engine.over("load", (now - 7200) * 1_000_000, now * 1_000_000, 60_000_000)
    assert answer.resolution is Resolution.MINUTE
    assert answer.lines[0].times.size == 121
    counts = await engine.over("count_over_time(load[5m])", (now - 7200) * 1_000_000, now * 1_000_000, 60_000_000)
    assert set(counts.lines[0].values.tolist()) <= {20.0, 21.0}
