"""Bodies of answers: what leaks is kept back, what is large or must not wait goes by."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.conftest import make_gateway, make_origin
from tests.gateway.support import Client, Origin, Running, body_length, route, site, snapshot, until, upstream
from tests.gateway.test_streaming import MIB, rss
from tests.waf.port import policy
from tests.waf.rules import crs3

__all__ = ["make_gateway", "make_origin"]
LEAK = (
    b"<html><body><h1>Error</h1><p>You have an error in your SQL syntax; check the manual that corresponds to your MySQL server"
    b" version for the right syntax to use near ''' at line 1</p></body></html>"
)
FINE = b"<html><body><p>Today's offers</p></body></html>"
LIMIT = 524_288
"""Bytes of a body that are looked at."""


def answer(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """An answer of known length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Site:
    """A protected site whose answers a test sets by path."""

    gateway: Running
    answers: dict[str, bytes] = field(default_factory=dict)

    def serve(self, conn: socket.socket, head: bytes, rest: bytes) -> bool:
        while len(rest) < body_length(head):
            rest += conn.recv(65536)
        conn.sendall(self.answers[head.split(b" ", 2)[1].decode()])
        return True

    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []

        def come() -> bool:
            found.extend(json.loads(self.gateway.native.take_events()))
            return bool(found)

        until(come)
        return found


@pytest.fixture
def here(make_gateway: Callable[..., Running], make_origin: Callable[..., Origin]) -> Site:
    """Blocks at paranoia 1 and looks at answers; not so below /unseen."""
    crs3()
    one = Site(make_gateway())
    origin = make_origin(one.serve)
    protect(one.gateway, origin.port)
    return one


def protect(gateway: Running, port: int, **more: Any) -> None:
    waf = policy("block", response_bodies=True, **more)
    own = site(upstream(port), route(), route("/unseen", waf={**waf, "response_bodies": False})) | {"security": {"waf": waf}}
    assert json.loads(gateway.native.apply(snapshot(own)))["refused"] == []


def packed(coding: str, body: bytes) -> bytes:
    match coding:
        case "gzip":
            return gzip.compress(body)
        case "deflate":
            return zlib.compress(body)
        case _:
            return body


HTML = "Content-Type: text/html"
BLOCKED: list[tuple[str, bytes]] = [
    ("as it is", answer(LEAK, HTML)),
    ("of a failure", answer(LEAK, HTML, status="500 Internal Server Error")),
    ("plain text", answer(LEAK, "Content-Type: text/plain; charset=utf-8")),
    ("JSON", answer(LEAK, "Content-Type: application/json")),
    ("without a type", answer(LEAK)),
    ("gzip", answer(packed("gzip", LEAK), HTML, "Content-Encoding: gzip")),
    ("deflate", answer(packed("deflate", LEAK), HTML, "Content-Encoding: deflate")),
    ("in chunks", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
     + b"".join(b"14\r\n%s\r\n" % LEAK.ljust(300)[at : at + 20] for at in range(0, 300, 20)) + b"0\r\n\r\n"),
    ("at the beginning of a long one", answer(LEAK + b" " * (4 * LIMIT), HTML)),
]  # fmt: skip
PASSED: list[tuple[str, bytes]] = [
    ("nothing in it", answer(FINE, HTML)),
    ("packed, nothing in it", answer(packed("gzip", FINE), HTML, "Content-Encoding: gzip")),
    ("a picture", answer(LEAK, "Content-Type: image/png")),
    ("a part", answer(LEAK, HTML, "Content-Range: bytes 0-9/100", status="206 Partial Content")),
    ("behind the bound", answer(b" " * (LIMIT + 300_000) + LEAK, HTML)),
    ("a bomb", answer(gzip.compress(b"a" * (64 * MIB)), HTML, "Content-Encoding: gzip")),
    ("broken coding", answer(LEAK, HTML, "Content-Encoding: br")),
]


