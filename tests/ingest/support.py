"""A real ingester and its writer as processes, on a test's own database."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from control import ingest_tokens
from tests.cluster import TEMPLATE, Server, Urls
from tests.ports import free_port

PATIENCE = 20.0
STORAGES = ("partitions", "timescaledb")
_INGEST = """
import sys
from dataplane.ingest.serve import serve
sys.exit(serve(listen=sys.argv[1], folder=sys.argv[2], database_url=sys.argv[3], **eval(sys.argv[4])))
"""
_WRITER = """
import sys
from dataplane.writer import serve
sys.exit(serve(folder=sys.argv[1], database_url=sys.argv[2]))
"""


def template(server: Server, storage: str) -> str:
    """A migrated database that keeps values in one way; skips the test when the server does not know it."""
    if storage == "partitions":
        return TEMPLATE
    found = server.timescaledb_template()
    if found is None:
        pytest.skip("the server does not have the extension timescaledb")
    return found


def until(question: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """What `question` gives as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := question()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return found


class Program:
    """One of our processes, its standard error in a file."""

    def __init__(self, log: Path, code: str, *args: str) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen([sys.executable, "-c", code, *args], stdout=output, stderr=output)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """At once, with its workers, which have a death signal."""
        self.process.kill()
        self.process.wait()

    def stop(self, patience: float = 15.0) -> int:
        """In order; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience)


class Ingester(Program):
    """`hcc ingest`."""

    def __init__(self, folder: Path, database_url: str, **options: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        log = folder.with_name(f"{folder.name}-ingest.log")
        super().__init__(log, _INGEST, f"127.0.0.1:{self.port}", str(folder), database_url, repr(options))

    def wait(self) -> Ingester:
        """Until it takes values."""
        until(self._ready, f"ingester ready: {self.said()[-3000:]}")
        return self

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.said()[-3000:]
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def push(self, path: str, body: bytes | str, token: str | None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent.setdefault("authorization", f"Bearer {token}")
        return httpx.post(self.url + path, content=body, headers=sent, timeout=20)


class Writer(Program):
    """`hcc ingest-writer`."""

    def __init__(self, folder: Path, database_url: str) -> None:
        super().__init__(folder.with_name(f"{folder.name}-writer.log"), _WRITER, str(folder), database_url)


class Place:
    """A test's database with two organisations that have a token each, and the folder of the logs."""

    def __init__(self, urls: Urls, folder: Path) -> None:
        self.urls = urls
        self.folder = folder
        self.tokens: dict[str, str] = {}
        self.token_ids: dict[str, UUID] = {}
        self.organizations: dict[str, UUID] = {}
        with psycopg.connect(urls["hcc_owner"]) as owner:
            for name, kind in (("root", "platform"), ("shop", "customer")):
                parent = self.organizations.get("root")
                row = owner.execute(
                    "INSERT INTO hcc.organizations (parent_id, kind, path, name, slug) VALUES (%s, %s, '{}', %s, %s)"
                    " RETURNING id",
                    (parent, kind, name, name),
                ).fetchone()
                assert row is not None
                self.organizations[name] = row[0]
                self.tokens[name] = ingest_tokens.fresh()
                self.token_ids[name] = ingest_tokens.add(owner, row[0], "test", self.tokens[name])

    def rows(self, name: str = "shop") -> list[tuple[str, dict[str, str], int, float]]:
        """Name, labels, µs since the Unix epoch and value of all that an organisation has, row by row as they are stored."""
        with psycopg.connect(self.urls["hcc_owner"]) as owner:
            return owner.execute(
                "SELECT s.name, s.labels, (extract(epoch FROM m.time) * 1000000)::bigint, m.value FROM hcc.metric_samples m"
                " JOIN hcc.metric_series s ON s.id = m.series WHERE s.organization_id = %s"
                " ORDER BY s.name, s.labels::text, m.time",
                (self.organizations[name],),
            ).fetchall()

    def drained(self) -> bool:
        """Whether all that was taken is in the database."""
        return not [path for path in self.folder.glob("*/*") if path.suffix in {".log", ".open"}]
