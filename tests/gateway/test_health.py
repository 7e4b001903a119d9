"""Targets that are taken out, brought back, or believed in spite of all; and when an upstream is not asked at all."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.support import Origin, Running, ok, site, until, upstream
from tests.ports import free_port

pytestmark = pytest.mark.alone

CHECK = {"interval_ms": 100, "timeout_ms": 500, "unhealthy_after": 2, "healthy_after": 2}
GOOD = ok(b"all is well")
BAD = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"


def healthy(gateway: Running) -> list[bool]:
    """Whether each target is thought well."""
    (state,) = json.loads(gateway.native.status())["upstreams"]
    return [e["healthy"] for e in state["state"]["endpoints"]]


def circuit(gateway: Running) -> str:
    (state,) = json.loads(gateway.native.status())["upstreams"]
    return str(state["state"]["circuit"])


def configure(gateway: Running, *ports: int, **changes: Any) -> None:
    assert gateway.apply(site(upstream(*ports) | changes))["refused"] == []


def timed(gateway: Running) -> tuple[int, str | None, float]:
    """Status, Retry-After and seconds of a request."""
    began = time.monotonic()
    response = gateway.get("/")
    return response.status, response.get("retry-after"), time.monotonic() - began


def test_a_killed_target_is_ejected_and_comes_back(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    victim, other = make_origin(), make_origin()
    configure(gateway, victim.port, other.port, outlier={"consecutive": 2, "base_ms": 400, "max_ms": 400, "panic_percent": 0})
    assert {gateway.get("/").status for _ in range(10)} == {200}
    victim.close()
    assert {gateway.get("/").status for _ in range(20)} == {200}
    assert healthy(gateway) == [False, True]
    # Two failures were enough; all else went where it is well.
    assert gateway.metric("retries_total") <= 3
    back = make_origin(port=victim.port)
    until(lambda: gateway.get("/").status == 200 and back.heads, 3)
    assert healthy(gateway) == [True, True]


@pytest.mark.parametrize(
    ("kind", "sick"),
    [
        ({"kind": "http", "path": "/health"}, BAD),
        ({"kind": "http", "path": "/health", "status": [200, 200]}, b"HTTP/1.1 204 No Content\r\n\r\n"),
        ({"kind": "http", "path": "/health", "contains": "well"}, ok(b"all is bad")),
        ({"kind": "http", "path": "/health"}, b""),
    ],
)
def test_active_checks(gateway: Running, make_origin: Callable[..., Origin], kind: dict[str, Any], sick: bytes) -> None:
    answer = [GOOD]

    def handler(conn: socket.socket, head: bytes, _rest: bytes) -> bool:
        if head.startswith(b"GET /health "):
            conn.sendall(answer[0])
            return False
        conn.sendall(ok())
        return True

    checked, other = make_origin(handler), make_origin(lambda conn, _h, _r: conn.sendall(GOOD) is None)
    configure(gateway, checked.port, other.port, health=CHECK | kind | {"host": "probe.example"})
    until(lambda: any(h.startswith(b"GET /health HTTP/1.1\r\nHost: probe.example\r\n") for h in checked.heads))
    answer[0] = sick
    until(lambda: healthy(gateway) == [False, True])
    asked = len(other.heads)
    for _ in range(10):
        assert gateway.get("/work").status == 200
    assert len([h for h in other.heads[asked:] if h.startswith(b"GET /work")]) == 10
    answer[0] = GOOD
    until(lambda: healthy(gateway) == [True, True])
    assert not any(h.startswith(b"GET /work") for h in checked.heads)
    until(lambda: gateway.get("/work").status == 200 and any(h.startswith(b"GET /work") for h in checked.heads))


def test_a_check_of_the_port_alone(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    origin, other = make_origin(), make_origin()
    configure(gateway, origin.port, other.port, health=CHECK | {"kind": "tcp"})
    until(lambda: origin.connections > 0)
    origin.close()
    until(lambda: healthy(gateway) == [False, True])
    make_origin(port=origin.port)
    until(lambda: healthy(gateway) == [True, True])
    assert gateway.metric("retries_total") == 0


@pytest.mark.parametrize(("panic_percent", "status", "tried"), [(50, 502, True), (0, 503, False)])
def test_when_all_are_out(
    gateway: Running, make_origin: Callable[..., Origin], panic_percent: int, status: int, tried: bool
) -> None:
    """Below the threshold health is not believed any more; without one nobody is asked."""
    mute = make_origin(lambda *_: False)
    outlier = {"consecutive": 1, "base_ms": 60_000, "max_ms": 60_000, "panic_percent": panic_percent}
    configure(gateway, mute.port, outlier=outlier, retry={"attempts": 0})
    assert gateway.get("/").status == 502
    assert healthy(gateway) == [False]
    assert timed(gateway)[:2] == (status, None if tried else "1")
    assert len(mute.heads) == 1 + tried


def test_an_open_circuit_answers_at_once_and_one_request_tries_again(
    gateway: Running, make_origin: Callable[..., Origin]
) -> None:
    answer = [BUSY]
    origin = make_origin(lambda conn, _h, _r: conn.sendall(answer[0]) is None)
    breaker = {"error_percent": 50, "open_ms": 300}
    configure(gateway, origin.port, breaker=breaker, outlier={"gateway_errors": True, "consecutive": 0}, retry={"attempts": 0})
    assert [gateway.get("/").body for _ in range(20)] == [b"busy"] * 20
    assert circuit(gateway) == "open"
    for _ in range(5):
        status, retry, took = timed(gateway)
        assert (status, retry) == (503, "1")
        assert took < 0.2
    assert len(origin.heads) == 20
    # The first one that tries fails, the next one finds it well.
    until(lambda: gateway.get("/").body == b"busy", 3)
    assert (len(origin.heads), gateway.get("/").status) == (21, 503)
    answer[0] = GOOD
    until(lambda: gateway.get("/").status == 200, 3)
    assert circuit(gateway) == "closed"
    assert [gateway.get("/").status for _ in range(5)] == [200] * 5


@pytest.mark.parametrize(
    ("breaker", "targets", "fits"),
    [
        ({"max_in_flight": 2}, 1, 2),
        ({"max_in_flight_per_target": 1}, 2, 2),
        ({"max_in_flight_per_target": 2, "max_in_flight": 3}, 2, 3),
    ],
)
def test_more_in_flight_than_an_upstream_takes(
    gateway: Running, make_origin: Callable[..., Origin], breaker: dict[str, int], targets: int, fits: int
) -> None:
    release = threading.Event()

    def slow(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        release.wait(10)
        conn.sendall(ok())
        return True

    origins = [make_origin(slow) for _ in range(targets)]
    configure(gateway, *(o.port for o in origins), breaker=breaker)
    clients = [gateway.client() for _ in range(fits)]
    for client in clients:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    until(lambda: sum(len(o.heads) for o in origins) == fits)
    status, retry, took = timed(gateway)
    assert (status, retry) == (503, "1")
    assert took < 0.5
    release.set()
    for client in clients:
        assert client.read().status == 200
        client.close()
    assert gateway.get("/").status == 200


def test_health_outlives_a_snapshot(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    """What is known of a target stays when its neighbours change."""
    dead, other, third = free_port(), make_origin(), make_origin()
    outlier = {"consecutive": 1, "base_ms": 60_000, "max_ms": 60_000}
    configure(gateway, dead, other.port, outlier=outlier)
    assert {gateway.get("/").status for _ in range(4)} == {200}
    assert healthy(gateway) == [False, True]
    retries = gateway.metric("retries_total")
    configure(gateway, third.port, dead, other.port, outlier=outlier)
    assert healthy(gateway) == [True, False, True]
    assert {gateway.get("/").status for _ in range(10)} == {200}
    assert gateway.metric("retries_total") == retries
