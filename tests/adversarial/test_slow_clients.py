"""Clients that are slow on purpose lose; a good one beside them does not notice."""

from __future__ import annotations

import contextlib
import resource
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Self

import pytest

from tests.gateway.support import TIMEOUT, Client, Origin, Running, body_length, ok, route, site, until, upstream
from tests.gateway.test_streaming import MIB, rss

pytestmark = pytest.mark.alone

SHORT = 400
"""Milliseconds of the timeouts here."""
PACE = 0.03
"""Seconds between two bytes of a slow client: ten times within the timeout."""
MANY = 40


class Good:
    """A client that asks again and again on one connection, and how long it waited each time."""

    def __init__(self, gateway: Running) -> None:
        self.client = gateway.client()
        self.waits: list[float] = []
        self.failure: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                self.client.send(b"GET /good HTTP/1.1\r\nHost: a\r\n\r\n")
                response = self.client.read()
                assert (response.status, response.body) == (200, b"hello"), response
                self.waits.append(time.monotonic() - began)
                self._stop.wait(0.001)
        except BaseException as failure:  # noqa: BLE001 -- told by the main thread
            self.failure = failure

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            enough = len(self.waits) + 20
            until(lambda: self.failure or len(self.waits) >= enough)
        self._stop.set()
        self._thread.join(TIMEOUT)
        self.client.close()
        if kind is None:
            assert self.failure is None, self.failure
            assert median(self.waits) < 0.1, median(self.waits)
            assert max(self.waits) < 2, max(self.waits)


@pytest.fixture
def serve(gateway: Running, make_origin: Callable[..., Origin]) -> Callable[..., Origin]:
    """An origin whose `/slow` a handler answers, behind short timeouts."""

    def begin(slow: Callable[[socket.socket, bytes, bytes], bool] | None = None, total_ms: int = 0, **defaults: int) -> Origin:
        def handler(conn: socket.socket, head: bytes, rest: bytes) -> bool:
            if slow is not None and b" /slow" in head:
                return slow(conn, head, rest)
            conn.sendall(ok())
            return True

        origin = make_origin(handler)
        timeouts = {f"{name}_timeout_ms": SHORT for name in ("header", "body", "idle")}
        gateway.apply(site(upstream(origin.port, total_ms=total_ms)), defaults=timeouts | defaults)
        return origin

    return begin


@contextlib.contextmanager
def _crowd(gateway: Running, number: int) -> Iterator[list[Client]]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Both ends of each connection, and those to the origin, are of this process.
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * number + 256)), hard))
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(gateway.client()) for _ in range(number)]


def _drip(clients: list[Client], piece: bytes) -> dict[int, float]:
    """Send pieces to all who have no answer yet; when each was answered or cut, in seconds."""
    began = time.monotonic()
    waiting = {client.socket: index for index, client in enumerate(clients)}
    ended: dict[int, float] = {}
    while waiting and time.monotonic() - began < TIMEOUT:
        for client in [c for c in clients if c.socket in waiting]:
            with contextlib.suppress(ConnectionError):
                client.send(piece)
        # Waiting for an answer is what paces the bytes.
        for answered in select.select(list(waiting), [], [], PACE)[0]:
            ended[waiting.pop(answered)] = time.monotonic() - began
    return ended


