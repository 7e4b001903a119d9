"""Answers compressed on their way: what is, what is not, and what a stream of events looks like then."""

from __future__ import annotations

import gzip
import socket
import subprocess
import threading
import zlib
from collections.abc import Callable
from typing import Any

import h2.events
import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Handler, Origin, Running, body_length, route, site, upstream
from tests.gateway.test_http2 import H2Client, head

TEXT = b"The quick brown fox jumps over the lazy dog. " * 2000
GZIP = "Accept-Encoding: gzip"


def serving(*lines: str, body: bytes = TEXT, status: str = "200 OK") -> Handler:
    """An origin's handler that answers with these field lines and, unless it is a HEAD, this body."""
    head_ = "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "", ""]).encode()

    def handler(conn: socket.socket, head: bytes, _rest: bytes) -> bool:
        conn.sendall(head_ + (b"" if head.startswith(b"HEAD") else body))
        return True

    return handler


def configure(gateway: Running, origin: Origin, **more: Any) -> None:
    assert gateway.apply(site(upstream(origin.port), route("/", compress=True, **more), route("/plain")))["refused"] == []


@pytest.mark.parametrize("version", ["--http1.1", "--http2-prior-knowledge"])
@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_curl_reads_every_coding(gateway: Running, make_origin: Callable[..., Origin], version: str, coding: str) -> None:
    configure(gateway, make_origin(serving("Content-Type: text/html")))
    url = f"http://127.0.0.1:{gateway.port}/"
    command = ["curl", "-s", "--noproxy", "*", "--compressed", "-D", "-", version, "-H", f"Accept-Encoding: {coding}", url]
    out = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
    fields, _, body = out.partition(b"\r\n\r\n")
    assert f"content-encoding: {coding}".encode() in fields.lower()
    assert b"content-length" not in fields.lower()
    assert body == TEXT


@BOTH
def test_fields_of_a_compressed_answer(gateway: Running, make_origin: Callable[..., Origin], ask: Ask) -> None:
    lines = ("Content-Type: application/json", 'ETag: "v1"', "Accept-Ranges: bytes", "Vary: Origin", "X-Own: kept")
    configure(gateway, make_origin(serving(*lines)))
    response = ask(gateway, "/", GZIP)
    assert gzip.decompress(response.body) == TEXT
    assert len(response.body) < len(TEXT) // 10
    assert [response.get(n) for n in ("content-encoding", "etag", "content-length", "accept-ranges", "x-own")] == [
        "gzip",
        'W/"v1"',
        None,
        None,
        "kept",
    ]
    assert {v for n, vs in response.headers if n.lower() == "vary" for v in vs.split(", ")} >= {"Accept-Encoding"}
    # The same address without the coding: other bytes, the strong tag, and caches are told.
    plain = ask(gateway, "/", "Accept-Encoding: identity")
    assert (plain.body, plain.get("etag"), plain.get("content-encoding")) == (TEXT, '"v1"', None)
    assert "Accept-Encoding" in "".join(v for n, v in plain.headers if n.lower() == "vary")


@BOTH
@pytest.mark.parametrize(
    ("path", "asked", "lines", "body", "status"),
    [
        ("/plain", GZIP, ["Content-Type: text/html"], TEXT, "200 OK"),
        ("/", "X-Nothing: 1", ["Content-Type: text/html"], TEXT, "200 OK"),
        ("/", "Accept-Encoding: gzip;q=0, *;q=0", ["Content-Type: text/html"], TEXT, "200 OK"),
        ("/", GZIP, ["Content-Type: image/png"], TEXT, "200 OK"),
        ("/", GZIP, [], TEXT, "200 OK"),
        ("/", GZIP, ["Content-Type: text/html"], b"short", "200 OK"),
        ("/", GZIP, ["Content-Type: text/html", "Cache-Control: public, no-transform"], TEXT, "200 OK"),
        ("/", GZIP, ["Content-Type: text/html", "Content-Encoding: gzip"], gzip.compress(TEXT), "200 OK"),
        ("/", GZIP, ["Content-Type: text/html", "Content-Range: bytes 0-4/10"], b"short", "206 Partial Content"),
        ("/", GZIP, ["Content-Type: text/html", "Content-Range: bytes 0-89999/99999"], TEXT, "206 Partial Content"),
    ],
)
def test_what_passes_untouched(
    gateway: Running,
    make_origin: Callable[..., Origin],
    ask: Ask,
    path: str,
    asked: str,
    lines: list[str],
    body: bytes,
    status: str,
) -> None:
    configure(gateway, make_origin(serving(*lines, 'ETag: "v1"', body=body, status=status)))
    response = ask(gateway, path, asked)
    assert (response.status, response.body) == (int(status[:3]), body)
    assert (response.get("etag"), response.get("content-length")) == ('"v1"', str(len(body)))
    for line in lines:
        name, _, value = line.partition(": ")
        assert response.get(name) == value


