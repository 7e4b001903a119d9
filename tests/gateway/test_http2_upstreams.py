"""Upstreams that speak HTTP/2, clients of both kinds before them; TLS to upstreams, unix sockets."""

from __future__ import annotations

import http.server
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h2.errors
import h2.events
import pytest

from tests.gateway.certificates import issued, self_signed
from tests.gateway.h2_origin import H2Connection, H2Origin, Request
from tests.gateway.support import Response, Running, route, site, until, upstream
from tests.gateway.test_http2 import H2Client, head

AUTHORITY, CHAIN, KEY = issued("origin.example")
Code = h2.errors.ErrorCodes


@pytest.fixture
def make_h2_origin() -> Iterator[Callable[..., H2Origin]]:
    made: list[H2Origin] = []

    def make(*args: Any, **options: Any) -> H2Origin:
        made.append(H2Origin(*args, **options))
        return made[-1]

    yield make
    for origin in made:
        origin.close()


def h2_upstream(*ports: int, **more: Any) -> dict[str, Any]:
    return upstream(*ports) | {"protocol": "h2"} | more


Ask = Callable[..., tuple[Response, list[tuple[str, str]]]]


def ask_h1(
    gateway: Running, method: str, body: bytes | None, *, trailers: bool = False
) -> tuple[Response, list[tuple[str, str]]]:
    """Status, fields, body and trailers of an exchange in HTTP/1.1; a body with trailers goes in chunks."""
    lines = [f"{method} /p?q=1 HTTP/1.1", "Host: shop.example", "Cookie: a=1", "TE: trailers", "Connection: close, TE"]
    content = body or b""
    if trailers:
        lines.append("Transfer-Encoding: chunked")
        content = b"%x\r\n%s\r\n0\r\nX-Sum: 7\r\n\r\n" % (len(content), content)
    elif body is not None:
        lines.append(f"Content-Length: {len(content)}")
    with gateway.client() as client:
        writing = threading.Thread(target=client.send, args=("\r\n".join([*lines, "", ""]).encode() + content,))
        writing.start()
        response = client.read(to_head=method == "HEAD")
        writing.join(10)
    return response, []


def ask_h2(
    gateway: Running, method: str, body: bytes | None, *, trailers: bool = False
) -> tuple[Response, list[tuple[str, str]]]:
    """The same in HTTP/2."""
    client = H2Client(gateway.port)
    try:
        more = [("cookie", "a=1"), ("te", "trailers")]
        if body is not None and not trailers:
            more.append(("content-length", str(len(body))))
        fields = head("/p?q=1", method, "shop.example", *more)
        stream = client.request(fields, b"" if body is not None else None, end=body is None)
        left = body or b""
        while left:
            room = min(client.h2.local_flow_control_window(stream), client.h2.max_outbound_frame_size)
            if room == 0:
                client.read()
                continue
            piece, left = left[:room], left[room:]
            client.h2.send_data(stream, piece, end_stream=not left and not trailers)
            client.flush()
        if body == b"" and not trailers:
            client.h2.end_stream(stream)
        if trailers:
            client.h2.send_headers(stream, [("x-sum", "7")], end_stream=True)
        client.flush()
        status, got, content = client.answer(stream)
        last = [e.headers for e in client.events if isinstance(e, h2.events.TrailersReceived)]
        return Response(status, list(got.items()), content), [(str(n), str(v)) for n, v in (last[0] if last else [])]
    finally:
        client.close()


BOTH = pytest.mark.parametrize("ask", [ask_h1, ask_h2], ids=["h1", "h2"])