def test_slow_heads_are_cut_however_they_drip(gateway: Running, serve: Callable[..., Origin]) -> None:
    origin = serve()
    with Good(gateway), _crowd(gateway, MANY) as crowd:
        for client in crowd:
            client.send(b"GET /slow HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        ended = _drip(crowd, b"a")
        assert len(ended) == MANY
        assert max(ended.values()) < 5
        assert {client.read().status for client in crowd} == {408}
    assert not [head for head in origin.heads if b"/slow" in head]


def test_slow_first_lines_are_cut(gateway: Running, serve: Callable[..., Origin]) -> None:
    serve()
    with Good(gateway), _crowd(gateway, MANY) as crowd:
        assert len(_drip(crowd, b"G")) == MANY
        assert {client.read().status for client in crowd} == {408}


def test_silent_connections_are_closed_without_a_word(gateway: Running, serve: Callable[..., Origin]) -> None:
    serve()
    with Good(gateway), _crowd(gateway, MANY) as crowd:
        assert all(client.is_closed() for client in crowd)


@pytest.mark.parametrize("fields", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
def test_bodies_that_stop_are_cut(gateway: Running, serve: Callable[..., Origin], fields: bytes) -> None:
    serve(lambda conn, _head, _rest: bool(conn.recv(65536)))
    with Good(gateway), _crowd(gateway, MANY) as crowd:
        for client in crowd:
            client.send(b"POST /slow HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n\r\n5\r\nhe")
        for client in crowd:
            assert client.read().status == 408
            assert client.is_closed()


def test_bodies_that_drip_end_with_the_time_for_all_of_it(gateway: Running, serve: Callable[..., Origin]) -> None:
    def take(conn: socket.socket, head: bytes, rest: bytes) -> bool:
        left = body_length(head) - len(rest)
        while left and (piece := conn.recv(65536)):
            left -= len(piece)
        return not left

    serve(take, total_ms=SHORT * 3)
    with Good(gateway), _crowd(gateway, MANY) as crowd:
        for client in crowd:
            client.send(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        ended = _drip(crowd, b"a")
        assert len(ended) == MANY
        # Longer than a piece may take, so that those which keep sending are not cut for it.
        assert min(ended.values()) > SHORT / 1000
        assert max(ended.values()) < 5
        assert {client.read().status for client in crowd} <= {408, 504}


def test_answers_that_nobody_reads_are_cut(gateway: Running, serve: Callable[..., Origin]) -> None:
    freed = threading.Semaphore(0)

    def flood(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        try:
            conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (64 * MIB))
            for _ in range(64):
                conn.sendall(bytes(MIB))
        except ConnectionError:
            freed.release()
        return False

    serve(flood)
    with Good(gateway), _crowd(gateway, 8) as crowd:
        for client in crowd:
            client.send(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        for _ in crowd:
            assert freed.acquire(timeout=TIMEOUT)


def test_idle_connections_cost_others_nothing_and_end(gateway: Running, serve: Callable[..., Origin]) -> None:
    serve(keep_alive_ms=SHORT * 3)
    with Good(gateway) as good, _crowd(gateway, 400) as crowd:
        for client in crowd:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.read().status == 200
        before = len(good.waits)
        assert all(client.is_closed() for client in crowd)
        assert len(good.waits) > before
    until(lambda: gateway.metric("connections_open") == 0)


def test_a_flood_of_connections_is_turned_away(gateway: Running, serve: Callable[..., Origin]) -> None:
    serve(max_connections=20, header_timeout_ms=60_000)
    with Good(gateway):
        with _crowd(gateway, 200) as crowd:
            # The good one was there first, so nineteen of the crowd are in.
            for client in crowd[19:]:
                with contextlib.suppress(ConnectionError):
                    assert client.read().status == 503
            for client in crowd[:19]:
                client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                assert client.read().status == 200
        until(lambda: gateway.metric("connections_open") == 1)
        assert gateway.get("/").status == 200


def test_an_upload_to_a_slow_origin_costs_no_memory(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    total, wanted = 512 * MIB, 64 * MIB
    enough, checked = threading.Event(), threading.Event()

    def sip(conn: socket.socket, _head: bytes, rest: bytes) -> bool:
        received = len(rest)
        while received < wanted and (piece := conn.recv(65536)):
            received += len(piece)
        enough.set()
        return not checked.wait(TIMEOUT)

    gateway.apply(site(upstream(make_origin(sip).port), route(max_body=total)))
    before, sent, piece = rss(), 0, bytes(MIB)
    with gateway.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % total)
        client.socket.settimeout(0.2)
        # It takes what the origin takes, and then what the kernel's buffers hold.
        with contextlib.suppress(TimeoutError):
            while sent < total:
                sent += client.socket.send(piece)
        assert enough.is_set()
        assert wanted <= sent < wanted + 64 * MIB
        assert rss() - before < 32 * MIB
        checked.set()
