"""Values by time step: from what is there, again when late values come, kept as long as they are to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from dataplane import columnstore
from tests.cluster import Urls

Connection = psycopg.Connection[Any]
HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=30)
"""An hour that is over, and its day too or not."""
MINUTE, FIVE, LONG, DAY = 60, 300, 3600, 86_400


@pytest.fixture
def owner(urls: Urls) -> Iterator[Connection]:
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as connection:
        yield connection


def put(owner: Connection, values: list[tuple[float, float]], series: int = 1) -> int:
    """Values at seconds after HOUR, as one segment; its batch."""
    times = [HOUR + timedelta(seconds=at) for at, _ in values]
    minutes = sorted({int(at.timestamp() // 60) for at in times})
    owner.execute("SELECT hcc.metric_prepare(%s)", (times,))
    row = owner.execute(
        "INSERT INTO hcc.metric_segments (ingester, segment, values, minutes) VALUES (%s, 1, %s, %s) RETURNING batch",
        (uuid4(), len(values), minutes),
    ).fetchone()
    assert row is not None
    for at, (_, value) in zip(times, values, strict=True):
        owner.execute("INSERT INTO hcc.metric_samples VALUES (%s, %s, %s, %s)", (at, series, value, row[0]))
    return int(row[0])


def roll_up(urls: Urls) -> int:
    """As the worker does; how many steps."""
    total = 0
    with psycopg.connect(urls["hcc_worker"], autocommit=True) as worker:
        while row := worker.execute("SELECT hcc.metric_roll_up()").fetchone():
            if not row[0]:
                return total
            total += row[0]
    raise AssertionError


def steps(owner: Connection, step: int, series: int = 1) -> list[tuple[Any, ...]]:
    """Seconds after HOUR, count, sum, min, max, last, increase."""
    rows = owner.execute(
        "SELECT extract(epoch FROM bucket - %s)::int, count, sum, min, max, last, increase FROM hcc.metric_rollups"
        " WHERE step = %s AND series = %s ORDER BY bucket", (HOUR, step, series),
    )  # fmt: skip
    return rows.fetchall()


def test_steps_and_late_values(urls: Urls, owner: Connection) -> None:
    put(owner, [(0, 10.0), (30, 12.0), (60, 15.0), (90, 3.0), (299, 4.0), (300, 8.0)])
    assert roll_up(urls) > 0
    # The counter began again at 3: it grew by 3.
    assert steps(owner, MINUTE) == [
        (0, 2, 22.0, 10.0, 12.0, 12.0, 2.0),
        (60, 2, 18.0, 3.0, 15.0, 3.0, 6.0),
        (240, 1, 4.0, 4.0, 4.0, 4.0, 1.0),
        (300, 1, 8.0, 8.0, 8.0, 8.0, 4.0),
    ]
    assert steps(owner, FIVE) == [(0, 5, 44.0, 3.0, 15.0, 4.0, 9.0), (300, 1, 8.0, 8.0, 8.0, 8.0, 4.0)]
    assert steps(owner, LONG) == [(0, 6, 52.0, 3.0, 15.0, 8.0, 13.0)]
    assert roll_up(urls) == 0
    # Late, and one that was sent again with another value.
    put(owner, [(45, 14.0), (30, 13.0)])
    roll_up(urls)
    assert steps(owner, MINUTE)[:2] == [(0, 3, 37.0, 10.0, 14.0, 14.0, 4.0), (60, 2, 18.0, 3.0, 15.0, 3.0, 4.0)]
    assert steps(owner, LONG) == [(0, 7, 67.0, 3.0, 15.0, 8.0, 13.0)]
    day = owner.execute("SELECT count, increase FROM hcc.metric_rollups WHERE step = %s", (DAY,)).fetchall()
    over = (HOUR + timedelta(days=1)).replace(hour=0) < datetime.now(UTC) - timedelta(minutes=1)
    assert day == ([(7, 13.0)] if over else [])
    left = owner.execute("SELECT count(*) FROM hcc.metric_segments WHERE minutes <> '{}'").fetchone()
    assert left == (0,)


@pytest.mark.parametrize(("values", "expected"), [
    ([(0, float("nan")), (1, 2.0)], (1, 2.0, 2.0, 2.0, 2.0, 0.0)),
    ([(0, 1.7e308), (1, 1.7e308)], (2, float("inf"), 1.7e308, 1.7e308, 1.7e308, None)),
    ([(0, -1.7e308), (1, 1.7e308)], (2, None, -1.7e308, 1.7e308, 1.7e308, float("inf"))),
    ([(0, float("inf"))], (1, float("inf"), float("inf"), float("inf"), float("inf"), 0.0)),
    ([(0, 5e-324), (1, 0.0)], (2, 5e-324, 0.0, 5e-324, 0.0, 0.0)),
])  # fmt: skip
def test_no_value_ends_the_work(
    urls: Urls, owner: Connection, values: list[tuple[float, float]], expected: tuple[Any, ...]
) -> None:
    put(owner, values)
    put(owner, [(2, 1.0)], series=2)
    roll_up(urls)
    for step in (MINUTE, FIVE, LONG):
        (row,) = steps(owner, step)
        assert row[0] == 0
        for found, wanted in zip(row[1:], expected, strict=True):
            assert wanted is None or found == wanted, step
        assert steps(owner, step, 2) == [(0, 1, 1.0, 1.0, 1.0, 1.0, 0.0)]


def test_only_ends_and_no_values_make_no_step(urls: Urls, owner: Connection) -> None:
    put(owner, [(0, float("nan"))])
    roll_up(urls)
    assert steps(owner, MINUTE) == []


def test_the_minute_that_runs_waits(urls: Urls, owner: Connection) -> None:
    now = (datetime.now(UTC) - HOUR).total_seconds()
    put(owner, [(now, 1.0)])
    assert roll_up(urls) == 0
    left = owner.execute("SELECT count(*) FROM hcc.metric_segments WHERE minutes <> '{}'").fetchone()
    assert left == (1,)


@pytest.mark.parametrize(("late", "increases"), [
    (60, {0: 0.0, 60: 10.0, 240: 20.0}),
    (0, {0: 5.0, 240: 25.0}),
    (180, {0: 0.0, 180: 10.0, 240: 20.0}),
    (239, {0: 0.0, 180: 10.0, 240: 20.0}),
])  # fmt: skip
def test_a_sparse_counter_counts_up_from_a_late_value_minutes_before(
    urls: Urls, owner: Connection, late: int, increases: dict[int, float]
) -> None:
    put(owner, [(0, 10.0), (240, 40.0), (600, 50.0)])
    put(owner, [(0, 1.0), (60, 2.0), (120, 3.0), (240, 5.0)], series=2)
    roll_up(urls)
    assert {at: increase for at, *_, increase in steps(owner, MINUTE)} == {0: 0.0, 240: 30.0, 600: 0.0}
    others = steps(owner, MINUTE, 2)
    put(owner, [(late or 30, 20.0 if late else 15.0)])
    roll_up(urls)
    assert {at: increase for at, *_, increase in steps(owner, MINUTE)} == {**increases, 600: 0.0}
    assert steps(owner, FIVE)[0][-1] == sum(increases.values())
    assert steps(owner, LONG)[0][-1] == sum(increases.values())
    assert steps(owner, MINUTE, 2) == others


def compact(urls: Urls) -> list[str]:
    """As the worker does; the names of what was compacted."""
    found = []
    with psycopg.connect(urls["hcc_worker"], autocommit=True) as worker:
        while (row := worker.execute("SELECT hcc.metric_compact()").fetchone()) and row[0]:
            found.append(row[0])
            assert len(found) < 50
    return found


def maintain(urls: Urls) -> int:
    """As the worker does; how many partitions or chunks are gone."""
    with psycopg.connect(urls["hcc_worker"], autocommit=True) as worker:
        row = worker.execute("SELECT hcc.metric_maintain()").fetchone()
    assert row is not None
    return int(row[0])


def test_what_is_too_old_goes_and_what_is_full_is_compacted(urls: Urls, owner: Connection) -> None:
    owner.execute("UPDATE hcc.metric_settings SET raw_days = 3")
    put(owner, [(0, 1.0), (-9 * 86_400, 2.0)])
    roll_up(urls)
    assert maintain(urls) == 1
    assert owner.execute("SELECT value FROM hcc.metric_samples").fetchall() == [(1.0,)]
    assert [last for *_, last, _ in steps(owner, MINUTE)] == [2.0, 1.0], "steps are kept longer"
    full = compact(urls)
    assert len(full) == (1 if in_timescaledb(owner) else 0), "made with their index, partitions are compact"
    # A late value opens it again, and what is compacted already is no loss.
    put(owner, [(1, 7.0)])
    assert compact(urls) == full
    assert sorted(owner.execute("SELECT value FROM hcc.metric_samples").fetchall()) == [(1.0,), (7.0,)]
    roll_up(urls)
    assert steps(owner, MINUTE)[1][1] == 2


def in_timescaledb(owner: Connection) -> bool:
    return owner.execute("SELECT hcc.metric_storage()").fetchone() == ("timescaledb",)


@pytest.mark.parametrize("storage", ["timescaledb"], indirect=True)
def test_what_took_the_direct_way_is_put_in_order_once_it_is_full(urls: Urls, owner: Connection) -> None:
    for batch in (1, 2):
        with owner.transaction():
            columnstore.take_direct_way(owner)
            with owner.cursor().copy("COPY hcc.metric_samples (time, series, value, batch) FROM STDIN") as copy:
                for series in (1, 2):
                    for n in range(100):
                        copy.write_row((HOUR + timedelta(seconds=n), series, float(n * batch), batch))
    assert len(compact(urls)) == 1
    assert compact(urls) == []
    row = owner.execute("SELECT count(*), sum(value) FROM hcc.metric_samples WHERE series = 1 AND batch = 2").fetchone()
    assert row == (100, 9900.0)


@pytest.mark.parametrize("storage", ["timescaledb"], indirect=True)
def test_chunks_have_an_index_only_while_little_comes(urls: Urls, owner: Connection) -> None:
    def indexes() -> list[int]:
        return [n for (n,) in owner.execute(
            "SELECT count(x.indexrelid) FROM hcc.metric_parts('hcc.metric_samples') p LEFT JOIN pg_index x ON x.indrelid = p.part"
            " GROUP BY p.part, p.began ORDER BY p.began"
        )]  # fmt: skip

    put(owner, [(0, 1.0)])
    assert indexes() == [1]
    owner.execute(
        "INSERT INTO hcc.metric_segments (ingester, segment, values, minutes) VALUES (gen_random_uuid(), 1, 50000 * 600, '{}')"
    )
    maintain(urls)
    put(owner, [(86_400, 2.0)])
    assert indexes() == [0, 0]
    owner.execute("DELETE FROM hcc.metric_segments")
    maintain(urls)
    put(owner, [(-86_400, 3.0)])
    assert indexes() == [1, 0, 0], "what is there already is not looked through"


@pytest.mark.parametrize("storage", ["partitions"], indirect=True)
def test_partitions_come_ahead_get_their_index_and_go(urls: Urls, owner: Connection) -> None:
    owner.execute("UPDATE hcc.metric_settings SET hot_index = 'never', raw_days = 3")
    put(owner, [(0, 1.0), (-9 * 86_400, 2.0)])
    roll_up(urls)
    assert maintain(urls) == 1
    assert len(compact(urls)) == 1
    values = owner.execute("SELECT value FROM hcc.metric_samples").fetchall()
    assert values == [(1.0,)]
    assert [last for *_, last, _ in steps(owner, MINUTE)] == [2.0, 1.0], "steps are kept longer"
    kinds = owner.execute(
        "SELECT c.relname, array_agg(a.amname::text ORDER BY a.amname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class k ON k.oid = x.indexrelid JOIN pg_am a ON a.oid = k.relam"
        " WHERE i.inhparent = 'hcc.metric_samples'::regclass GROUP BY c.relname, c.oid ORDER BY c.relname"
    ).fetchall()
    assert len(kinds) == 3, "the one that is over, the present one and the next"
    assert kinds[0][1] == ["brin", "btree"]
    assert kinds[1][1] == kinds[2][1] == ["brin"]


def test_the_plan_looks_into_the_partitions_of_the_time_alone(urls: Urls, owner: Connection) -> None:
    put(owner, [(0, 1.0), (-86_400, 2.0), (-2 * 86_400, 3.0)])
    parts = owner.execute("SELECT count(*) FROM hcc.metric_parts('hcc.metric_samples')").fetchone()
    assert parts == (3,)
    first, last = HOUR - timedelta(seconds=1), HOUR + timedelta(seconds=1)
    plan = owner.execute(
        f"EXPLAIN SELECT * FROM hcc.metric_samples WHERE time >= '{first.isoformat()}' AND time <= '{last.isoformat()}'"
    ).fetchall()
    assert sum("Scan" in line for (line,) in plan) <= 2, plan
