"""Request bodies checked before the origin sees a byte of them."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import h2.events
import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Origin, Running, body_length, route, site, upstream
from tests.gateway.test_http2 import H2Client, head

SCHEMA = {
    "type": "object",
    "required": ["name", "items"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "items": {"type": "array", "items": {"type": "object", "properties": {"count": {"type": "integer", "minimum": 1}}}},
    },
}
JSON = "Content-Type: application/json"
GOOD = json.dumps({"name": "a", "items": [{"count": 1}]}).encode()


def configure(gateway: Running, origin: Origin, **validate: Any) -> None:
    assert gateway.apply(site(upstream(origin.port), route("/", validate=validate)))["refused"] == []


@BOTH
@pytest.mark.parametrize(
    ("validate", "fields", "body", "status", "pointers"),
    [
        ({"schema": SCHEMA}, [JSON], GOOD, 200, None),
        ({"schema": SCHEMA}, [JSON], b'{"items": [], "x": 1}', 422, ["", ""]),
        ({"schema": SCHEMA}, [JSON], b'{"name": "", "items": [{"count": 1}, {"count": 0}]}', 422, ["/items/1/count", "/name"]),
        ({"schema": SCHEMA}, [JSON], b"{", 400, None),
        ({"json": True}, [JSON], b'"a', 400, None),
        ({"json": True}, [JSON], b"\xff", 400, None),
        ({"json": True}, [JSON], b"1", 200, None),
        ({"json": True, "content_types": ["application/json"]}, ["Content-Type: text/json"], b"1", 415, None),
        ({"json": True}, [JSON, "Content-Encoding: br"], b"1", 415, None),
        ({"json": True, "max_bytes": 5}, [JSON], b"123456", 413, None),
        ({"content_types": ["image/*"]}, ["Content-Type: image/png"], b"\x89PNG", 200, None),
    ],
)
def test_bodies(
    gateway: Running,
    origin: Origin,
    ask: Ask,
    validate: dict[str, Any],
    fields: list[str],
    body: bytes,
    status: int,
    pointers: list[str] | None,
) -> None:
    configure(gateway, origin, **validate)
    response = ask(gateway, "/", *fields, method="POST", body=body)
    assert response.status == status
    if pointers is not None:
        assert sorted(e["field"] for e in response.json()["error"]["details"]["errors"]) == pointers
    if status == 200:
        assert origin.bodies == [body]
    else:
        assert origin.heads == []


def test_the_place_of_a_mistake_is_told(gateway: Running, origin: Origin) -> None:
    configure(gateway, origin, json=True)
    error = gateway.get("/", JSON, method="POST", body=b'{\n "a": 1,\n}').json()["error"]
    assert (error["code"], error["details"]) == ("INVALID_JSON", {"line": 3, "column": 1})


def test_chunks_are_gathered_and_go_on_counted(gateway: Running, origin: Origin) -> None:
    """The origin hears nothing until the body is whole and good."""
    configure(gateway, origin, schema=SCHEMA)
    with gateway.client() as client:
        client.send(f"POST / HTTP/1.1\r\nHost: a\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for at in range(0, len(GOOD), 7):
            client.send(b"%x\r\n%s\r\n" % (len(GOOD[at : at + 7]), GOOD[at : at + 7]))
            assert origin.connections == 0
        client.send(b"0\r\n\r\n")
        assert client.read().body == b"hello"
        assert body_length(origin.heads[0]) == len(GOOD)
        assert b"transfer-encoding" not in origin.heads[0].lower()
        # The connection goes on, also after a body that was refused.
        client.send(f"POST / HTTP/1.1\r\nHost: a\r\n{JSON}\r\nContent-Length: 2\r\n\r\n[]".encode())
        assert client.read().status == 422
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.read().status == 200


def test_trailers_keep_their_chunks(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    seen: list[bytes] = []

    def handler(conn: socket.socket, _head: bytes, rest: bytes) -> bool:
        while not rest.endswith(b"\r\n\r\n"):
            rest += conn.recv(65536)
        seen.append(rest)
        conn.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        return True

    configure(gateway, make_origin(handler), json=True)
    with gateway.client() as client:
        head_ = f"POST / HTTP/1.1\r\nHost: a\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n"
        client.send(head_.encode() + b"1\r\n[\r\n1\r\n]\r\n0\r\nX-Sum: 1\r\n\r\n")
        assert client.read().status == 204
    assert seen == [b"2\r\n[]\r\n0\r\nX-Sum: 1\r\n\r\n"]


def test_a_body_that_was_checked_may_be_sent_again(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    """It was held whole, so that a PUT whose origin fell silent is tried elsewhere."""
    mute = make_origin(lambda *_: False)
    good = make_origin()
    gateway.apply(site(upstream(mute.port, good.port), route("/", validate={"json": True})))
    for _ in range(4):
        assert gateway.get("/", JSON, method="PUT", body=GOOD).status == 200
    assert mute.heads
    assert set(good.bodies) == {GOOD}


@BOTH
@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("DELETE", 200), ("POST", 400), ("PATCH", 400)])
def test_no_body_is_fine_where_none_is_expected(gateway: Running, origin: Origin, ask: Ask, method: str, status: int) -> None:
    configure(gateway, origin, json=True)
    assert ask(gateway, "/", JSON, method=method).status == status


def test_who_waits_to_be_asked_is_asked_only_for_what_may_be_good(gateway: Running, origin: Origin) -> None:
    configure(gateway, origin, json=True, content_types=["application/json"])
    start = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
    with gateway.client() as client:
        client.send(f"{start}Content-Type: text/plain\r\n\r\n".encode())
        assert client.read().status == 415
    with gateway.client() as client:
        client.send(f"{start}{JSON}\r\n\r\n".encode())
        assert client.read().status == 100
        client.send(b"[]")
        assert client.read().status == 200


def test_a_body_over_http2_without_a_length(gateway: Running, origin: Origin) -> None:
    configure(gateway, origin, schema=SCHEMA)
    client = H2Client(gateway.port)
    stream = client.request(head("/", "POST", "a.example", ("content-type", "application/json")), GOOD[:10], end=False)
    client.h2.send_data(stream, GOOD[10:], end_stream=True)
    client.flush()
    assert client.answer(stream)[0] == 200
    assert (body_length(origin.heads[0]), origin.bodies) == (len(GOOD), [GOOD])
    assert not any(isinstance(e, h2.events.StreamReset) for e in client.events)
    client.close()
