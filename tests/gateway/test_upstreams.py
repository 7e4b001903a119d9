"""Upstreams that are down, slow, dead in between, or back; timeouts of clients."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable

import pytest

from tests.gateway.support import Origin, Running, ok, site, until, upstream
from tests.ports import free_port


def test_round_robin_and_keep_alive(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    origins = [make_origin() for _ in range(2)]
    gateway.apply(site(upstream(*(o.port for o in origins))))
    for _ in range(10):
        assert gateway.get("/").status == 200
    assert [len(o.heads) for o in origins] == [5, 5]
    assert [o.connections for o in origins] == [1, 1]


def test_a_dead_target_is_retried_elsewhere_and_marked_down(gateway: Running, origin: Origin) -> None:
    gateway.apply(site(upstream(free_port(), origin.port)))
    assert Counter(gateway.get("/", method="POST", body=b"x").status for _ in range(10)) == {200: 10}
    assert 1 <= gateway.metric("retries_total") <= 3


def test_all_down_then_back(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    port = free_port()
    gateway.apply(site(upstream(port)))
    response = gateway.get("/")
    assert (response.status, response.json()["error"]["code"]) == (502, "BAD_GATEWAY")
    make_origin(port=port)
    until(lambda: gateway.get("/").status == 200, 3)


def test_no_targets(gateway: Running) -> None:
    gateway.apply(site(upstream()))
    assert gateway.get("/").json()["error"]["code"] == "SERVICE_UNAVAILABLE"


@pytest.mark.parametrize(("method", "status", "tries"), [("GET", 502, 2), ("POST", 502, 1), ("PUT", 502, 2)])
def test_retry_only_where_safe(
    gateway: Running, make_origin: Callable[..., Origin], method: str, status: int, tries: int
) -> None:
    origin = make_origin(lambda _conn, _head, _rest: False)
    gateway.apply(site(upstream(origin.port)))
    assert gateway.get("/", method=method).status == status
    assert len(origin.heads) == tries


def test_a_kept_connection_that_died_is_not_noticed(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    def once(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(ok())
        return False

    origin = make_origin(once)
    gateway.apply(site(upstream(origin.port)))
    assert [gateway.get("/").status for _ in range(20)] == [200] * 20


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (b"", 504),
        (b"HTTP/1.1 200 OK\r\n", 504),
        (b"garbage\r\n\r\n", 502),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 502),
        (b"HTTP/1.1 101 Switching\r\n\r\n", 502),
        (b"HTTP/1.1 200 OK\nX: y\n\n", 502),
    ],
)
def test_bad_and_missing_answers(gateway: Running, make_origin: Callable[..., Origin], reply: bytes, status: int) -> None:
    def handler(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(reply)
        conn.recv(1)
        return False

    gateway.apply(site(upstream(make_origin(handler).port, first_byte_ms=200)))
    assert gateway.get("/", method="POST").status == status


def test_interim_answers_are_passed_over(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    reply = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok()
    gateway.apply(site(upstream(make_origin(lambda conn, _h, _r: conn.sendall(reply) is None).port)))
    assert gateway.get("/").body == b"hello"


@pytest.mark.parametrize("times", [{"between_bytes_ms": 200}, {"total_ms": 300}])
def test_a_stalled_body_is_cut(gateway: Running, make_origin: Callable[..., Origin], times: dict[str, int]) -> None:
    def handler(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
        return bool(conn.recv(1))

    gateway.apply(site(upstream(make_origin(handler).port, **times)))
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        with pytest.raises(EOFError):
            client.read()


def test_slow_clients_lose_and_good_ones_do_not_notice(gateway: Running, origin: Origin) -> None:
    times = {"header_timeout_ms": 300, "body_timeout_ms": 300, "keep_alive_ms": 300}
    gateway.apply(site(upstream(origin.port)), defaults=times)
    slow_head, slow_body, idle, silent = (gateway.client() for _ in range(4))
    slow_head.send(b"GET / HTTP/1.1\r\nHos")
    slow_body.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab")
    idle.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert idle.read().status == 200
    assert gateway.get("/").status == 200
    assert (slow_head.read().status, slow_head.is_closed()) == (408, True)
    assert (slow_body.read().status, slow_body.is_closed()) == (408, True)
    assert idle.is_closed()
    assert silent.is_closed()
    for client in (slow_head, slow_body, idle, silent):
        client.close()


def test_connection_limit(gateway: Running, origin: Origin) -> None:
    gateway.apply(site(upstream(origin.port)), defaults={"max_connections": 2})
    with gateway.client() as one, gateway.client() as two:
        for client in (one, two):
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.read().status == 200
        with gateway.client() as three:
            assert three.read().status == 503
    until(lambda: gateway.metric("connections_open") == 0)
    assert gateway.get("/").status == 200
