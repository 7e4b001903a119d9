"""The PROXY protocol, on listeners that ask for it."""

from __future__ import annotations

import json
import socket
import ssl
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.certificates import section, self_signed
from tests.gateway.support import Client, Origin, Running, site, snapshot, until, upstream

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
MARK = b"\r\n\r\n\0\r\nQUIT\n"


def v2(command: int, family: int, body: bytes) -> bytes:
    return MARK + bytes((command, family)) + struct.pack(">H", len(body)) + body


FOUR = bytes((203, 0, 113, 7, 192, 0, 2, 1)) + struct.pack(">HH", 5000, 80)
SIX = socket.inet_pton(socket.AF_INET6, "2001:db8::7") * 2 + struct.pack(">HH", 5000, 80)


@pytest.fixture
def proxied(make_gateway: Callable[..., Running], origin: Origin, tmp_path: Path) -> Running:
    gateway = make_gateway(proxy=True, access_log=str(tmp_path / "log"))
    gateway.apply(site(upstream(origin.port)), defaults={"handshake_timeout_ms": 500})
    return gateway


@pytest.mark.parametrize(
    ("header", "address"),
    [
        (b"PROXY TCP4 203.0.113.7 192.0.2.1 5000 80\r\n", "203.0.113.7"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 5000 80\r\n", "2001:db8::7"),
        (b"PROXY TCP6 ::ffff:203.0.113.7 ::1 5000 80\r\n", "203.0.113.7"),
        (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
        (v2(0x21, 0x11, FOUR), "203.0.113.7"),
        (v2(0x21, 0x21, SIX), "2001:db8::7"),
        (v2(0x21, 0x11, FOUR + b"\x04\0\x03abc"), "203.0.113.7"),
        (v2(0x20, 0, b""), "127.0.0.1"),
    ],
)
def test_the_client_is_whom_the_header_names(
    proxied: Running, origin: Origin, tmp_path: Path, header: bytes, address: str
) -> None:
    with proxied.client() as client:
        client.send(header + GET)
        assert client.read().status == 200
        client.send(GET)
        assert client.read().status == 200
    assert f"X-Forwarded-For: {address}\r\n".encode() in origin.heads[1]
    until(lambda: (tmp_path / "log").read_text().count("\n") == 2)
    assert json.loads((tmp_path / "log").read_text().splitlines()[0])["client"] == address


def test_a_header_in_pieces(proxied: Running, origin: Origin) -> None:
    with proxied.client() as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in v2(0x21, 0x11, FOUR):
            client.send(bytes((byte,)))
        client.send(GET)
        assert client.read().status == 200
    assert b"X-Forwarded-For: 203.0.113.7\r\n" in origin.heads[0]


@pytest.mark.parametrize("first", [GET, b"PROXY TCP4 1.2.3.4\r\n" + GET, v2(0x31, 0x11, FOUR) + GET, b"PROXY TCP4 1", b""])
def test_without_a_good_header_nothing_is_served(proxied: Running, origin: Origin, first: bytes) -> None:
    with proxied.client() as client:
        client.send(first)
        assert client.is_closed()
    assert origin.heads == []
    until(lambda: proxied.metric("failed_handshakes_total") == 1)


def test_strangers_cannot_send_one_elsewhere(gateway: Running, origin: Origin) -> None:
    gateway.apply(site(upstream(origin.port)))
    with gateway.client() as client:
        client.send(b"PROXY TCP4 203.0.113.7 192.0.2.1 5000 80\r\n" + GET)
        assert client.read().status == 400


def test_before_tls(make_gateway: Callable[..., Running], origin: Origin) -> None:
    chain, key = self_signed("shop.example")
    gateway = make_gateway(tls=True, proxy=True)
    gateway.native.apply(snapshot(site(upstream(origin.port)), sections_=[section("c1", ["shop.example"], chain, key)]))
    plain = Client(gateway.port)
    plain.send(b"PROXY TCP4 203.0.113.7 192.0.2.1 5000 443\r\n")
    plain.file.close()
    context = ssl.create_default_context(cadata=chain)
    with context.wrap_socket(plain.socket, server_hostname="shop.example") as secure:
        secure.sendall(GET)
        assert secure.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"X-Forwarded-For: 203.0.113.7\r\n" in origin.heads[0]