@BOTH
@pytest.mark.parametrize("size", [0, 1, 100_000, 1_500_000])
def test_bodies_both_ways(gateway: Running, make_h2_origin: Callable[..., H2Origin], ask: Ask, size: int) -> None:
    origin = make_h2_origin()
    assert gateway.apply(site(h2_upstream(origin.port)))["refused"] == []
    body = (bytes(range(253)) * (size // 253 + 1))[:size]
    response, _ = ask(gateway, "POST", body)
    assert (response.status, response.get("content-length"), response.body == body) == (200, str(size), True)
    seen = origin.requests[0]
    assert seen.body == body
    names = {":method": "POST", ":scheme": "http", ":authority": "shop.example", ":path": "/p?q=1", "cookie": "a=1"}
    assert {n: seen.get(n) for n in names} == names
    assert seen.get("content-length") == (str(size) if size else None)
    assert seen.get("te") == "trailers"
    assert {n for n, _ in seen.fields} & {"connection", "transfer-encoding", "host", "keep-alive"} == set()


@BOTH
def test_trailers_both_ways(gateway: Running, make_h2_origin: Callable[..., H2Origin], ask: Ask) -> None:
    def answer(connection: H2Connection, request: Request) -> None:
        connection.respond(request, b"abc", trailers=[("x-end", "9"), *request.trailers])

    origin = make_h2_origin(answer)
    gateway.apply(site(h2_upstream(origin.port)))
    response, trailers = ask(gateway, "POST", b"hello", trailers=True)
    assert (response.status, response.body) == (200, b"abc")
    assert (origin.requests[0].body, origin.requests[0].trailers) == (b"hello", [("x-sum", "7")])
    if ask is ask_h2:
        assert trailers == [("x-end", "9"), ("x-sum", "7")]
    else:
        assert response.get("transfer-encoding") == "chunked"


@BOTH
@pytest.mark.parametrize(
    ("method", "status", "length"), [("HEAD", 200, "12345"), ("GET", 204, None), ("GET", 304, "77"), ("GET", 304, None)]
)
def test_answers_without_a_body(
    gateway: Running, make_h2_origin: Callable[..., H2Origin], ask: Ask, method: str, status: int, length: str | None
) -> None:
    def answer(connection: H2Connection, request: Request) -> None:
        connection.respond(request, b"", *[("content-length", n) for n in [length] if n], status=status)

    origin = make_h2_origin(answer)
    gateway.apply(site(h2_upstream(origin.port)))
    response, _ = ask(gateway, method, None)
    assert (response.status, response.body, response.get("content-length")) == (status, b"", length)
    assert response.get("transfer-encoding") is None


@BOTH
def test_an_answer_of_unknown_length(gateway: Running, make_h2_origin: Callable[..., H2Origin], ask: Ask) -> None:
    origin = make_h2_origin(lambda connection, request: connection.respond(request, b"x" * 70_000))
    gateway.apply(site(h2_upstream(origin.port)))
    response, _ = ask(gateway, "GET", None)
    assert (response.body, response.get("content-length")) == (b"x" * 70_000, None)


def test_requests_share_a_connection(gateway: Running, make_h2_origin: Callable[..., H2Origin]) -> None:
    origin = make_h2_origin()
    gateway.apply(site(h2_upstream(origin.port)))
    assert {gateway.get("/").status for _ in range(20)} == {200}
    assert len(origin.connections) == 1


class First:
    """Does something else with the first request."""

    def __init__(self, act: Callable[[H2Connection, Request], None]) -> None:
        self.act = act
        self.asked = 0

    def __call__(self, connection: H2Connection, request: Request) -> None:
        self.asked += 1
        if self.asked == 1:
            self.act(connection, request)
        else:
            connection.respond(request, b"second")


def reset(code: Code) -> Callable[[H2Connection, Request], None]:
    return lambda connection, request: connection.reset(request, code)


def leave(connection: H2Connection, request: Request) -> None:
    """Says that this request was not taken."""
    connection.go_away(request.stream - 1 if request.stream > 1 else 0)


def vanish(connection: H2Connection, _request: Request) -> None:
    raise EOFError


@pytest.mark.parametrize(
    ("act", "method", "body", "status", "asked"),
    [
        (reset(Code.REFUSED_STREAM), "GET", b"", 200, 2),
        (reset(Code.REFUSED_STREAM), "POST", b"", 200, 2),
        # The body went by and is not kept.
        (reset(Code.REFUSED_STREAM), "POST", b"abc", 502, 1),
        (reset(Code.REFUSED_STREAM), "PUT", b"abc", 502, 1),
        (reset(Code.INTERNAL_ERROR), "GET", b"", 200, 2),
        (reset(Code.INTERNAL_ERROR), "POST", b"", 502, 1),
        (reset(Code.HTTP_1_1_REQUIRED), "POST", b"", 502, 1),
        (leave, "GET", b"", 200, 2),
        (leave, "POST", b"", 200, 2),
        (vanish, "GET", b"", 200, 2),
        (vanish, "POST", b"", 502, 1),
    ],
)
def test_a_second_try_where_it_is_safe(
    gateway: Running,
    make_h2_origin: Callable[..., H2Origin],
    act: Callable[[H2Connection, Request], None],
    method: str,
    body: bytes,
    status: int,
    asked: int,
) -> None:
    first = First(act)
    origin = make_h2_origin(first)
    gateway.apply(site(h2_upstream(origin.port)))
    response = gateway.get("/", method=method, body=body)
    assert (response.status, first.asked) == (status, asked)
    assert gateway.get("/").body == b"second"


def test_a_polite_goaway_is_not_noticed(gateway: Running, make_h2_origin: Callable[..., H2Origin]) -> None:
    """The request that is under way is answered, the next goes by another connection."""

    def answer(connection: H2Connection, request: Request) -> None:
        connection.respond(request, b"ok")
        connection.go_away(request.stream)

    origin = make_h2_origin(answer)
    gateway.apply(site(h2_upstream(origin.port)))
    for _ in range(5):
        assert gateway.get("/", method="POST").body == b"ok"
    assert len(origin.connections) == 5


def test_an_answer_cut_short(gateway: Running, make_h2_origin: Callable[..., H2Origin]) -> None:
    def answer(connection: H2Connection, request: Request) -> None:
        connection.h2.send_headers(request.stream, [(":status", "200")])
        connection.h2.send_data(request.stream, b"part")
        connection.reset(request, Code.INTERNAL_ERROR)

    gateway.apply(site(h2_upstream(make_h2_origin(answer).port)))
    with pytest.raises(EOFError):
        ask_h1(gateway, "GET", None)
    client = H2Client(gateway.port)
    client.until(h2.events.StreamReset, client.request(head()))
    client.close()


def test_a_client_that_leaves_resets_the_stream_and_not_the_connection(
    gateway: Running, make_h2_origin: Callable[..., H2Origin]
) -> None:
    origin = make_h2_origin(lambda _connection, _request: None)
    gateway.apply(site(h2_upstream(origin.port), route(), route("/quick")))
    with gateway.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: origin.requests)
        client.socket.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER of 0 s: close with a reset
    until(lambda: origin.resets == [Code.CANCEL])
    origin.answer = lambda connection, request: connection.respond(request, b"ok")
    assert gateway.get("/quick").body == b"ok"
    assert len(origin.connections) == 1


class Handler(http.server.BaseHTTPRequestHandler):
    """Python's own server: says hello in HTTP/1.1."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def address_string(self) -> str:
        return "gateway"

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class UnixServer(socketserver.ThreadingUnixStreamServer):
    """The same on a unix socket."""

    daemon_threads = True


def origin_context(folder: Path, protocol: str) -> ssl.SSLContext:
    (folder / "origin.pem").write_text(CHAIN + KEY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "origin.pem")
    context.set_alpn_protocols([{"h1": "http/1.1", "h2": "h2"}[protocol]])
    return context


@pytest.fixture(params=["h1", "h2"])
def secure_origin(
    request: pytest.FixtureRequest, tmp_path: Path, make_h2_origin: Callable[..., H2Origin]
) -> Iterator[tuple[str, int]]:
    """What an origin over TLS speaks, and its port."""
    context = origin_context(tmp_path, request.param)
    if request.param == "h2":
        yield "h2", make_h2_origin(context=context).port
        return
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield "h1", server.server_port
        server.shutdown()
        serving.join(10)


@pytest.mark.parametrize(
    ("tls", "status"),
    [
        ({"server_name": "origin.example", "ca_pem": AUTHORITY}, 200),
        ({"server_name": "other.example", "ca_pem": AUTHORITY}, 502),
        ({"server_name": "origin.example", "ca_pem": self_signed("stranger.example")[0]}, 502),
        # Against the authorities of the system.
        ({"server_name": "origin.example"}, 502),
        ({"server_name": "other.example", "verify": False}, 200),
    ],
)
def test_tls_to_the_upstream(
    make_gateway: Callable[..., Running], tmp_path: Path, secure_origin: tuple[str, int], tls: dict[str, Any], status: int
) -> None:
    log = tmp_path / "access.log"
    gateway = make_gateway(access_log=str(log))
    protocol, port = secure_origin
    report = gateway.apply(site(upstream(port) | {"protocol": protocol, "tls": tls}))
    assert report["refused"] == []
    assert [gateway.get("/").status for _ in range(2)] == [status] * 2
    if status == 502:
        until(lambda: log.exists() and "upstream certificate refused" in log.read_text())


def test_what_an_origin_does_not_speak_over_tls(
    gateway: Running, tmp_path: Path, make_h2_origin: Callable[..., H2Origin]
) -> None:
    """Prior knowledge is for the clear; over TLS the origin must agree by ALPN."""
    context = origin_context(tmp_path, "h1")
    tls = {"server_name": "origin.example", "ca_pem": AUTHORITY}
    gateway.apply(site(h2_upstream(make_h2_origin(context=context).port, tls=tls)))
    assert gateway.get("/").status == 502


@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_a_unix_socket(gateway: Running, tmp_path: Path, make_h2_origin: Callable[..., H2Origin], protocol: str) -> None:
    path = tmp_path / "origin.sock"
    target = {"targets": [{"address": f"unix:{path}", "weight": 1}], "protocol": protocol}
    gateway.apply(site(upstream() | target))
    assert gateway.get("/").status == 502
    if protocol == "h2":
        make_h2_origin(path=path)
        until(lambda: gateway.get("/").status == 200)
        return
    with UnixServer(str(path), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        until(lambda: gateway.get("/").body == b"hello")
        server.shutdown()
        serving.join(10)
