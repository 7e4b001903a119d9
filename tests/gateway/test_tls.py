"""TLS: certificates by server name, swapped under connections, HTTP/2 by ALPN, sealed keys."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from control.core.crypto import Keyring, place
from tests.gateway.certificates import section, self_signed
from tests.gateway.support import Origin, Running, site, snapshot, until, upstream

SHOP = self_signed("shop.example", "*.shop.example")
OTHER = self_signed("other.example", number=2)


@pytest.fixture
def secure(make_gateway: Callable[..., Running], origin: Origin) -> Running:
    gateway = make_gateway(tls=True)
    apply(gateway, origin, section("c1", ["shop.example", "*.shop.example"], *SHOP))
    return gateway


def apply(gateway: Running, origin: Origin, *certificates: dict[str, Any]) -> Any:
    return json.loads(gateway.native.apply(snapshot(site(upstream(origin.port)), sections_=certificates)))


def connect(gateway: Running, name: str | None, protocols: tuple[str, ...] = ()) -> ssl.SSLSocket:
    context = ssl.create_default_context(cadata=SHOP[0] + OTHER[0])
    context.check_hostname = name is not None
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context.wrap_socket(socket.create_connection(("127.0.0.1", gateway.port), 10), server_hostname=name)


def serial(connection: ssl.SSLSocket) -> int:
    found = connection.getpeercert()
    assert found is not None
    return int(str(found["serialNumber"]), 16)


def ask(connection: ssl.SSLSocket, host: str = "shop.example") -> bytes:
    connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return connection.recv(65536)


def test_a_request_over_tls(secure: Running, origin: Origin) -> None:
    with connect(secure, "shop.example") as connection:
        assert ask(connection).startswith(b"HTTP/1.1 200 OK\r\n")
        assert connection.version() == "TLSv1.3"
    head = origin.heads[0].lower()
    assert b"x-forwarded-proto: https\r\n" in head
    assert b"proto=https" in head


@pytest.mark.parametrize(
    ("offered", "chosen"), [(("h2", "http/1.1"), "h2"), (("http/1.1", "h2"), "h2"), (("http/1.1",), "http/1.1"), ((), None)]
)
def test_what_is_spoken_is_agreed_on(secure: Running, offered: tuple[str, ...], chosen: str | None) -> None:
    with connect(secure, "shop.example", offered) as connection:
        assert connection.selected_alpn_protocol() == chosen


@pytest.mark.parametrize(
    ("hosts", "name", "number"),
    [
        (["other.example"], "shop.example", 1),
        (["other.example"], "a.shop.example", 1),
        (["other.example"], "other.example", 2),
        (["other.example", "*"], None, 2),
    ],
)
def test_certificates_by_name(secure: Running, origin: Origin, hosts: list[str], name: str | None, number: int) -> None:
    apply(
        secure, origin, section("c1", ["shop.example", "*.shop.example"], *SHOP), section("c2", hosts, *OTHER)
    )  # the second is not for the first one's names
    with connect(secure, name) as connection:
        assert serial(connection) == number


def test_an_unknown_name_is_refused(secure: Running) -> None:
    with pytest.raises(ssl.SSLError):
        connect(secure, "stranger.example")
    until(lambda: secure.metric("failed_handshakes_total") == 1)


def test_a_certificate_is_swapped_under_open_connections(secure: Running, origin: Origin) -> None:
    with connect(secure, "shop.example") as old:
        assert ask(old)
        newer = self_signed("shop.example", number=7)
        apply(secure, origin, section("c1", ["shop.example"], *newer))
        context = ssl.create_default_context(cadata=newer[0])
        with context.wrap_socket(
            socket.create_connection(("127.0.0.1", secure.port), 10), server_hostname="shop.example"
        ) as connection:
            assert serial(connection) == 7
        assert ask(old).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_bad_certificate_is_refused_alone(secure: Running, origin: Origin) -> None:
    report = apply(secure, origin, section("c1", ["shop.example"], *SHOP), section("c2", ["other.example"], OTHER[0], SHOP[1]))
    assert [r["id"] for r in report["refused"]] == ["certificate:c2"]
    with connect(secure, "shop.example") as connection:
        assert ask(connection)


def test_a_sealed_key_needs_its_keyring(make_gateway: Callable[..., Running], origin: Origin) -> None:
    key = os.urandom(32)
    sealed = base64.b64encode(
        Keyring({"k1": key}).seal(SHOP[1].encode(), place("gateway_certificates", "private_key", "c1"))
    ).decode()
    body = section("c1", ["shop.example"], SHOP[0], "")
    del body["body"]["key_pem"]
    body["body"]["key_sealed"] = sealed
    blind = make_gateway(tls=True)
    (refused,) = apply(blind, origin, body)["refused"]
    assert "k1" in refused["error"]
    gateway = make_gateway(tls=True, certificate_keys=f"k1:{base64.b64encode(key).decode()}")
    assert apply(gateway, origin, body)["refused"] == []
    with connect(gateway, "shop.example") as connection:
        assert ask(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_plain_http_on_a_tls_port_and_silence(make_gateway: Callable[..., Running], origin: Origin) -> None:
    gateway = make_gateway(tls=True)
    gateway.native.apply(
        snapshot(
            site(upstream(origin.port)),
            sections_=[section("c1", ["shop.example"], *SHOP)],
            defaults={"handshake_timeout_ms": 300},
        )
    )
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert b"HTTP/1.1" not in plain.recv(100)
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as silent:
        assert silent.recv(1) == b""
    until(lambda: gateway.metric("failed_handshakes_total") == 2)


def test_the_end_of_a_connection_is_told(secure: Running) -> None:
    with connect(secure, "shop.example") as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
        connection.suppress_ragged_eofs = False  # type: ignore[attr-defined]  # a bare end is an error then
        text = b""
        while piece := connection.recv(65536):
            text += piece
        assert text.endswith(b"hello")
