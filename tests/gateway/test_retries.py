"""Second tries where they are safe, and upstreams that hang: each timeout with its status and its reason in the access log."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.support import Handler, Origin, Running, body_length, ok, site, until, upstream
from tests.ports import free_port

pytestmark = pytest.mark.alone

BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"


def configure(gateway: Running, *ports: int, **changes: Any) -> None:
    assert gateway.apply(site(upstream(*ports) | changes))["refused"] == []


def take(conn: socket.socket, head: bytes, rest: bytes) -> bool:
    """Reads the request whole and closes without an answer."""
    while len(rest) < body_length(head):
        rest += conn.recv(65536)
    return False


@pytest.mark.parametrize(
    ("method", "body", "status", "tries"),
    [
        ("GET", b"", 200, 2),
        ("DELETE", b"", 200, 2),
        # Nobody knows what was done of it, or its body is gone.
        ("POST", b"", 502, 1),
        ("POST", b"abc", 502, 1),
        ("PUT", b"abc", 502, 1),
        ("PATCH", b"", 502, 1),
    ],
)
def test_a_target_that_takes_the_request_and_dies(
    gateway: Running, make_origin: Callable[..., Origin], method: str, body: bytes, status: int, tries: int
) -> None:
    origins = [make_origin(take), make_origin()]
    configure(gateway, *(o.port for o in origins), outlier={"consecutive": 0})
    assert gateway.get("/", method=method, body=body).status == status
    assert sum(len(o.heads) for o in origins) == tries


@pytest.mark.parametrize("body", [b"", b"abc" * 100_000])
def test_what_was_never_sent_is_sent_elsewhere(gateway: Running, make_origin: Callable[..., Origin], body: bytes) -> None:
    """Whatever the method: no connection, no byte of the body taken from the client."""
    good = make_origin()
    configure(gateway, free_port(), good.port, outlier={"consecutive": 0})
    for _ in range(4):
        assert gateway.get("/", method="POST", body=body).status == 200
    assert good.bodies == [body] * 4


@pytest.mark.parametrize(
    ("method", "allowed", "status", "tries"), [("GET", True, 200, 2), ("GET", False, 503, 1), ("POST", True, 503, 1)]
)
def test_gateway_errors(
    gateway: Running, make_origin: Callable[..., Origin], method: str, allowed: bool, status: int, tries: int
) -> None:
    busy, good = make_origin(lambda conn, _h, _r: conn.sendall(BUSY) is None), make_origin()
    configure(gateway, busy.port, good.port, retry={"gateway_errors": allowed})
    response = gateway.get("/", method=method)
    # The last answer is passed on as it is.
    assert (response.status, response.body) == (status, b"hello" if status == 200 else b"busy")
    assert len(busy.heads) + len(good.heads) == tries


def test_when_all_say_no_the_last_one_is_heard(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    busy = [make_origin(lambda conn, _h, _r: conn.sendall(BUSY) is None) for _ in range(2)]
    configure(gateway, *(o.port for o in busy), retry={"gateway_errors": True, "attempts": 1})
    assert gateway.get("/").body == b"busy"
    assert [len(o.heads) for o in busy] == [1, 1]


@pytest.mark.parametrize(
    ("retry", "most"),
    [
        ({"attempts": 0}, 0),
        ({"attempts": 1, "budget_percent": 0, "min_per_s": 0}, 0),
        # A fifth of the requests; one more, as it is asked before the request in hand is counted against it.
        ({"attempts": 3, "budget_percent": 20, "min_per_s": 0}, 11),
    ],
)
def test_the_budget_bounds_the_load(
    gateway: Running, make_origin: Callable[..., Origin], retry: dict[str, int], most: int
) -> None:
    mute = make_origin(lambda *_: False)
    configure(gateway, mute.port, retry=retry, outlier={"consecutive": 0})
    assert Counter(gateway.get("/").status for _ in range(50)) == {502: 50}
    assert len(mute.heads) - 50 <= most
    assert gateway.metric("retries_total") == len(mute.heads) - 50
    assert (len(mute.heads) > 50) is (most > 0)


def test_a_flapping_target_is_hardly_noticed(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    """One request in four it leaves without a word; that is an eighth of all, within the budget."""
    seen = [0]

    def flap(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        seen[0] += 1
        if seen[0] % 4 == 0:
            return False
        conn.sendall(ok(b"flapping"))
        return True

    configure(gateway, make_origin(flap).port, make_origin().port)
    assert Counter(gateway.get("/").status for _ in range(100)) == {200: 100}


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue is full: connections to it neither stand nor fail."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        yield port
        for one in waiting:
            one.close()


def silent(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
    return bool(conn.recv(1))


def half(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
    return bool(conn.recv(1))


def cut(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
    return False


def drip(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
    """Never silent for long, and never done."""
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    pause = threading.Event()
    for _ in range(1000):
        conn.sendall(b"x")
        pause.wait(0.02)
    return False


def logged(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.mark.parametrize(
    ("handler", "times", "status", "begun", "reason"),
    [
        ("dead", {}, 502, False, "upstream connect failed"),
        ("full", {"connect_ms": 150}, 504, False, "upstream connect timeout"),
        (silent, {"first_byte_ms": 150}, 504, False, "upstream answer timeout"),
        (silent, {"total_ms": 150}, 504, False, "total time over"),
        ("full", {"total_ms": 150}, 504, False, "total time over"),
        (half, {"between_bytes_ms": 150}, 200, True, "upstream body timeout"),
        (drip, {"total_ms": 150}, 200, True, "total time over"),
        (cut, {}, 200, True, "upstream answer truncated"),
        (lambda *_: False, {}, 502, False, "upstream closed without an answer"),
        (lambda conn, *_: conn.sendall(b"nonsense\r\n\r\n") is not None, {}, 502, False, "response version"),
    ],
)
def test_what_hangs_or_breaks(
    make_gateway: Callable[..., Running],
    make_origin: Callable[..., Origin],
    full_port: int,
    tmp_path: Path,
    handler: Handler | str,
    times: dict[str, int],
    status: int,
    begun: bool,
    reason: str,
) -> None:
    log = tmp_path / "access.log"
    gateway = make_gateway(access_log=str(log))
    port = {"dead": free_port(), "full": full_port}[handler] if isinstance(handler, str) else make_origin(handler).port
    configure(gateway, port, **times, retry={"attempts": 0})
    began = time.monotonic()
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        if begun:
            with pytest.raises(EOFError):
                client.read()
        else:
            assert client.read().status == status
    took = time.monotonic() - began
    assert took < 2
    assert took >= (0.14 if times else 0)
    until(lambda: logged(log))
    (line,) = logged(log)
    assert (line["status"], line["reason"]) == (status, reason)
    assert line["upstream"] == f"127.0.0.1:{port}"
    assert gateway.metric("upstream_failures_total") == 1


def test_a_hanging_target_beside_a_good_one(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    """It costs its first requests their time, then it is left alone."""
    hanging, good = make_origin(silent), make_origin()
    outlier = {"consecutive": 2, "base_ms": 60_000, "max_ms": 60_000}
    configure(gateway, hanging.port, good.port, first_byte_ms=150, outlier=outlier)
    answers = Counter(gateway.get("/").status for _ in range(20))
    assert answers == {200: 18, 504: 2}
    assert len(hanging.heads) == 2
