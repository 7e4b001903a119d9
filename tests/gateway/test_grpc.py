"""gRPC through the gateway: a real client and a real server of grpcio, in the clear and over TLS; messages are plain bytes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import pytest

# The handlers that grpcio runs at a fork have nothing to do here and speak up on standard error.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

import grpc

from tests.gateway.certificates import section, self_signed
from tests.gateway.support import Running, site, snapshot, until, upstream

CHAIN, KEY = self_signed("shop.example")
AT_ONCE = 60
MESSAGE = 4 * 1024 * 1024
"""As large as a message may be unless both sides are told otherwise."""
CLIENT = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]


class Service(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpcio has no types
    """Each method is a way for messages to go."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.peers: set[str] = set()
        self.together = threading.Barrier(AT_ONCE)
        self.remaining = 0.0
        self.methods = {
            "/t/Unary": grpc.unary_unary_rpc_method_handler(self.unary),
            "/t/Together": grpc.unary_unary_rpc_method_handler(self.meet),
            "/t/Fail": grpc.unary_unary_rpc_method_handler(self.fail),
            "/t/Split": grpc.unary_stream_rpc_method_handler(self.split),
            "/t/FailLate": grpc.unary_stream_rpc_method_handler(self.fail_late),
            "/t/Hang": grpc.unary_stream_rpc_method_handler(self.hang),
            "/t/Join": grpc.stream_unary_rpc_method_handler(self.join),
            "/t/Talk": grpc.stream_stream_rpc_method_handler(self.talk),
            "/t/Tick": grpc.stream_stream_rpc_method_handler(self.tick),
        }

    def service(self, details: Any) -> Any:
        return self.methods.get(details.method)

    def unary(self, message: bytes, context: Any) -> bytes:
        asked = {k: v for k, v in context.invocation_metadata() if k.startswith("x-")}
        context.send_initial_metadata([("x-saw", asked.get("x-ask", "")), ("x-raw-bin", asked.get("x-raw-bin", b""))])
        context.set_trailing_metadata([("x-end", "1")])
        return message

    def meet(self, message: bytes, context: Any) -> bytes:
        self.peers.add(context.peer())
        self.together.wait(10)
        return message

    def fail(self, _message: bytes, context: Any) -> None:
        context.abort(grpc.StatusCode.NOT_FOUND, "no such cup \N{HOT BEVERAGE}")

    def split(self, message: bytes, _context: Any) -> Iterator[bytes]:
        yield from (message[i : i + 1] for i in range(len(message)))

    def fail_late(self, message: bytes, context: Any) -> Iterator[bytes]:
        yield message
        context.abort(grpc.StatusCode.DATA_LOSS, "lost")

    def hang(self, message: bytes, context: Any) -> Iterator[bytes]:
        self.remaining = context.time_remaining() or 0.0
        context.add_callback(self.ended.set)
        if message:
            yield message
        self.ended.wait(10)

    def join(self, messages: Iterator[bytes], _context: Any) -> bytes:
        return b"".join(messages)

    def talk(self, messages: Iterator[bytes], _context: Any) -> Iterator[bytes]:
        for message in messages:
            yield message.upper()

    def tick(self, messages: Iterator[bytes], _context: Any) -> Iterator[bytes]:
        for _ in range(8):
            yield b"tick"
            self.ended.wait(0.05)
        yield from messages


def start(service: Service, port: int = 0) -> tuple[Any, int]:
    """A server and its port."""
    server = grpc.server(futures.ThreadPoolExecutor(AT_ONCE + 4), handlers=(service,), options=[("grpc.so_reuseport", 0)])
    bound: int = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def server_port(service: Service) -> Iterator[int]:
    server, port = start(service)
    yield port
    service.ended.set()
    server.stop(None).wait(10)


def open_channel(gateway: Running) -> Any:
    address = f"127.0.0.1:{gateway.port}"
    if not gateway.tls:
        return grpc.insecure_channel(address, CLIENT)
    credentials = grpc.ssl_channel_credentials(CHAIN.encode())
    return grpc.secure_channel(address, credentials, [*CLIENT, ("grpc.ssl_target_name_override", "shop.example")])


@pytest.fixture(params=["clear", "tls"])
def channel(request: pytest.FixtureRequest, make_gateway: Callable[..., Running], server_port: int) -> Iterator[Any]:
    gateway = make_gateway(tls=request.param == "tls")
    certificate = section("c1", ["shop.example"], CHAIN, KEY)
    gateway.native.apply(snapshot(site(upstream(server_port) | {"protocol": "h2"}), sections_=[certificate]))
    with open_channel(gateway) as opened:
        yield opened


def test_unary_with_metadata(channel: Any) -> None:
    metadata = (("x-ask", "a, b"), ("x-raw-bin", b"\x00\xff\x01"))
    answer, call = channel.unary_unary("/t/Unary").with_call(b"hello", timeout=10, metadata=metadata)
    assert answer == b"hello"
    first = dict(call.initial_metadata())
    assert (first["x-saw"], first["x-raw-bin"]) == ("a, b", b"\x00\xff\x01")
    assert dict(call.trailing_metadata())["x-end"] == "1"


