"""Upgrades: WebSocket with subprotocols, other protocols, and what is refused."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.gateway.certificates import section, self_signed
from tests.gateway.support import Origin, Running, site, snapshot, until, upstream

PROTOCOLS = [Subprotocol("chat.v2"), Subprotocol("chat.v1")]


def echo(connection: ServerConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        for message in connection:
            if message == "leave":
                connection.close(4001, "you asked")
                return
            connection.send(message)


@pytest.fixture
def echo_port() -> Iterator[int]:
    with serve(echo, "127.0.0.1", 0, subprotocols=PROTOCOLS, max_size=None, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.socket.getsockname()[1]
        server.shutdown()
        thread.join(10)


def test_websocket(gateway: Running, echo_port: int) -> None:
    gateway.apply(site(upstream(echo_port)))
    address = f"ws://127.0.0.1:{gateway.port}/chat"
    with connect(address, subprotocols=[Subprotocol("chat.v1")], max_size=None, compression=None, proxy=None) as socket_:
        assert socket_.subprotocol == "chat.v1"
        socket_.send("hello")
        assert socket_.recv(10) == "hello"
        large = bytes(range(256)) * 8192
        socket_.send(large)
        assert socket_.recv(10) == large
        socket_.send("leave")
        with pytest.raises(ConnectionClosed) as closed:
            socket_.recv(10)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "you asked")


def test_websocket_over_tls(make_gateway: Callable[..., Running], echo_port: int) -> None:
    chain, key = self_signed("shop.example")
    gateway = make_gateway(tls=True)
    gateway.native.apply(snapshot(site(upstream(echo_port)), sections_=[section("c1", ["shop.example"], chain, key)]))
    context = ssl.create_default_context(cadata=chain)
    with (
        socket.create_connection(("127.0.0.1", gateway.port), 10) as plain,
        connect(
            "wss://shop.example/",
            sock=plain,
            ssl=context,
            server_hostname="shop.example",
            subprotocols=PROTOCOLS,
            compression=None,
            proxy=None,
        ) as socket_,
    ):
        socket_.send("hello")
        assert socket_.recv(10) == "hello"


UPGRADE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: magic/1\r\n\r\n"


def switch(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
    conn.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: magic/1\r\n\r\nfirst bytes")
    while piece := conn.recv(65536):
        conn.sendall(piece.upper())
    conn.sendall(b"end")
    return False


def test_another_protocol_and_half_closing(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    origin = make_origin(switch)
    gateway.apply(site(upstream(origin.port)))
    with gateway.client() as client:
        client.send(UPGRADE)
        response = client.read()
        assert (response.status, response.get("upgrade"), response.get("connection")) == (101, "magic/1", "Upgrade")
        assert client.file.read(11) == b"first bytes"
        client.send(b"abc")
        assert client.file.read(3) == b"ABC"
        client.socket.shutdown(socket.SHUT_WR)
        assert client.file.read() == b"end"
    assert origin.heads[0].endswith(b"Connection: Upgrade\r\nUpgrade: magic/1")
    until(lambda: gateway.metric("connections_open") == 0)


def test_a_silent_tunnel_ends(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    gateway.apply(site(upstream(make_origin(switch).port)), defaults={"tunnel_idle_ms": 200})
    with gateway.client() as client:
        client.send(UPGRADE)
        assert client.read().status == 101
        assert client.file.read() == b"first bytes"


def test_a_refused_upgrade_is_an_answer(gateway: Running, origin: Origin) -> None:
    gateway.apply(site(upstream(origin.port)))
    with gateway.client() as client:
        client.send(UPGRADE)
        assert client.read().body == b"hello"
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.read().body == b"hello"


def test_a_switch_that_nobody_asked_for(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    gateway.apply(site(upstream(make_origin(switch).port)))
    assert gateway.get("/").status == 502


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 3\r\n\r\nabc", 400),
        # RFC 9113 took the upgrade to h2c away; it is left aside.
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n", 200),
    ],
)
def test_what_is_no_upgrade(gateway: Running, origin: Origin, request_: bytes, status: int) -> None:
    gateway.apply(site(upstream(origin.port)))
    with gateway.client() as client:
        client.send(request_)
        assert client.read().status == status
    assert all(b"upgrade" not in head.lower() for head in origin.heads)


def test_draining_ends_tunnels_in_time(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    gateway.apply(site(upstream(make_origin(switch).port)))
    with gateway.client() as client:
        client.send(UPGRADE)
        assert client.read().status == 101
        gateway.drain(0.5)
        assert client.file.read().startswith(b"first bytes")
