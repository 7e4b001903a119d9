"""Ingester, writer and PostgreSQL are killed at random under load: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from control.stack.launch import descendants_of, signal_quietly
from tests.cluster import Server, Urls
from tests.ingest.support import Ingester, Place, Writer, template, until

ROUNDS = 20
LINES = 40
pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]


class Senders:
    """Threads that push ever new values and remember which were acknowledged."""

    def __init__(self, place: Place, count: int) -> None:
        self.url = ""
        self.acknowledged: list[dict[int, int]] = [{} for _ in range(count)]
        self._token = place.tokens["shop"]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(count)]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        at = time.time_ns() // 1000
        headers = {"authorization": f"Bearer {self._token}"}
        while not self._stop.is_set():
            sent = {at + n: n + number for n in range(LINES)}
            at += LINES
            body = "\n".join(f"load,sender={number} v={value} {when}" for when, value in sent.items())
            try:
                answer = httpx.post(f"{self.url}/write?precision=u", content=body, headers=headers, timeout=5)
            except httpx.HTTPError:
                self._stop.wait(0.01)
                continue
            if answer.status_code == 204:
                self.acknowledged[number].update(sent)
            else:
                self._stop.wait(0.01)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A cluster that may be killed."""
    with tempfile.TemporaryDirectory(prefix="hcc-chaos-") as folder:
        Path(folder).chmod(0o755)
        with Server(Path(folder), durable=True) as running:
            yield running


def kill_postgres(server: Server) -> None:
    process = server.postgres._process
    assert process is not None
    below = descendants_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    for pid in below:
        signal_quietly(pid, signal.SIGKILL)
    process.wait()
    server.postgres._process = None


def test_every_acknowledged_value_is_there_once(own_server: Server, storage: str, tmp_path: Path) -> None:
    name = f"chaos_{uuid4().hex[:8]}"
    own_server.copy(template(own_server, storage), name)
    place = Place(Urls(own_server, name), tmp_path / "logs")
    ingest_url = place.urls["hcc_ingest"]
    ingester = Ingester(place.folder, ingest_url).wait()
    writer = Writer(place.folder, ingest_url)
    senders = Senders(place, 3)
    senders.url = ingester.url
    killed: list[str] = []
    chance = random.Random(5)
    try:
        for _ in range(ROUNDS):
            time.sleep(chance.uniform(0.05, 0.6))
            killed.append(what := chance.choice(["ingester", "ingester", "postgres", "writer"]))
            match what:
                case "ingester":
                    ingester.kill()
                    ingester = Ingester(place.folder, ingest_url).wait()
                    senders.url = ingester.url
                case "writer":
                    writer.kill()
                    writer = Writer(place.folder, ingest_url)
                case _:
                    kill_postgres(own_server)
                    time.sleep(chance.uniform(0, 0.3))
                    own_server.postgres.start()
        senders.stop()
        until(place.drained, f"drained: {writer.said()[-2000:]}", 60)
        with psycopg.connect(place.urls["hcc_owner"]) as owner:
            rows = owner.execute(
                "SELECT (s.labels ->> 'sender')::int, (extract(epoch FROM m.time) * 1000000)::bigint, m.value, count(*)"
                " FROM hcc.metric_samples m JOIN hcc.metric_series s ON s.id = m.series GROUP BY 1, 2, 3"
            ).fetchall()
    finally:
        senders.stop()
        ingester.kill()
        writer.kill()
    assert {count for *_, count in rows} == {1}
    stored: list[dict[int, float]] = [{} for _ in senders.acknowledged]
    for number, at, value, _ in rows:
        assert at not in stored[number], "two values of one time"
        stored[number][at] = value
    assert len(killed) == ROUNDS
    assert set(killed) == {"ingester", "postgres", "writer"}
    for number, acknowledged in enumerate(senders.acknowledged):
        assert len(acknowledged) > 1000
        missing = {at for at, value in acknowledged.items() if stored[number].get(at) != value}
        assert not missing, f"sender {number}: {len(missing)} of {len(acknowledged)} are gone"


def test_without_the_database_it_goes_on_and_starts_too(own_server: Server, storage: str, tmp_path: Path) -> None:
    name = f"chaos_{uuid4().hex[:8]}"
    own_server.copy(template(own_server, storage), name)
    place = Place(Urls(own_server, name), tmp_path / "logs")
    ingest_url = place.urls["hcc_ingest"]
    writer = Writer(place.folder, ingest_url)
    ingester = Ingester(place.folder, ingest_url).wait()
    token = place.tokens["shop"]
    try:
        assert ingester.push("/write", "a v=1", token).status_code == 204
        kill_postgres(own_server)
        assert ingester.push("/write", "a v=2", token).status_code == 204
        ingester.kill()
        ingester = Ingester(place.folder, ingest_url).wait()
        assert ingester.push("/write", "a v=3", token).status_code == 204
        assert ingester.push("/write", "a v=3", "wrong").status_code == 401
        own_server.postgres.start()
        until(lambda: sorted(value for *_, value in place.rows()) == [1.0, 2.0, 3.0], f"all: {writer.said()[-2000:]}", 30)
    finally:
        ingester.kill()
        writer.kill()
