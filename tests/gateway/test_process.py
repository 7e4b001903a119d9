"""The whole process: Granian's worker with the listener inside, killed, healed and stopped. No database is needed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.support import Client, Origin, Response, site, snapshot, until, upstream
from tests.ports import free_port

START = """
import sys
from dataplane.gateway import serve
sys.exit(
    serve(
        listen=sys.argv[1], ops_listen=sys.argv[2], last_good=sys.argv[3],
        threads=int(sys.argv[5]), database_url="", access_log=sys.argv[4], drain_s=2,
    )
)
"""


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(c) for c in found]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class Process:
    def __init__(self, folder: Path, origin: Origin, *, port: int = 0, threads: int = 1) -> None:
        self.port, self.ops = port or free_port(), free_port()
        last_good = folder / "last-good.json"
        last_good.write_bytes(snapshot(site(upstream(origin.port))))
        self.log = folder / "access.log"
        addresses = [f"127.0.0.1:{self.port}", f"127.0.0.1:{self.ops}"]
        command = [sys.executable, "-c", START, *addresses, str(last_good), str(self.log), str(threads)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        until(lambda: self.answers(self.ops, "/readyz"), 20)

    def get(self, port: int, path: str) -> Response:
        with Client(port) as client:
            client.send(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            return client.read()

    def answers(self, port: int, path: str = "/") -> bool:
        try:
            return self.get(port, path).status == 200
        except (OSError, EOFError):
            return False


@pytest.fixture
def process(tmp_path: Path, origin: Origin) -> Iterator[Process]:
    running = Process(tmp_path, origin)
    yield running
    running.process.kill()
    running.process.wait()


def test_operations(process: Process) -> None:
    assert json.loads(process.get(process.ops, "/healthz").body)["status"] == "ok"
    assert {s["id"] for s in json.loads(process.get(process.ops, "/config").body)["sections"]} == {"platform", "site:s1"}
    assert process.get(process.port, "/").body == b"hello"
    counted = b'hcc_gateway_requests_total{class="2xx"} 1'  # after the answer
    until(lambda: counted in process.get(process.ops, "/metrics").body)


@pytest.mark.alone
def test_a_killed_worker_heals_within_two_seconds(process: Process) -> None:
    (worker,) = (c for c in children(process.process.pid) if b"resource_tracker" not in Path(f"/proc/{c}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)
    killed = time.monotonic()
    # The listening socket is the parent's: this connection waits in its queue and is served by the next worker.
    assert process.get(process.port, "/").status == 200
    healed = time.monotonic() - killed
    assert healed < 2, healed
    until(lambda: process.answers(process.ops, "/healthz"), 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything(process: Process, number: signal.Signals) -> None:
    family = [process.process.pid, *children(process.process.pid)]
    process.process.send_signal(number)
    assert process.process.wait(10) == 0
    until(lambda: all(is_gone(pid) for pid in family))
    with pytest.raises(ConnectionRefusedError):
        Client(process.port)


def test_a_killed_parent_takes_its_worker_along(process: Process) -> None:
    family = children(process.process.pid)
    process.process.kill()
    process.process.wait()
    until(lambda: all(is_gone(pid) for pid in family))


def paths(log: Path) -> list[str]:
    return [json.loads(line)["path"] for line in log.read_text().splitlines()] if log.exists() else []


def test_a_rotated_log_loses_no_line(process: Process) -> None:
    aside = process.log.with_suffix(".log.1")
    done = threading.Event()
    asked: list[str] = []

    def ask() -> None:
        with Client(process.port) as client:
            while not done.is_set():
                asked.append(f"/{len(asked)}")
                client.send(f"GET {asked[-1]} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                assert client.read().status == 200

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        until(lambda: len(paths(process.log)) > 20)
        process.log.rename(aside)
        process.process.send_signal(signal.SIGUSR1)
        until(process.log.exists)
        until(lambda: len(paths(process.log)) > 20)
    finally:
        done.set()
        asking.join(10)
    # A stop writes what is on its way.
    process.process.send_signal(signal.SIGTERM)
    assert process.process.wait(10) == 0
    written = [p for p in paths(aside) + paths(process.log) if p != "/"]
    assert written == asked
