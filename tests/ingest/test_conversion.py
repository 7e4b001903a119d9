"""Changing how values are kept while they come and are read; `hcc metrics storage`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from control.cli import main
from control.monitoring.storage.command import convert, look
from tests.cluster import Server
from tests.ingest.support import STORAGES, Place, Writer, template, until
from tests.ingest.test_reading import samples
from tests.ingest.test_rollups import compact, put, roll_up

Connection = psycopg.Connection[Any]
BEGAN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=30)
WAYS = [("partitions", "timescaledb"), ("timescaledb", "partitions")]


@pytest.fixture(autouse=True)
def _both(server: Server) -> None:
    for storage in STORAGES:
        template(server, storage)


@pytest.fixture
def owner(place: Place) -> Iterator[Connection]:
    with psycopg.connect(place.urls["postgres"], autocommit=True) as superuser:
        # A copy of a database has not its grants.
        superuser.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO hcc_owner").format(sql.Identifier(place.urls.database)))
    with psycopg.connect(place.urls["hcc_owner"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def series(place: Place, owner: Connection) -> int:
    row = owner.execute(
        "INSERT INTO hcc.metric_series (organization_id, name, key) VALUES (%s, 'a', '0123456789abcdef'::bytea) RETURNING id",
        (place.organizations["shop"],),
    ).fetchone()
    assert row is not None
    return int(row[0])


def read(place: Place, series: int) -> list[tuple[int, float]]:
    """Seconds after BEGAN and value, as the application reads them."""
    found = samples(place.urls["hcc_app"], place.organizations["shop"], [series]).get(series, [])
    return [(round(at / 1e6 - BEGAN.timestamp()), value) for at, value in found]


@pytest.mark.parametrize(("storage", "wanted"), WAYS, indirect=["storage"])
def test_values_are_seen_once_at_every_step_of_a_move(
    place: Place, owner: Connection, series: int, storage: str, wanted: str
) -> None:
    put(owner, [(n * 3600.0, float(n)) for n in range(24)], series)
    put(owner, [(0.0, 100.0)], series)
    compact(place.urls)
    roll_up(place.urls)
    expected = [(n * 3600, 100.0 if n == 0 else float(n)) for n in range(24)]
    assert read(place, series) == expected
    parts = look(owner).parts
    assert parts >= 4
    owner.execute("SELECT hcc.metric_storage_begin(%s)", (wanted,))
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        owner.execute("SELECT hcc.metric_storage_begin(%s)", (storage,))
    # What comes meanwhile, also where another value stands that has not moved yet.
    put(owner, [(1.0, 7.0), (3600.0, 200.0)], series)
    expected = [(0, 100.0), (1, 7.0), (3600, 200.0), *expected[2:]]
    steps = 0
    while True:
        assert read(place, series) == expected, f"step {steps}"
        row = owner.execute("SELECT hcc.metric_storage_move()").fetchone()
        assert row is not None
        if row[0] is None:
            break
        steps += 1
    assert steps == 2 * parts
    assert read(place, series) == expected
    roll_up(place.urls)
    found = owner.execute(
        "SELECT count, last FROM hcc.metric_rollups WHERE step = 60 AND bucket = ANY (%s) ORDER BY bucket",
        ([BEGAN, BEGAN + timedelta(hours=1)],),
    ).fetchall()
    assert found == [(2, 7.0), (1, 200.0)]
    after = look(owner)
    assert (after.storage, after.left_parts) == (wanted, 0)
    assert owner.execute("SELECT count(*) FROM hcc.metric_samples").fetchone() == (27,), "each row is there once"
    left = owner.execute("SELECT to_regclass('hcc.metric_samples_before'), count(*) FROM hcc.metric_samples_moved").fetchone()
    assert left == (None, 0)
    with psycopg.connect(place.urls["hcc_ingest"]) as ingest, pytest.raises(psycopg.errors.InsufficientPrivilege):
        ingest.execute("SELECT * FROM hcc.metric_samples")


@pytest.mark.parametrize(("storage", "wanted"), WAYS, indirect=["storage"])
def test_an_ended_move_goes_on(place: Place, owner: Connection, series: int, wanted: str) -> None:
    put(owner, [(n * 3600.0, float(n)) for n in range(24)], series)

    class EndedError(Exception):
        pass

    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) in {1, 4}:
            raise EndedError

    for _ in range(2):
        with pytest.raises(EndedError):
            convert(owner, wanted, say)
    convert(owner, wanted, say)
    assert len(said) == len(set(said)), "nothing is done twice"
    assert owner.execute("SELECT count(*) FROM hcc.metric_samples").fetchone() == (24,)
    convert(owner, wanted, say)


@pytest.mark.parametrize(("storage", "wanted"), WAYS, indirect=["storage"])
def test_a_writer_at_work_notices(place: Place, owner: Connection, writer: Writer, ingester: Any, wanted: str) -> None:
    def push(value: int) -> None:
        at = int(datetime.now(UTC).timestamp() * 1e6)
        assert ingester.push("/write?precision=u", f"a v={value} {at}", place.tokens["shop"]).status_code == 204
        until(lambda: value in [v for *_, v in place.rows()], f"{value} is written: {writer.said()}")

    push(1)
    convert(owner, wanted, lambda _line: None)
    push(2)
    assert sorted(v for *_, v in place.rows()) == [1.0, 2.0]


@pytest.mark.parametrize(("storage", "wanted"), WAYS, indirect=["storage"])
def test_the_command(
    place: Place,
    owner: Connection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    storage: str,
    wanted: str,
) -> None:
    monkeypatch.setenv("HCC_OWNER_DATABASE_URL", place.urls["hcc_owner"])
    put(owner, [(0.0, 1.0)])

    def run(*more: str) -> dict[str, Any]:
        assert main(["metrics", "storage", "--json", *more]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    assert (run()["storage"], run()["parts"]) == (storage, 1)
    assert run("--convert", wanted, "--dry-run")["storage"] == storage
    done = run("--convert", wanted)
    assert (done["storage"], done["parts"], done["left_parts"]) == (wanted, 1, 0)
    assert main(["metrics", "storage", "--convert", wanted]) == 0
    assert "nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize("storage", ["partitions"], indirect=True)
def test_without_the_right_to_it_the_extension_is_left_alone(place: Place) -> None:
    with psycopg.connect(place.urls["hcc_owner"], autocommit=True) as owner:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="grant CREATE"):
            owner.execute("SELECT hcc.metric_storage_begin('timescaledb')")
        assert "grant CREATE" in str(look(owner).why_not_timescaledb)


def test_there_are_two_ways(owner: Connection) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        owner.execute("SELECT hcc.metric_storage_begin('files')")