@BOTH
def test_ranges_reach_the_origin(gateway: Running, make_origin: Callable[..., Origin], ask: Ask) -> None:
    def handler(conn: socket.socket, head: bytes, _rest: bytes) -> bool:
        assert b"\r\nrange: bytes=4-8\r\n" in head.lower() + b"\r\n"
        part = TEXT[4:9]
        fields = f"Content-Type: text/plain\r\nContent-Range: bytes 4-8/{len(TEXT)}\r\nContent-Length: {len(part)}\r\n\r\n"
        conn.sendall(b"HTTP/1.1 206 Partial Content\r\n" + fields.encode() + part)
        return True

    configure(gateway, make_origin(handler))
    response = ask(gateway, "/", "Range: bytes=4-8", GZIP)
    assert (response.status, response.body, response.get("content-range")) == (206, b"quick", f"bytes 4-8/{len(TEXT)}")


def test_head_and_304_say_what_get_would_and_keep_the_connection(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    def handler(conn: socket.socket, head: bytes, _rest: bytes) -> bool:
        if b"if-none-match" in head.lower():
            conn.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
            return True
        return serving("Content-Type: text/html", 'ETag: "v1"')(conn, head, b"")

    configure(gateway, make_origin(handler))
    with gateway.client() as client:
        for _ in range(2):
            client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
            asked = client.read(to_head=True)
            assert [asked.get(n) for n in ("content-encoding", "etag", "content-length")] == ["gzip", 'W/"v1"', None]
            client.send(b'GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nIf-None-Match: W/"v1"\r\n\r\n')
            unchanged = client.read()
            assert (unchanged.status, unchanged.get("content-encoding")) == (304, None)
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
            assert gzip.decompress(client.read().body) == TEXT


def test_a_compressed_answer_for_an_old_client_ends_with_its_connection(
    gateway: Running, make_origin: Callable[..., Origin]
) -> None:
    configure(gateway, make_origin(serving("Content-Type: text/html")))
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nAccept-Encoding: gzip\r\n\r\n")
        response = client.read()
        assert (response.get("transfer-encoding"), response.get("connection")) == (None, "close")
        assert gzip.decompress(response.body) == TEXT


def test_a_request_body_is_left_alone(gateway: Running, origin: Origin) -> None:
    configure(gateway, origin)
    gateway.get("/", "Content-Encoding: gzip", method="POST", body=gzip.compress(TEXT))
    assert gzip.decompress(origin.bodies[0]) == TEXT
    assert body_length(origin.heads[0]) == len(origin.bodies[0])


class Events:
    """An origin that sends the next event only when the one before was seen at the other end."""

    def __init__(self) -> None:
        self.seen = threading.Semaphore(0)
        self.sent: list[bytes] = []

    def __call__(self, conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number in range(5):
            self.sent.append(b"data: event number %d\n\n" % number)
            conn.sendall(b"%x\r\n%s\r\n" % (len(self.sent[-1]), self.sent[-1]))
            if not self.seen.acquire(timeout=5):
                return False
        conn.sendall(b"0\r\n\r\n")
        return True


class Plain:
    """Reads what was not compressed as `zlib.decompressobj` reads what was."""

    def decompress(self, data: bytes) -> bytes:
        return data


@pytest.mark.parametrize(("asked", "coding"), [(b"identity", None), (b"gzip", "gzip")])
def test_each_event_arrives_before_the_next_is_sent(
    gateway: Running, make_origin: Callable[..., Origin], asked: bytes, coding: str | None
) -> None:
    events = Events()
    configure(gateway, make_origin(events))
    reader = zlib.decompressobj(31) if coding else Plain()
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: " + asked + b"\r\n\r\n")
        while (line := client.file.readline()) != b"\r\n":
            assert line
        text = b""
        while size := int(client.file.readline(), 16):
            text += reader.decompress(client.file.read(size))
            assert client.file.read(2) == b"\r\n"
            if text == b"".join(events.sent):
                events.seen.release()
        assert text == b"".join(events.sent)
    assert len(events.sent) == 5


@pytest.mark.parametrize(("asked", "coding"), [("identity", None), ("gzip", "gzip")])
def test_events_over_http2(gateway: Running, make_origin: Callable[..., Origin], asked: str, coding: str | None) -> None:
    events = Events()
    configure(gateway, make_origin(events))
    reader = zlib.decompressobj(31) if coding else Plain()
    client = H2Client(gateway.port)
    stream = client.request(head("/", "GET", "a.example", ("accept-encoding", asked)))
    text, read = b"", 0
    while not any(isinstance(e, h2.events.StreamEnded) for e in client.events):
        client.read()
        data = [e for e in client.events if isinstance(e, h2.events.DataReceived)]
        new, read = data[read:], len(data)
        text += b"".join(reader.decompress(e.data or b"") for e in new)
        if new and text == b"".join(events.sent):
            events.seen.release()
    client.close()
    assert client.answer(stream)[1].get("content-encoding") == coding
    assert (len(events.sent), text) == (5, b"".join(events.sent))


def test_small_answers_of_unknown_length_are_worth_it_too(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    """Nobody knows how long they will be."""
    handler = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    configure(gateway, make_origin(lambda conn, _h, _r: conn.sendall(handler) is None))
    response = gateway.get("/", GZIP)
    assert gzip.decompress(response.body) == b"hello"
    assert gateway.get("/").body == b"hello"