@BOTH
@pytest.mark.parametrize(("what", "sent"), BLOCKED, ids=[what for what, _ in BLOCKED])
def test_a_leak_is_kept_back(here: Site, ask: Ask, what: str, sent: bytes) -> None:
    here.answers = {"/shop": sent, "/unseen": sent}
    got = ask(here.gateway, "/shop")
    assert got.status == 403, what
    assert b"SQL" not in got.body
    (event,) = here.events()
    assert (event["action"], event["status"], event["request_id"]) == ("blocked", 403, got.get("x-request-id"))
    assert {match["rule_id"] for match in event["matches"]} & {951230, 951100}
    assert ask(here.gateway, "/unseen").status in (200, 500)


@BOTH
@pytest.mark.parametrize(("what", "sent"), PASSED, ids=[what for what, _ in PASSED])
def test_what_is_fine_passes_unchanged(here: Site, ask: Ask, what: str, sent: bytes) -> None:
    here.answers = {"/shop": sent}
    got = ask(here.gateway, "/shop")
    assert got.status in (200, 206), what
    assert got.body == sent.partition(b"\r\n\r\n")[2]


def test_head_is_answered(here: Site) -> None:
    here.answers = {"/shop": answer(LEAK, HTML).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"}
    got = here.gateway.get("/shop", method="HEAD")
    assert (got.status, got.get("content-length")) == (200, str(len(LEAK)))


def test_detection_lets_through_and_tells(here: Site, make_origin: Callable[..., Origin]) -> None:
    here.answers = {"/shop": answer(LEAK, HTML)}
    origin = make_origin(here.serve)
    own = site(upstream(origin.port)) | {"security": {"waf": policy("detect", response_bodies=True)}}
    here.gateway.native.apply(snapshot(own))
    assert here.gateway.get("/shop").body == LEAK
    assert [event["action"] for event in here.events()] == ["detected"]


def test_a_large_download_costs_no_memory(here: Site, make_origin: Callable[..., Origin]) -> None:
    piece, total = b"x" * MIB, 256

    def flood(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (total * MIB))
        for _ in range(total):
            conn.sendall(piece)
        return False

    protect(here.gateway, make_origin(flood).port)
    before = rss()
    with here.gateway.client() as client:
        client.send(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        left = total * MIB
        most = 0
        while left:
            got = len(client.socket.recv(min(left + 4096, 65536)))
            assert got, "whole"
            most = max(most, rss() - before) if left % (16 * MIB) < 65536 else most
            left = max(0, left - got)
    assert most < 32 * MIB


STREAMS = ["text/event-stream", "application/grpc", "multipart/x-mixed-replace; boundary=x", "video/mp4"]


@pytest.mark.parametrize("media", STREAMS)
def test_a_stream_does_not_wait(here: Site, make_origin: Callable[..., Origin], media: str) -> None:
    seen = threading.Event()
    got: list[bool] = []

    def trickle(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\ndata: 1\n\n" % media.encode())
        got.append(seen.wait(5))
        conn.sendall(b"data: 2\n\n")
        return False

    protect(here.gateway, make_origin(trickle).port)
    with Client(here.gateway.port) as client:
        client.send(b"GET /events HTTP/1.0\r\nHost: a\r\n\r\n")
        text = b""
        while b"data: 1" not in text:
            text += client.file.read1(4096)
        seen.set()
        while b"data: 2" not in text:
            text += client.file.read1(4096)
    assert got == [True]


def test_an_upload_flows_on_while_its_answer_is_held(here: Site, make_origin: Callable[..., Origin]) -> None:
    """An upstream that answers first and reads then: it must not wait for the look, nor the look for it."""

    def echo(conn: socket.socket, head: bytes, rest: bytes) -> bool:
        total = body_length(head)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\n")
        left = total - len(rest)
        while left:
            left -= len(conn.recv(min(left, 65536)))
        conn.sendall(b"done")
        return True

    protect(here.gateway, make_origin(echo).port)
    part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n' + b"x" * (4 * MIB) + b"\r\n--b--\r\n"
    form = ("Content-Type: multipart/form-data; boundary=b", "Accept: */*", "User-Agent: x")
    got = here.gateway.get("/up", *form, method="POST", body=part)
    assert (got.status, got.body) == (200, b"done")
