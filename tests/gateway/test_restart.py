"""A gateway replaced under load: its worker by a new one, or the process by another on the same port. No request is lost."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.gateway.support import Client, Origin, Running, site, until, upstream
from tests.gateway.test_process import Process, children

SECONDS = 0.4
"""Of load before and after what is tested."""


class Load:
    """Clients with kept connections, and some that connect anew for each request.

    A client may see `Connection: close`, or its idle connection closed, and comes back by another; a request that got no byte of
    an answer is lost.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.done = threading.Event()
        self.lost: list[str] = []
        self.answers: Counter[int] = Counter()
        self.connections = 0
        kinds = [(self._keep, 0.0), (self._keep, 0.0), (self._keep, 0.003), (self._renew, 0.0), (self._renew, 0.002)]
        self._threads = [threading.Thread(target=kind, args=(pause,)) for kind, pause in kinds]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for thread in self._threads:
            thread.join(20)

    def _ask(self, client: Client) -> bool:
        """Whether the connection may be used again."""
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        response = client.read()
        self.answers[response.status] += 1
        return response.get("connection") != "close"

    def _keep(self, pause: float) -> None:
        while not self.done.is_set():
            self._with_one(lambda: not self.done.wait(pause))

    def _renew(self, pause: float) -> None:
        while not self.done.wait(pause):
            self._with_one(lambda: False)

    def _with_one(self, again: Callable[[], bool]) -> None:
        self.connections += 1
        try:
            with Client(self.port) as client:
                while self._ask(client) and again():
                    pass
        except (OSError, EOFError) as error:
            self.lost.append(repr(error))

    def go_on(self, seconds: float = SECONDS) -> None:
        end = time.monotonic() + seconds
        until(lambda: time.monotonic() > end, seconds + 5)


def worker(process: Process) -> int:
    """The one worker; 0 while there are two, or none."""
    found = []
    for child in children(process.process.pid):
        # One that ends while it is looked at is none.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(child)
    return found[0] if len(found) == 1 else 0


@pytest.fixture
def make_process(tmp_path: Path, origin: Origin) -> Iterator[Callable[..., Process]]:
    made: list[Process] = []

    def make(**options: int) -> Process:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Process(folder, origin, **options))
        return made[-1]

    yield make
    for one in made:
        one.process.kill()
        one.process.wait()


def test_a_new_worker(make_process: Callable[..., Process]) -> None:
    """SIGHUP: another worker takes the sockets over."""
    process = make_process()
    with Load(process.port) as load:
        load.go_on()
        seen = {worker(process)}
        for _ in range(3):
            process.process.send_signal(signal.SIGHUP)
            until(lambda: worker(process) not in {0, *seen}, 15)
            seen.add(worker(process))
        load.go_on()
    assert (load.lost, set(load.answers)) == ([], {200})


@pytest.mark.parametrize(("close_after", "outcome"), [(None, "waits"), (0.0, "refused"), (0.2, "served, then refused")])
def test_what_becomes_of_the_port(origin: Origin, close_after: float | None, outcome: str) -> None:
    """The socket is open in this test all the time, as it is in the parent of a worker."""
    gateway = Running()
    gateway.start()
    gateway.apply(site(upstream(origin.port)))
    draining = threading.Thread(target=gateway.native.drain, args=(2.0, close_after))
    draining.start()
    until(lambda: json.loads(gateway.native.status())["draining"])
    if close_after:
        response = gateway.get("/")
        assert (response.status, response.get("connection")) == (200, "close")
    draining.join(10)
    with contextlib.ExitStack() as stack:
        if outcome != "waits":
            stack.enter_context(pytest.raises(ConnectionRefusedError))
        gateway.client().close()
    gateway.listener.close()


def test_a_long_answer_outlives_its_port(make_origin: Callable[..., Origin]) -> None:
    """What is being answered when the port closes is answered to its end."""
    go_on = threading.Event()

    def handler(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
        go_on.wait(10)
        conn.sendall(b"half")
        return True

    gateway = Running()
    gateway.start()
    gateway.apply(site(upstream(make_origin(handler).port)))
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: b"half" in client.socket.recv(1000, socket.MSG_PEEK))
        draining = threading.Thread(target=gateway.native.drain, args=(10.0, 0.0))
        draining.start()

        def is_refused() -> bool:
            try:
                gateway.client().close()
            except ConnectionRefusedError:
                return True
            return False

        until(is_refused)
        go_on.set()
        assert client.read().body == b"halfhalf"
    draining.join(10)
    gateway.listener.close()


@pytest.mark.parametrize("threads", [1, 2])
def test_another_process_on_the_same_port(make_process: Callable[..., Process], threads: int) -> None:
    old = make_process(threads=threads)
    with Load(old.port) as load:
        load.go_on()
        for _ in range(2):
            new = make_process(port=old.port, threads=threads)
            old.process.send_signal(signal.SIGTERM)
            assert old.process.wait(15) == 0
            old = new
        load.go_on()
    assert (load.lost, set(load.answers)) == ([], {200})
