"""TimescaleDB's direct way from COPY into its columnstore, for segments where it pays."""

from __future__ import annotations

from typing import Any

import psycopg

ROWS_A_SERIES = 10
"""A row of the columnstore has values of one series of one COPY. With one value it is 330 bytes and slow to make, where a plain
row is 60; from ten values on it is smaller, is written about as fast, and is read several times faster."""
_HEAD, _ROW, _SERIES = 19, 42, 18
"""Bytes before the first row of PostgreSQL's binary COPY, bytes of a row, and where in it the series stands."""
_KNOWN = (
    "SELECT hcc.metric_storage() = 'timescaledb' AND current_setting('timescaledb.enable_direct_compress_copy', true) IS NOT NULL"
)
# Rows come sorted. That nothing else overlaps in time is not promised: so not as "client sorted", which readers would trust.
_DIRECT = (
    "SELECT set_config('timescaledb.enable_direct_compress_copy', 'on', true),"
    " set_config('timescaledb.enable_direct_compress_copy_sort_batches', 'off', true)"
)

Connection = psycopg.Connection[Any]


def has_direct_way(connection: Connection) -> bool:
    """Whether values are kept in a columnstore that COPY can write to. Raises psycopg.Error."""
    row = connection.execute(_KNOWN).fetchone()
    return bool(row and row[0])


def take_direct_way(connection: Connection) -> None:
    """For the present transaction. Raises psycopg.Error."""
    connection.execute(_DIRECT)


def pays(first: bytes) -> bool:
    """Whether it does for a COPY that begins so: rows of its series, which follow one another, are many enough."""
    places = range(_HEAD + _SERIES, len(first) - 4, _ROW)
    series = {first[at : at + 4] for at in places}
    return len(places) >= ROWS_A_SERIES * max(1, len(series))
