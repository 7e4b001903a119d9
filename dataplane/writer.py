"""`hcc ingest-writer`: closed segments of the ingesters' logs go into PostgreSQL, each once.

A segment is one transaction: its record in hcc.metric_segments and the COPY of its values. A crash before the commit leaves the
file and no values, one after it a file whose record is found. PostgreSQL away is waited for; the log keeps what comes meanwhile.
"""

from __future__ import annotations

import fcntl
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from hcc_native import SegmentReader, SeriesIds, close_segments

from dataplane import columnstore
from dataplane.log import Log, logger

LOOK_SECONDS = 0.1
"""Between looks at the folder when there was nothing."""
ABANDONED_SECONDS = 2.0
"""Between looks for logs whose ingester is gone."""
SERIES_AT_ONCE = 5_000
REMEMBERED_SERIES = 4_000_000
"""Ids kept in memory, about 40 bytes each."""
_CONNECT_SECONDS = 5
_LONGEST_BACK_OFF = 5.0
_SAID_EVERY = 60.0
_NEVER = frozenset({"22", "54"})
"""Classes of SQLSTATE that do not go away: data exceptions, and limits of the program exceeded."""

_RECORD = (
    "INSERT INTO hcc.metric_segments (ingester, segment, values, minutes) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING RETURNING batch"
)
_COPY = "COPY hcc.metric_samples (time, series, value, batch) FROM STDIN (FORMAT binary)"
_IDS = "SELECT hcc.metric_series_ids(%s::uuid[], %s::text[], %s::text[]::jsonb[], %s::bytea[])"
_FAMILIES = "SELECT hcc.metric_families_add(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])"
_PREPARE = "SELECT hcc.metric_prepare(%s::timestamptz[])"

Connection = psycopg.Connection[Any]


