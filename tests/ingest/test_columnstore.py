"""Which segments take the direct way into TimescaleDB's columnstore."""

from __future__ import annotations

import struct
import time

import psycopg
import pytest

from dataplane import columnstore
from tests.ingest.support import Ingester, Place, Writer, until


def copied(*series: int) -> bytes:
    """The beginning of a binary COPY with rows of these series."""
    rows = (struct.pack(">hiqiiidii", 4, 8, 0, 4, one, 8, 1.5, 4, 7) for one in series)
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(rows)


@pytest.mark.parametrize(("series", "expected"), [
    ([1] * 10, True),
    ([1] * 9, False),
    ([], False),
    ([1] * 10 + [2] * 10, True),
    ([1] * 10 + [2] * 9, False),
    (list(range(100)), False),
    ([1] * 1000 + list(range(2, 112)), True),
    ([1] * 1000 + list(range(2, 113)), False),
])  # fmt: skip
def test_it_pays_from_ten_rows_a_series(series: list[int], expected: bool) -> None:
    assert columnstore.pays(copied(*series)) is expected
    assert columnstore.pays(copied(*series) + b"\xff\xff") is expected, "with the end of the COPY"


@pytest.mark.parametrize(("lines", "direct"), [(1, False), (30, True)])
def test_segments_go_where_it_pays(
    place: Place, ingester: Ingester, writer: Writer, storage: str, lines: int, direct: bool
) -> None:
    at = time.time_ns() // 1000 - 1000
    body = "\n".join(f"a,id={n} v={n * 100 + m} {at + m}" for m in range(lines) for n in range(5))
    assert ingester.push("/write?precision=u", body, place.tokens["shop"]).status_code == 204
    until(lambda: len(place.rows()) == 5 * lines, f"written: {writer.said()}")
    assert place.rows() == [("a_v", {"id": str(n)}, at + m, float(n * 100 + m)) for n in range(5) for m in range(lines)]
    if storage == "partitions":
        return
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        found = owner.execute(
            "SELECT bool_or(c.is_compressed), sum(pg_relation_size(p.part)) FROM hcc.metric_parts('hcc.metric_samples') p"
            " JOIN timescaledb_information.chunks c ON format('%I.%I', c.chunk_schema, c.chunk_name)::regclass = p.part"
        ).fetchone()
    assert found is not None
    assert found[0] is direct
    assert (found[1] == 0) is direct, "rows outside the columnstore"
