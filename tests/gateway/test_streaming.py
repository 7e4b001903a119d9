"""Bodies flow both ways, with back-pressure, and what is cut short stays visibly short."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.support import Origin, Running, body_length, ok, route, site, until, upstream

MIB = 1 << 20


def rss() -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def test_a_slow_reader_costs_no_memory(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    piece = b"x" * MIB
    sent = [0]

    def flood(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (512 * MIB))
        for _ in range(512):
            conn.sendall(piece)
            sent[0] += MIB
        return False

    origin = make_origin(flood)
    gateway.apply(site(upstream(origin.port)))
    before = rss()
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        received = 0
        while received < 64 * MIB:
            received += len(client.socket.recv(65536))
        # Kernel buffers hold a few MiB; the rest has to wait at the origin.
        assert sent[0] < 128 * MIB
        assert rss() - before < 32 * MIB


def test_large_bodies_both_ways(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    def echo(conn: socket.socket, head: bytes, rest: bytes) -> bool:
        left = body_length(head) - len(rest)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % body_length(head) + rest)
        while left:
            piece = conn.recv(min(left, 65536))
            left -= len(piece)
            conn.sendall(piece)
        return True

    gateway.apply(site(upstream(make_origin(echo).port)))
    body = bytes(range(256)) * 4096 * 4
    with gateway.client() as client:
        sender = threading.Thread(
            target=client.send, args=(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body,)
        )
        sender.start()
        assert client.read().body == body
        sender.join()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.read().status == 200


def test_chunked_both_ways_with_trailers(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    seen: list[bytes] = []

    def handler(conn: socket.socket, _head: bytes, rest: bytes) -> bool:
        while not rest.endswith(b"\r\n\r\n"):
            rest += conn.recv(65536)
        seen.append(rest)
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n")
        return True

    gateway.apply(site(upstream(make_origin(handler).port)))
    with gateway.client() as client:
        for _ in range(2):
            client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-T: 2\r\n\r\n")
            assert client.read().body == b"abc"
    assert seen[0] == b"5\r\nhello\r\n0\r\nX-T: 2\r\n\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nzz\r\n",
    ],
)
def test_truncated_stays_truncated(gateway: Running, make_origin: Callable[..., Origin], reply: bytes) -> None:
    gateway.apply(site(upstream(make_origin(lambda conn, _h, _r: conn.sendall(reply) is not None).port)))
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        with pytest.raises((EOFError, ConnectionResetError)):
            client.read()


def test_reset_close_delimited_answer_resets_an_old_client(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    def handler(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(b"HTTP/1.1 200 OK\r\n\r\nshort")
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    gateway.apply(site(upstream(make_origin(handler).port)))
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        # Reset before the head was relayed it is a 502, after it a reset; never a body that looks whole.
        with contextlib.suppress(ConnectionResetError):
            assert client.read().status == 502


def test_close_delimited_answer_becomes_chunked(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    gateway.apply(
        site(upstream(make_origin(lambda conn, _h, _r: conn.sendall(b"HTTP/1.0 200 OK\r\n\r\nall of it") is not None).port))
    )
    response = gateway.get("/")
    assert (response.get("transfer-encoding"), response.body) == ("chunked", b"all of it")


def test_head_and_304_have_no_body(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    replies = {
        b"HEAD": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"GET ": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    }
    gateway.apply(site(upstream(make_origin(lambda conn, head, _r: conn.sendall(replies[head[:4]]) is None).port)))
    with gateway.client() as client:
        for _ in range(2):
            client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.read(to_head=True).get("content-length") == "5"
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.read().status == 304


def test_100_continue_comes_only_when_the_body_is_wanted(gateway: Running, origin: Origin) -> None:
    gateway.apply(site(upstream(origin.port), route("/"), route("/small", max_body=3)))
    with gateway.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert client.read().status == 100
        client.send(b"12345")
        assert client.read().body == b"hello"
    assert b"expect" not in origin.heads[0].lower()
    with gateway.client() as client:
        client.send(b"POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert client.read().status == 413


def test_max_body_holds_for_chunks_too(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    origin = make_origin(lambda conn, _h, _r: bool(conn.recv(65536)))
    gateway.apply(site(upstream(origin.port), route("/", max_body=8)))
    with gateway.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n")
        response = client.read()
        assert (response.status, response.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
        assert client.is_closed()


def test_early_answer_while_the_body_is_still_coming(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    gateway.apply(site(upstream(make_origin(lambda conn, _h, _r: conn.sendall(ok(b"no")) is not None).port)))
    with gateway.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nstart")
        assert client.read().body == b"no"
        assert client.is_closed()


def test_a_client_that_leaves_frees_the_upstream(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    closed: list[bool] = []

    def handler(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
        closed.append(conn.recv(1) == b"")
        return False

    gateway.apply(site(upstream(make_origin(handler).port)))
    client = gateway.client()
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.socket.recv(10)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    until(lambda: closed == [True])