class Writer:
    """Drains the logs below a folder for as long as it runs. One process a folder."""

    def __init__(self, database_url: str, folder: Path, log: Log) -> None:
        self._url = database_url
        self._folder = folder
        self._log = log
        self._ids = SeriesIds(REMEMBERED_SERIES)
        self._prepared: set[int] = set()
        self._direct = False
        self._looked_for_abandoned = 0.0
        self.stop = threading.Event()
        self.segments = 0
        self.values = 0

    def run(self) -> None:
        """Until `stop` is set: connect, drain; after a failure again, with growing pauses."""
        pause = 0.1
        with ThreadPoolExecutor(1, "hcc-read") as reading:
            while not self.stop.is_set():
                try:
                    with self._connect() as connection:
                        pause = 0.1
                        # It may be another database, or an older state of the same.
                        self._ids, self._prepared = SeriesIds(REMEMBERED_SERIES), set()
                        self._direct = columnstore.has_direct_way(connection)
                        self._drain(connection, reading)
                except psycopg.OperationalError as error:
                    self._log("database away", error=" ".join(str(error).split())[:200], again_in_s=round(pause, 1))
                except (psycopg.Error, OSError) as error:
                    self._log("segment not written", error=f"{type(error).__name__}: {error}", again_in_s=round(pause, 1))
                self.stop.wait(pause)
                pause = min(pause * 2, _LONGEST_BACK_OFF)

    def _connect(self) -> Connection:
        connection = psycopg.connect(
            self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS, application_name="hcc-ingest-writer"
        )
        # The file goes when the commit is said to be done; then it must be, whatever the server's default is.
        connection.execute("SET synchronous_commit = on")
        return connection

    def _drain(self, connection: Connection, reading: ThreadPoolExecutor) -> None:
        """Write what there is and what comes; the next segment is read while one is written."""
        said = time.monotonic()
        while not self.stop.is_set():
            paths = self._closed()
            ahead: Future[SegmentReader | None] | None = None
            for index, path in enumerate(paths):
                current = ahead or reading.submit(self._read, path)
                ahead = reading.submit(self._read, paths[index + 1]) if index + 1 < len(paths) else None
                segment = current.result()
                if segment is not None:
                    self._write(connection, path, segment)
                if self.stop.is_set():
                    return
            if time.monotonic() - said > _SAID_EVERY:
                said = time.monotonic()
                self._log("segments written", segments=self.segments, values=self.values)
            if not paths:
                self.stop.wait(LOOK_SECONDS)

    def _closed(self) -> list[Path]:
        """Closed segments, those of one ingester in order, the ingesters in turn."""
        folders = sorted(path.parent for path in self._folder.glob("*/lock"))
        if time.monotonic() - self._looked_for_abandoned > ABANDONED_SECONDS:
            self._looked_for_abandoned = time.monotonic()
            for folder in folders:
                for closed in (any(folder.glob("*.open")) and close_segments(str(folder))) or []:
                    self._log("segment of an ended ingester closed", log=folder.name, segment=closed)
        ranked = [(rank, path) for folder in folders for rank, path in enumerate(sorted(folder.glob("*.log")))]
        return [path for _, path in sorted(ranked, key=lambda found: found[0])]

    def _read(self, path: Path) -> SegmentReader | None:
        """A segment, or nothing when it is none of ours; then it is kept aside."""
        try:
            return SegmentReader(str(path))
        except ValueError as error:
            aside = path.rename(path.with_suffix(".bad"))
            self._log("segment cannot be read", segment=str(aside), error=str(error))
            return None

    def _write(self, connection: Connection, path: Path, segment: SegmentReader) -> None:
        """One segment, once. Raises psycopg.Error when it was not, or when it is not known whether it was."""
        try:
            written = self._copy(connection, segment)
        except psycopg.Error as error:
            if (error.sqlstate or "")[:2] not in _NEVER:
                raise
            # It would be refused again and again, and hold up all that comes after it.
            aside = path.rename(path.with_suffix(".bad"))
            self._log("segment refused", segment=str(aside), error=str(error))
            return
        if not written:
            self._log("segment was written before", ingester=segment.ingester.hex(), segment=segment.number)
        self.segments += 1
        self.values += segment.rows
        if segment.damage:
            aside = path.rename(path.with_suffix(".bad"))
            self._log("segment damaged, kept aside", segment=str(aside), error=segment.damage)
        else:
            path.unlink(missing_ok=True)

    def _copy(self, connection: Connection, segment: SegmentReader) -> bool:
        """Its transaction; False when the segment was written before. Raises psycopg.Error."""
        self._find_ids(connection, segment)
        self._prepare(connection, segment.minutes)
        families = sorted(segment.families(), key=lambda family: family[:2])
        with connection.transaction():
            record = (UUID(bytes=segment.ingester), segment.number, segment.values, segment.minutes)
            row = connection.execute(_RECORD, record).fetchone()
            if row is None:
                return False
            if families:
                owners, *texts = zip(*families, strict=True)
                connection.execute(_FAMILIES, ([UUID(bytes=owner) for owner in owners], *map(list, texts)))
            segment.begin(row[0])
            first = segment.piece() or b""
            if self._direct and columnstore.pays(first):
                columnstore.take_direct_way(connection)
            with connection.cursor().copy(_COPY) as copy:
                copy.write(first)
                for piece in _pieces(segment):
                    copy.write(piece)
        return True

    def _find_ids(self, connection: Connection, segment: SegmentReader) -> None:
        unknown = segment.resolve(self._ids)
        found: list[int] = []
        for start in range(0, len(unknown), SERIES_AT_ONCE):
            owners, names, labels, keys = zip(*unknown[start : start + SERIES_AT_ONCE], strict=True)
            row = connection.execute(
                _IDS, ([UUID(bytes=owner) for owner in owners], list(names), list(labels), list(keys)), binary=True
            ).fetchone()
            assert row is not None
            found += row[0]
        if unknown:
            segment.learn(self._ids, found)

    def _prepare(self, connection: Connection, minutes: list[int]) -> None:
        """Partitions for the hours of these minutes, unless they were asked for before."""
        hours = {minute // 60 for minute in minutes} - self._prepared
        if hours:
            connection.execute(_PREPARE, ([datetime.fromtimestamp(hour * 3600, UTC) for hour in sorted(hours)],))
            self._prepared |= hours


def _pieces(segment: SegmentReader) -> Iterator[bytes]:
    while (piece := segment.piece()) is not None:
        yield piece


def serve(*, folder: str, database_url: str) -> int:
    """Write until a signal. Exit code 1 when another process writes already, 2 without a database."""
    if not database_url:
        print("ingest-writer: HCC_INGEST_DATABASE_URL is not set (role hcc_ingest)", file=sys.stderr)
        return 2
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    writer = Writer(database_url, path, logger("ingest-writer"))
    with (path / "writer.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"ingest-writer: another process writes what is in {path}", file=sys.stderr)
            return 1
        _until_told(writer)
    return 0


def _until_told(writer: Writer) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: writer.stop.set())
    writer.run()
