"""Values are read through functions that give each organisation its own."""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg
import pytest

from control.core.db import NOBODY, Scope, Transaction
from control.monitoring.query import reading
from control.monitoring.query.store import Resolution
from tests.ingest.support import Ingester, Place, Writer, until

ALWAYS = (0, 4 * 10**15)
Samples = dict[int, list[tuple[int, float]]]


def samples(url: str, organization: UUID | None, series: list[int], between: tuple[int, int] = ALWAYS) -> Samples:
    """As queries read them: µs since the Unix epoch and value, by series."""

    async def read() -> reading.Found:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            tx = Transaction(connection, NOBODY)
            await tx.switch(NOBODY if organization is None else Scope(organization))
            return await reading.values(tx, series, Resolution.RAW, "last", [(Resolution.RAW, *between)], 1000)

    return {key: list(zip(times.tolist(), values.tolist(), strict=True)) for key, (times, values) in asyncio.run(read()).items()}


def test_the_last_of_equal_times_counts_and_only_ones_own_is_seen(place: Place, ingester: Ingester, writer: Writer) -> None:
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        now = owner.execute("SELECT (extract(epoch FROM date_trunc('second', now())) * 1000000)::bigint").fetchone()
    assert now is not None
    at = now[0]
    for round_, body in enumerate((f"a v=1 {at}\na v=2 {at + 5}", f"a v=3 {at}", f"a v=4 {at - 1}\na v=5 {at}")):
        assert ingester.push("/write?precision=u", body, place.tokens["shop"]).status_code == 204
        until(lambda r=round_: len(place.rows()) >= (2, 3, 5)[r], f"round {round_}: {writer.said()}")  # type: ignore[misc]
    assert ingester.push("/write?precision=u", f"a v=9 {at}", place.tokens["root"]).status_code == 204
    until(lambda: place.rows("root"), "the other's is written")
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        ids = {org: number for number, org in owner.execute("SELECT id, organization_id FROM hcc.metric_series")}
    for role in ("hcc_app", "hcc_worker"):
        url = place.urls[role]
        for name, expected in (("shop", [(at - 1, 4.0), (at, 5.0), (at + 5, 2.0)]), ("root", [(at, 9.0)])):
            organization = place.organizations[name]
            own = ids[organization]
            assert samples(url, organization, list(ids.values())) == {own: expected}
            assert samples(url, organization, [own], (at - 10_000_000, at - 2)) == {}
        assert samples(url, None, list(ids.values())) == {}


@pytest.mark.parametrize("role", ["hcc_app", "hcc_worker", "hcc_gateway"])
@pytest.mark.parametrize("table", ["metric_samples", "metric_segments", "metric_rollups"])
def test_nobody_reads_values_past_the_functions(place: Place, role: str, table: str) -> None:
    with psycopg.connect(place.urls[role]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM hcc.{table}")


def test_an_ingester_may_do_little(place: Place) -> None:
    """Add values and segments, read tokens and their limits, and no more."""
    for statement in (
        "SELECT * FROM hcc.metric_samples",
        "DELETE FROM hcc.metric_samples",
        "SELECT * FROM hcc.metric_series",
        "SELECT * FROM hcc.ingest_tokens",
        "SELECT * FROM hcc.organizations",
        "UPDATE hcc.metric_segments SET values = 0",
        "SELECT hcc.metric_values_of('{1}', '-infinity', 'infinity')",
    ):
        with psycopg.connect(place.urls["hcc_ingest"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
