"""How much at once: connections and requests, of one client and of all."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.gateway.asking import Ask, over_h1, over_h2
from tests.gateway.certificates import section, self_signed
from tests.gateway.support import Origin, Response, Running, ok, route, site, snapshot, until, upstream
from tests.gateway.test_http2 import H2Client, head

CHAIN, KEY = self_signed("shop.example")
TRUSTED = ["127.0.0.0/8"]


class Holding:
    """An origin that answers `/hold` only when told to."""

    def __init__(self, make_origin: Callable[..., Origin]) -> None:
        self.release = threading.Event()
        self.origin = make_origin(self.handle)

    def handle(self, conn: socket.socket, head: bytes, _rest: bytes) -> bool:
        if head.startswith(b"GET /hold"):
            self.release.wait(10)
        conn.sendall(ok())
        return True

    def held(self) -> int:
        return sum(h.startswith(b"GET /hold") for h in self.origin.heads)


@pytest.fixture
def holding(make_origin: Callable[..., Origin]) -> Iterator[Holding]:
    made = Holding(make_origin)
    yield made
    made.release.set()


def forwarded(number: int) -> str:
    return f"X-Forwarded-For: 198.51.100.{number}"


def error(response: Response) -> tuple[int, str | None, str]:
    return response.status, response.get("retry-after"), response.json()["error"]["code"]


@pytest.mark.parametrize("ask", [over_h1, over_h2], ids=["h1", "h2"])
@pytest.mark.parametrize(
    ("defaults", "of_route", "holders", "asked", "want"),
    [
        # Of all clients together.
        ({"max_in_flight": 2}, {}, [1, 2], 3, (503, "1", "SERVICE_UNAVAILABLE")),
        ({"max_in_flight": 3}, {}, [1, 2], 3, None),
        # Of one client; another is let in.
        ({"max_in_flight_per_client": 2}, {}, [1, 1], 1, (429, "1", "RATE_LIMITED")),
        ({"max_in_flight_per_client": 2}, {}, [1, 1], 2, None),
        # Of a route; another route goes on.
        ({}, {"max_in_flight": 2}, [1, 2], 3, None),
    ],
)
def test_requests_in_flight(
    gateway: Running,
    holding: Holding,
    ask: Ask,
    defaults: dict[str, int],
    of_route: dict[str, int],
    holders: list[int],
    asked: int,
    want: tuple[int, str, str] | None,
) -> None:
    routes = [route("/"), route("/hold", **of_route)]
    gateway.apply(site(upstream(holding.origin.port), *routes), trusted_proxies=TRUSTED, defaults=defaults)
    clients = [gateway.client() for _ in holders]
    for client, number in zip(clients, holders, strict=True):
        client.send(f"GET /hold HTTP/1.1\r\nHost: a\r\n{forwarded(number)}\r\n\r\n".encode())
    until(lambda: holding.held() == len(holders))
    response = ask(gateway, "/", forwarded(asked))
    assert (None if response.status == 200 else error(response)) == want
    if of_route:
        assert error(ask(gateway, "/hold", forwarded(asked))) == (503, "1", "SERVICE_UNAVAILABLE")
    holding.release.set()
    for client in clients:
        assert client.read().status == 200
        client.close()
    # Every place was given back.
    assert [ask(gateway, "/hold", forwarded(asked)).status for _ in range(3)] == [200] * 3


def test_places_come_back_from_clients_that_leave(gateway: Running, holding: Holding) -> None:
    gateway.apply(site(upstream(holding.origin.port)), defaults={"max_in_flight_per_client": 3, "max_in_flight": 3})
    client = H2Client(gateway.port)
    streams = [client.request(head("/hold")) for _ in range(3)]
    until(lambda: holding.held() == 3)
    assert gateway.get("/").status in (429, 503)
    for stream in streams:
        client.h2.reset_stream(stream)
    client.flush()
    until(lambda: gateway.get("/").status == 200)
    client.close()


def is_turned_away(client: Any) -> bool:
    """Whether it was told 503, or the connection ended, as it had asked already when it was closed."""
    try:
        return bool(client.read().status == 503)
    except (EOFError, ConnectionResetError):
        return True


@pytest.mark.parametrize("limit", ["max_connections", "max_connections_per_client"])
def test_connections(gateway: Running, origin: Origin, limit: str) -> None:
    gateway.apply(site(upstream(origin.port)), defaults={limit: 2})
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(gateway.client()) for _ in range(2)]
        for client in clients:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.read().status == 200
        for _ in range(3):
            assert is_turned_away(stack.enter_context(gateway.client()))
        assert gateway.metric("connections_turned_away_total") == 3
        # Those who are in notice nothing, and a place that is left is free.
        clients[0].send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert clients[0].read().status == 200
        clients[1].close()
        until(lambda: gateway.metric("connections_open") == 1)
        assert gateway.get("/").status == 200


@pytest.mark.parametrize("limit", ["max_connections", "max_connections_per_client"])
def test_connections_over_tls_are_closed_without_a_word_in_the_clear(
    make_gateway: Callable[..., Running], origin: Origin, limit: str
) -> None:
    gateway = make_gateway(tls=True)
    certificate = section("c1", ["shop.example"], CHAIN, KEY)
    gateway.native.apply(snapshot(site(upstream(origin.port)), sections_=[certificate], defaults={limit: 1}))
    context = ssl.create_default_context(cadata=CHAIN)

    def connect(stack: contextlib.ExitStack) -> ssl.SSLSocket:
        raw = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), 10))
        return stack.enter_context(context.wrap_socket(raw, server_hostname="shop.example"))

    with contextlib.ExitStack() as stack:
        first = connect(stack)
        first.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert first.recv(1000).startswith(b"HTTP/1.1 200 ")
        # No record of the wrong kind: the end, however TLS says it.
        with contextlib.suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError):
            assert connect(stack).recv(1000) == b""
        assert gateway.metric("connections_turned_away_total") == 1


def test_clients_behind_the_proxy_protocol_count_by_their_own_address(
    make_gateway: Callable[..., Running], origin: Origin
) -> None:
    gateway = make_gateway(proxy=True)
    gateway.apply(site(upstream(origin.port)), defaults={"max_connections_per_client": 1})

    def connect(address: str) -> Any:
        client = gateway.client()
        client.send(f"PROXY TCP4 {address} 127.0.0.1 1 80\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return client

    with contextlib.ExitStack() as stack:
        for address in ("198.51.100.1", "198.51.100.2"):
            assert stack.enter_context(connect(address)).read().status == 200
        assert is_turned_away(stack.enter_context(connect("198.51.100.1")))
