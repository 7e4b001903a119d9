"""HTTP/2 from clients: over TLS by ALPN, and in the clear by those who know."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
import httpx
import pytest

from tests.gateway.certificates import section, self_signed
from tests.gateway.support import Origin, Running, body_length, route, site, snapshot, until, upstream

CHAIN, KEY = self_signed("shop.example")


class H2Client:
    """A client over hyper-h2 that shows each event."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        config = h2.config.H2Configuration(
            client_side=True, header_encoding="utf-8", validate_outbound_headers=False, normalize_outbound_headers=False
        )
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.events: list[h2.events.Event] = []
        self.closed = False
        self.flush()

    def flush(self) -> None:
        try:
            self.socket.sendall(self.h2.data_to_send())
        except (BrokenPipeError, ConnectionResetError):
            self.closed = True

    def request(self, fields: list[tuple[str, str]], body: bytes | None = None, *, end: bool = True) -> int:
        stream: int = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, fields, end_stream=end and body is None)
        if body is not None:
            self.h2.send_data(stream, body, end_stream=end)
        self.flush()
        return stream

    def read(self) -> None:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.closed = True
            return
        for event in self.h2.receive_data(data):
            self.events.append(event)
            if isinstance(event, h2.events.DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()

    def until(self, kind: type, stream: int | None = None) -> h2.events.Event:
        while True:
            for event in self.events:
                if isinstance(event, kind) and (stream is None or getattr(event, "stream_id", None) == stream):
                    return event
            assert not self.closed, self.events
            self.read()

    def answer(self, stream: int) -> tuple[int, dict[str, str], bytes]:
        """Status, fields and body of a stream that ended."""
        head = self.until(h2.events.ResponseReceived, stream)
        self.until(h2.events.StreamEnded, stream)
        fields = dict(head.headers)  # type: ignore[attr-defined]
        data = [e for e in self.events if isinstance(e, h2.events.DataReceived) and e.stream_id == stream]
        return int(fields[":status"]), fields, b"".join(e.data or b"" for e in data)

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def connect(gateway: Running) -> Iterator[Callable[[], H2Client]]:
    made: list[H2Client] = []

    def make() -> H2Client:
        made.append(H2Client(gateway.port))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def client(gateway: Running, origin: Origin, connect: Callable[[], H2Client]) -> H2Client:
    gateway.apply(site(upstream(origin.port), route("/"), route("/small", max_body=3)))
    return connect()


def head(path: str = "/", method: str = "GET", authority: str = "shop.example", *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(":method", method), (":scheme", "http"), (":authority", authority), (":path", path), *more]


def test_over_tls_with_httpx(make_gateway: Callable[..., Running], origin: Origin) -> None:
    gateway = make_gateway(tls=True)
    gateway.native.apply(snapshot(site(upstream(origin.port)), sections_=[section("c1", ["shop.example"], CHAIN, KEY)]))
    context = ssl.create_default_context(cadata=CHAIN)
    with httpx.Client(http2=True, verify=context, trust_env=False) as browser:
        for number in range(3):
            response = browser.post(
                f"https://127.0.0.1:{gateway.port}/p?q={number}",
                headers={"Host": "shop.example"},
                extensions={"sni_hostname": "shop.example"},
                content=b"abc",
            )
            assert (response.http_version, response.status_code, response.text) == ("HTTP/2", 200, "hello")
    assert origin.heads[2].startswith(b"POST /p?q=2 HTTP/1.1\r\n")
    assert origin.bodies == [b"abc"] * 3
    assert origin.connections == 1


def test_many_streams_on_one_connection(client: H2Client, origin: Origin) -> None:
    streams = [client.request(head(f"/{n}")) for n in range(50)]
    assert all(client.answer(s)[0] == 200 for s in streams)
    assert len(origin.heads) == 50


def test_fields(client: H2Client, origin: Origin) -> None:
    stream = client.request(
        head("/a?b", "GET", "shop.example", ("cookie", "a=1"), ("cookie", "b=2"), ("te", "trailers"), ("x-auth-subject", "root"))
    )
    status, fields, body = client.answer(stream)
    assert (status, body, fields["content-length"]) == (200, b"hello", "5")
    assert "connection" not in fields
    text = origin.heads[0].lower()
    assert b"cookie: a=1; b=2\r\n" in text
    assert b"host: shop.example\r\n" in text
    assert b"te:" not in text
    assert b"root" not in text


def refused(event: Any) -> bool:
    return dict(event.headers)[":status"] in ("400", "501")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (head("/", "GET", "a.example", ("host", "b.example")), 400),
        (head("/", "GET", "a b"), None),
        (head("/", "GET", "u@a.example"), 400),
        ([(":method", "GET"), (":scheme", "http"), (":path", "/")], 400),
        (head("/a/../../b"), 400),
        (head("/a%00b"), 400),
        (head("/" + "a" * 9000), 414),
        (head("/", "CONNECT"), None),
        (head("/", "TRACE"), 405),
        (head("/", "GET", "a.example", ("transfer-encoding", "chunked")), None),
        (head("/", "GET", "a.example", ("connection", "close")), None),
        (head("/", "GET", "a.example", ("X-Upper", "1")), None),
        (head("/", "GET", "a.example", ("x", "a\r\nb: c")), None),
        (head("/", "GET", "a.example", *[(f"x-{n}", "y") for n in range(200)]), 431),
        (head("/", "POST", "a.example", ("content-length", "5"), ("content-length", "6")), None),
        (head("/", "GET", "a.example", ("expect", "magic")), 417),
    ],
)
def test_what_is_refused(client: H2Client, origin: Origin, fields: list[tuple[str, str]], status: int | None) -> None:
    """`None`: the stream or the connection is reset, as RFC 9113 wants for malformed messages."""
    stream = client.request(fields)
    if status is not None:
        assert client.answer(stream)[0] == status
    else:
        while not client.closed and not any(
            isinstance(e, h2.events.StreamReset | h2.events.ConnectionTerminated)
            or (isinstance(e, h2.events.ResponseReceived) and refused(e))
            for e in client.events
        ):
            client.read()
    assert origin.heads == []