@pytest.mark.parametrize("size", [0, 1, 65_536, MESSAGE])
def test_messages_of_any_size(channel: Any, size: int) -> None:
    message = (bytes(range(251)) * (size // 251 + 1))[:size]
    assert channel.unary_unary("/t/Unary")(message, timeout=20) == message


def test_streams_each_way(channel: Any) -> None:
    assert list(channel.unary_stream("/t/Split")(b"abc", timeout=10)) == [b"a", b"b", b"c"]
    assert list(channel.unary_stream("/t/Split")(b"", timeout=10)) == []
    assert channel.stream_unary("/t/Join")(iter([b"a", b"", b"bc"]), timeout=10) == b"abc"


def test_both_ways_at_once(channel: Any) -> None:
    """Each message is sent only when the answer to the one before has come."""
    answered = threading.Semaphore(1)
    words = [b"one", b"two", b"three"]

    def ask() -> Iterator[bytes]:
        for word in words:
            assert answered.acquire(timeout=10)
            yield word

    got = []
    for answer in channel.stream_stream("/t/Talk")(ask(), timeout=20):
        got.append(answer)
        answered.release()
    assert got == [b"ONE", b"TWO", b"THREE"]


@pytest.mark.alone
def test_a_client_that_listens_is_not_slow(gateway: Running, server_port: int) -> None:
    """It says nothing for longer than a body may pause, while the server talks."""
    gateway.apply(site(upstream(server_port) | {"protocol": "h2"}), defaults={"body_timeout_ms": 100})
    heard = threading.Semaphore(0)

    def ask() -> Iterator[bytes]:
        for _ in range(8):
            assert heard.acquire(timeout=10)
        yield b"at last"

    got = []
    with open_channel(gateway) as channel:
        for answer in channel.stream_stream("/t/Tick")(ask(), timeout=20):
            got.append(answer)
            heard.release()
    assert got == [b"tick"] * 8 + [b"at last"]


@pytest.mark.parametrize(
    ("method", "before", "code", "details"),
    [
        ("/t/Fail", [], grpc.StatusCode.NOT_FOUND, "no such cup \N{HOT BEVERAGE}"),
        ("/t/FailLate", [b"x"], grpc.StatusCode.DATA_LOSS, "lost"),
        ("/t/Nothing", [], grpc.StatusCode.UNIMPLEMENTED, "Method not found!"),
    ],
)
def test_errors_stand_in_trailers(channel: Any, method: str, before: list[bytes], code: Any, details: str) -> None:
    """Also where the server sends nothing but them (`/t/Fail`, `/t/Nothing`)."""
    call = channel.unary_stream(method)(b"x", timeout=10)
    got: list[bytes] = []
    with pytest.raises(grpc.RpcError) as failed:
        got.extend(call)
    assert (got, failed.value.code(), failed.value.details()) == (before, code, details)


@pytest.mark.parametrize("first", [b"", b"x"], ids=["before the answer", "within it"])
def test_cancelling_reaches_the_server(channel: Any, service: Service, first: bytes) -> None:
    call = channel.unary_stream("/t/Hang")(first, timeout=20)
    if first:
        assert next(call) == first
    else:
        until(lambda: service.remaining)
    call.cancel()
    # Its wait ends at 10 s at the latest; this is about the call's end.
    assert service.ended.wait(5)


@pytest.mark.parametrize("first", [b"", b"x"], ids=["before the answer", "within it"])
def test_a_deadline_reaches_the_server(channel: Any, service: Service, first: bytes) -> None:
    with pytest.raises(grpc.RpcError) as failed:
        list(channel.unary_stream("/t/Hang")(first, timeout=0.5))
    assert failed.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    # What is left is sent rounded up, in units that the client chooses.
    assert 0 < service.remaining <= 0.51
    assert service.ended.wait(5)


def test_many_calls_share_one_upstream_connection(channel: Any, service: Service) -> None:
    calls = [channel.unary_unary("/t/Together").future(b"%d" % n, timeout=20) for n in range(AT_ONCE)]
    assert [c.result() for c in calls] == [b"%d" % n for n in range(AT_ONCE)]
    assert len(service.peers) == 1


def test_a_server_that_goes_and_comes_back(gateway: Running) -> None:
    server, port = start(Service())
    gateway.apply(site(upstream(port) | {"protocol": "h2"}))
    with open_channel(gateway) as channel:
        call = channel.unary_unary("/t/Unary")
        assert call(b"a", timeout=10) == b"a"
        server.stop(0).wait(10)
        with pytest.raises(grpc.RpcError) as failed:
            call(b"b", timeout=10)
        assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
        server, _ = start(Service(), port)
        codes = set()

        def is_back() -> bool:
            try:
                return bool(call(b"c", timeout=10) == b"c")
            except grpc.RpcError as error:
                codes.add(error.code())
                return False

        until(is_back)
        assert codes <= {grpc.StatusCode.UNAVAILABLE}
        server.stop(None).wait(10)
