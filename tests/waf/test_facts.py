"""What rules know of a request beside its bytes, and which requests they see: those that the gateway answers itself too."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.conftest import make_gateway, make_origin, origin
from tests.gateway.support import Client, Origin, Running, route, site, snapshot, until, upstream
from tests.gateway.test_http2 import H2Client, head
from tests.waf.port import policy
from tests.waf.rules import crs3

__all__ = ["make_gateway", "make_origin", "origin"]
TELL = "\n".join(
    f'SecRule {variable} "@rx ." "id:{number},phase:1,pass,log,msg:\'{variable}\'"'
    for number, variable in enumerate(("REQUEST_PROTOCOL", "REMOTE_PORT", "SERVER_PORT", "SERVER_ADDR", "REMOTE_ADDR"), 1)
)
COUNT = 'SecRule &REMOTE_PORT "@eq 0" "id:9,phase:1,pass,log,msg:\'no port\'"\n'


def put(gateway: Running, port: int, *routes: dict[str, Any], custom: str = "", **platform: Any) -> None:
    security: dict[str, Any] = {"waf": policy("block")}
    if custom:
        security["waf_rules"] = [{"id": "c", "name": "c", "position": 1, "text": custom}]
    own = site(upstream(port), *routes) | {"security": security}
    assert json.loads(gateway.native.apply(snapshot(own, **platform)))["refused"] == []


def event(gateway: Running) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def come() -> bool:
        found.extend(json.loads(gateway.native.take_events()))
        return bool(found)

    until(come)
    (one,) = found
    return one


def told(gateway: Running) -> dict[str, str]:
    """Excerpts by message."""
    return {match["message"]: match["excerpt"] for match in event(gateway)["matches"]}


def port_of(conn: socket.socket) -> str:
    return str(conn.getsockname()[1])


def test_facts_of_http1(make_gateway: Callable[..., Running], origin: Origin) -> None:
    crs3()
    gateway = make_gateway()
    put(gateway, origin.port, custom=TELL)
    for version in ("1.1", "1.0"):
        with Client(gateway.port) as client:
            client.send(f"GET / HTTP/{version}\r\nHost: shop.example\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n".encode())
            assert client.read().status == 200
            mine = port_of(client.socket)
        assert told(gateway) == {
            "REQUEST_PROTOCOL": f"HTTP/{version}", "REMOTE_PORT": mine, "SERVER_PORT": str(gateway.port),
            "SERVER_ADDR": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip


def test_facts_of_http2(make_gateway: Callable[..., Running], origin: Origin) -> None:
    crs3()
    gateway = make_gateway()
    put(gateway, origin.port, custom=TELL)
    client = H2Client(gateway.port)
    try:
        for _ in range(2):
            stream = client.request(head("/", "GET", "shop.example", ("user-agent", "x"), ("accept", "*/*")))
            assert client.answer(stream)[0] == 200
            assert told(gateway) == {
                "REQUEST_PROTOCOL": "HTTP/2.0", "REMOTE_PORT": port_of(client.socket), "SERVER_PORT": str(gateway.port),
                "SERVER_ADDR": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
            }  # fmt: skip
    finally:
        client.close()


def test_behind_a_trusted_proxy_the_port_is_not_known(make_gateway: Callable[..., Running], origin: Origin) -> None:
    crs3()
    gateway = make_gateway()
    put(gateway, origin.port, custom=TELL + "\n" + COUNT, trusted_proxies=["127.0.0.1/32"])
    gateway.get("/", "X-Forwarded-For: 192.0.2.7", "User-Agent: x", "Accept: */*")
    found = told(gateway)
    assert (found["REMOTE_ADDR"], found.get("REMOTE_PORT")) == ("192.0.2.7", None)


def test_the_proxy_protocol_tells_the_port(make_gateway: Callable[..., Running], origin: Origin) -> None:
    crs3()
    gateway = make_gateway(proxy=True)
    put(gateway, origin.port, custom=TELL)
    with Client(gateway.port) as client:
        client.send(b"PROXY TCP4 192.0.2.9 198.51.100.1 4711 443\r\n")
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n")
        assert client.read().status == 200
    found = told(gateway)
    assert (found["REMOTE_ADDR"], found["REMOTE_PORT"]) == ("192.0.2.9", "4711")


OWN = [
    route("/old", upstream=None, redirect={"to": "https://new.example/", "status": 301}),
    route("/ping", upstream=None, respond={"status": 200, "body": "pong"}),
    route("/open", upstream=None, respond={"status": 200, "body": "open"}, waf=policy("off")),
]
ATTACK = "?q=1%27%20UNION%20SELECT%20password%20FROM%20users--"
FORM = "Content-Type: application/x-www-form-urlencoded"
BROWSER = ("User-Agent: x", "Accept: */*")
OF_OWN: list[tuple[str, str, bytes, int]] = [
    ("/old", "GET", b"", 301),
    ("/ping", "GET", b"", 200),
    ("/old" + ATTACK, "GET", b"", 403),
    ("/ping" + ATTACK, "GET", b"", 403),
    ("/open" + ATTACK, "GET", b"", 200),
    ("/ping", "POST", b"q=1", 200),
    ("/ping", "POST", b"q=1' UNION SELECT password FROM users--", 403),
    ("/open", "POST", b"q=1' UNION SELECT password FROM users--", 200),
]


@BOTH
@pytest.mark.parametrize(("path", "method", "body", "status"), OF_OWN, ids=range(len(OF_OWN)))
def test_routes_of_the_gateways_own(
    make_gateway: Callable[..., Running], origin: Origin, ask: Ask, path: str, method: str, body: bytes, status: int
) -> None:
    crs3()
    gateway = make_gateway()
    put(gateway, origin.port, *OWN)
    fields = (*BROWSER, FORM) if body else BROWSER
    got = ask(gateway, path, *fields, method=method, body=body)
    assert got.status == status
    if status == 403:
        one = event(gateway)
        assert (one["action"], one["source"], one["request_id"]) == ("blocked", "waf", got.get("x-request-id"))
    assert origin.heads == []


def test_a_connection_goes_on_behind_a_body_that_was_looked_at(make_gateway: Callable[..., Running], origin: Origin) -> None:
    crs3()
    gateway = make_gateway()
    put(gateway, origin.port, *OWN)
    wire = "\r\n".join(["POST /ping HTTP/1.1", "Host: a", *BROWSER, FORM, "Content-Length: 3", "", ""]).encode() + b"q=1"
    with Client(gateway.port) as client:
        for _ in range(2):
            client.send(wire)
            assert client.read().body == b"pong"