def test_bodies_both_ways_with_small_windows(
    gateway: Running, make_origin: Callable[..., Origin], connect: Callable[[], H2Client]
) -> None:
    def echo(conn: socket.socket, head: bytes, rest: bytes) -> bool:
        left = body_length(head) - len(rest)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % body_length(head) + rest)
        while left:
            piece = conn.recv(min(left, 65536))
            left -= len(piece)
            conn.sendall(piece)
        return True

    gateway.apply(site(upstream(make_origin(echo).port)))
    client = connect()
    body = bytes(range(256)) * 4096
    stream = client.request(head("/", "POST", "a.example", ("content-length", str(len(body)))), b"", end=False)
    sent = 0
    while sent < len(body):
        room = min(client.h2.local_flow_control_window(stream), client.h2.max_outbound_frame_size, len(body) - sent)
        if room == 0:
            client.read()
            continue
        client.h2.send_data(stream, body[sent : sent + room], end_stream=sent + room == len(body))
        client.flush()
        sent += room
    assert client.answer(stream)[2] == body


def test_a_body_of_unknown_length_becomes_chunks_and_trailers_pass(
    gateway: Running, make_origin: Callable[..., Origin], connect: Callable[[], H2Client]
) -> None:
    seen: list[bytes] = []

    def handler(conn: socket.socket, _head: bytes, rest: bytes) -> bool:
        while not rest.endswith(b"\r\n\r\n"):
            rest += conn.recv(65536)
        seen.append(rest)
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n")
        return True

    origin = make_origin(handler)
    gateway.apply(site(upstream(origin.port)))
    client = connect()
    stream = client.request(head("/", "POST"), b"hello", end=False)
    client.h2.send_headers(stream, [("x-t", "2")], end_stream=True)
    client.flush()
    assert client.answer(stream)[2] == b"abc"
    trailers = client.until(h2.events.TrailersReceived, stream)
    assert trailers.headers == [("x-sum", "1")]  # type: ignore[attr-defined]
    assert origin.heads[0].lower().endswith(b"transfer-encoding: chunked")
    assert seen[0] == b"5\r\nhello\r\n0\r\nx-t: 2\r\n\r\n"


