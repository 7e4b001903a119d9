"""Samples and roll-ups put into the tables as the ingesters' writer and the roll-up job do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from control.core.settings import Settings

Points = Sequence[tuple[float, float]]
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def moment(seconds: float) -> datetime:
    """Seconds since 1970 as PostgreSQL takes them."""
    return _FIRST + timedelta(seconds=seconds)


def keep(settings: Settings, owner: UUID, series: Sequence[tuple[dict[str, str], Points]], batch: int = 1) -> list[int]:
    """Write samples of one organisation; the ids of their series."""
    ids: list[int] = []
    with psycopg.connect(settings.owner_database_url) as connection:
        for labels, points in series:
            rest = {name: value for name, value in labels.items() if name != "__name__"}
            text = labels["__name__"] + "".join(f"\0{name}\0{value}" for name, value in sorted(rest.items()))
            found = connection.execute(
                "SELECT hcc.metric_series_ids(ARRAY[%s]::uuid[], ARRAY[%s]::text[], ARRAY[%s]::jsonb[], ARRAY[%s]::bytea[])",
                (owner, labels["__name__"], Jsonb(rest), hashlib.sha256(text.encode()).digest()[:16]),
            ).fetchone()
            assert found is not None
            ids.append(found[0][0])
            times = [moment(t) for t, _ in points]
            connection.execute("SELECT hcc.metric_prepare(%s::timestamptz[])", (times,))
            with connection.cursor().copy("COPY hcc.metric_samples (time, series, value, batch) FROM STDIN") as copy:
                for at, (_, value) in zip(times, points, strict=True):
                    copy.write_row((at, ids[-1], value, batch))
    return ids


def roll_up(settings: Settings, step: int) -> None:
    """Fill one roll-up table from all samples."""
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS hcc.metric_rollups_{step}_test PARTITION OF hcc.metric_rollups_{step} DEFAULT"
        )
        connection.execute(
            """
            INSERT INTO hcc.metric_rollups (step, bucket, series, count, sum, min, max, last, increase)
            SELECT %(step)s, bucket, series, count(*), sum(value), min(value), max(value),
                   (array_agg(value ORDER BY time DESC))[1],
                   sum(CASE WHEN value < before THEN value WHEN before IS NULL THEN 0 ELSE value - before END)
              FROM (SELECT date_bin(make_interval(secs => %(step)s), time, 'epoch') AS bucket, series, value, time,
                           lag(value) OVER (PARTITION BY series ORDER BY time) AS before
                      FROM hcc.metric_samples) AS s
             GROUP BY bucket, series
            """,
            {"step": step},
        )
