"""A gibibyte each way, made and checked on the fly, and what it costs in memory."""

from __future__ import annotations

import random
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.gateway.certificates import section, self_signed
from tests.gateway.support import Origin, Running, ok, route, site, snapshot, upstream
from tests.gateway.test_streaming import MIB, rss

CHAIN, KEY = self_signed("shop.example")
BLOCK = random.Random(1).randbytes(MIB)
TWICE = BLOCK * 2
MOST = 32 * MIB
"""Bytes that this process, which is gateway, client and origin at once, may grow by."""


def send(conn: socket.socket, total: int) -> None:
    for _ in range(total // MIB):
        conn.sendall(BLOCK)


def take(conn: socket.socket, total: int, first: bytes = b"", watch: Callable[[], None] | None = None) -> bool:
    """Whether what comes is what was sent, to the last byte."""
    seen, piece = 0, first
    while True:
        at = seen % MIB
        if piece != TWICE[at : at + len(piece)]:
            return False
        before, seen = seen, seen + len(piece)
        if watch is not None and seen // (64 * MIB) != before // (64 * MIB):
            watch()
        if seen == total:
            return True
        piece = conn.recv(min(MIB // 4, total - seen))
        if not piece:
            return False


class Store:
    """An origin that gives what GET asks for and checks what POST brings."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.good = False

    def __call__(self, conn: socket.socket, head: bytes, rest: bytes) -> bool:
        if head.startswith(b"GET "):
            conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.total)
            send(conn, self.total)
        else:
            self.good = take(conn, self.total, rest)
            conn.sendall(ok(b"good" if self.good else b"bad"))
        return True


@pytest.fixture(params=[(False, 1024 * MIB), (True, 256 * MIB)], ids=["clear", "tls"])
def connected(
    request: pytest.FixtureRequest, make_gateway: Callable[..., Running], make_origin: Callable[..., Origin]
) -> Iterator[tuple[socket.socket, int]]:
    """A client's connection, and how many bytes go over it."""
    tls, total = request.param
    gateway = make_gateway(tls=tls)
    certificate = section("c1", ["shop.example"], CHAIN, KEY)
    body: dict[str, Any] = site(upstream(make_origin(Store(total)).port), route("/", max_body=total))
    gateway.native.apply(snapshot(body, sections_=[certificate]))
    with socket.create_connection(("127.0.0.1", gateway.port), 30) as raw:
        if tls:
            with ssl.create_default_context(cadata=CHAIN).wrap_socket(raw, server_hostname="shop.example") as wrapped:
                yield wrapped, total
        else:
            yield raw, total


def read_head(conn: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = conn.recv(65536)
        assert piece
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def test_down_and_up(connected: tuple[socket.socket, int]) -> None:
    """Both on one connection; a time limit of the test is the only one."""
    conn, total = connected
    before = rss()
    most = [0]

    def watch() -> None:
        most[0] = max(most[0], rss() - before)

    conn.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    head, rest = read_head(conn)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert take(conn, total, rest, watch)
    conn.sendall(b"POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: %d\r\n\r\n" % total)
    for _ in range(total // MIB):
        conn.sendall(BLOCK)
        watch()
    head, rest = read_head(conn)
    assert (head[:13], rest) == (b"HTTP/1.1 200 ", b"good")
    assert most[0] <= MOST, most