def test_a_body_too_large_and_one_shorter_than_stated(client: H2Client) -> None:
    assert client.answer(client.request(head("/small", "POST"), b"12345"))[0] == 413
    stream = client.request(head("/", "POST", "a.example", ("content-length", "10")), b"short")
    client.until(h2.events.StreamReset, stream)


def test_head_204_and_an_own_answer(client: H2Client, origin: Origin) -> None:
    origin.handler = lambda conn, *_: conn.sendall(b"HTTP/1.1 204 No Content\r\n\r\n") is None
    status, fields, body = client.answer(client.request(head("/")))
    assert (status, body) == (204, b"")
    origin.handler = lambda conn, *_: conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") is None
    status, fields, body = client.answer(client.request(head("/", "HEAD")))
    assert (status, fields["content-length"], body) == (200, "5", b"")
    origin.close()
    status, fields, body = client.answer(client.request(head("/", "HEAD")))
    assert (status, body) == (502, b"")
    assert int(fields["content-length"]) > 0


def test_a_truncated_answer_resets_its_stream_alone(client: H2Client, origin: Origin) -> None:
    origin.handler = lambda conn, *_: conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort") is not None
    stream = client.request(head("/"))
    reset = client.until(h2.events.StreamReset, stream)
    assert reset.error_code == h2.errors.ErrorCodes.INTERNAL_ERROR  # type: ignore[attr-defined]
    origin.handler = origin.answer_ok
    assert client.answer(client.request(head("/")))[0] == 200


def test_a_reset_stream_frees_the_upstream(client: H2Client, origin: Origin) -> None:
    closed = threading.Event()

    def wait(conn: socket.socket, *_: bytes) -> bool:
        if conn.recv(1) == b"":
            closed.set()
        return False

    origin.handler = wait
    stream = client.request(head("/"))
    until(lambda: origin.heads)
    client.h2.reset_stream(stream)
    client.flush()
    assert closed.wait(10)


def test_100_continue(client: H2Client) -> None:
    stream = client.request(head("/", "POST", "a.example", ("expect", "100-continue"), ("content-length", "2")), b"", end=False)
    client.until(h2.events.InformationalResponseReceived, stream)
    client.h2.send_data(stream, b"hi", end_stream=True)
    client.flush()
    assert client.answer(stream)[0] == 200


def test_a_rapid_reset_flood_is_cut(client: H2Client, origin: Origin) -> None:
    """CVE-2023-44487: streams opened and reset at once."""
    for _ in range(2000):
        try:
            stream = client.request(head("/"))
            client.h2.reset_stream(stream)
            client.flush()
        except (OSError, h2.exceptions.ProtocolError):
            break
    while not client.closed and not any(isinstance(e, h2.events.ConnectionTerminated) for e in client.events):
        client.read()
    assert len(origin.heads) < 2000


def test_draining_says_goaway_and_finishes(gateway: Running, origin: Origin) -> None:
    """curl, as hyper-h2 takes nothing more after a GOAWAY."""
    release = threading.Event()

    def slow(conn: socket.socket, *_: bytes) -> bool:
        release.wait(10)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")
        return True

    origin.handler = slow
    gateway.apply(site(upstream(origin.port)))
    command = ["curl", "-sv", "--noproxy", "*", "--http2-prior-knowledge", f"http://127.0.0.1:{gateway.port}/"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as curl:
        until(lambda: origin.heads)
        drained = threading.Thread(target=lambda: gateway.drain(10))
        drained.start()
        until(lambda: json.loads(gateway.native.status())["draining"])
        release.set()
        out, err = curl.communicate(timeout=10)
    drained.join(10)
    assert not drained.is_alive()
    assert (curl.returncode, out) == (0, "late"), err
