"""Forms with large files: what stands behind the files is seen, and the files stream."""

from __future__ import annotations

import hashlib
import json
import random
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.gateway.conftest import make_gateway, make_origin
from tests.gateway.support import Client, Origin, Response, Running, body_length, ok, route, site, snapshot, until, upstream
from tests.gateway.test_streaming import MIB, rss
from tests.waf.port import policy
from tests.waf.rules import crs3

__all__ = ["make_gateway", "make_origin"]
NOISE = random.Random(1).randbytes(MIB)
ATTACK = b"1' UNION SELECT password FROM users--"
END = b"--b0--\r\n"


def field(value: bytes, name: str = "q") -> bytes:
    return b'--b0\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


def file(mib: int, filename: str = "a.bin") -> bytes:
    head = (
        b'--b0\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\nContent-Type: image/png\r\n\r\n' % filename.encode()
    )
    return head + NOISE * mib + b"\r\n"


class Taker:
    """Reads each request to its end, or to where it breaks off."""

    def __init__(self) -> None:
        self.whole: list[str] = []
        self.broken = 0

    def __call__(self, conn: socket.socket, head: bytes, rest: bytes) -> bool:
        chunked = b"transfer-encoding: chunked" in head.lower()
        digest, left, tail = hashlib.sha256(rest), body_length(head) - len(rest), rest[-5:]
        while not tail.endswith(b"0\r\n\r\n") if chunked else left:
            piece = conn.recv(65536)
            if not piece:
                self.broken += 1
                return False
            digest.update(piece)
            left -= len(piece)
            tail = (tail + piece)[-5:]
        self.whole.append(digest.hexdigest())
        conn.sendall(ok())
        return True


class Port:
    """A protected site that takes uploads."""

    def __init__(self, gateway: Running, port: int, taker: Taker, mode: str = "block") -> None:
        self.gateway, self.taker = gateway, taker
        own = site(upstream(port), route(max_body=1 << 30)) | {"security": {"waf": policy(mode)}}
        assert json.loads(gateway.native.apply(snapshot(own)))["refused"] == []

    def send(self, pieces: Iterator[bytes], length: int | None) -> Response:
        framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        fields = ("Host: shop.example", "User-Agent: x", "Accept: */*", "Content-Type: multipart/form-data; boundary=b0", framing)
        with Client(self.gateway.port) as client:
            client.send("\r\n".join(["POST /up HTTP/1.1", *fields, "", ""]).encode())
            try:
                for piece in pieces:
                    client.send(piece if length is not None else b"%x\r\n%s\r\n" % (len(piece), piece))
                if length is None:
                    client.send(b"0\r\n\r\n")
            except OSError:
                pass  # the answer came early
            return client.read()

    def post(self, body: bytes, *, chunked: bool = False, size: int = 65536) -> Response:
        pieces = (body[at : at + size] for at in range(0, len(body), size))
        return self.send(pieces, None if chunked else len(body))

    def event(self) -> dict[str, Any]:
        found: list[dict[str, Any]] = []

        def come() -> bool:
            found.extend(json.loads(self.gateway.native.take_events()))
            return bool(found)

        until(come)
        (one,) = found
        return one


@pytest.fixture
def make_port(make_gateway: Callable[..., Running], make_origin: Callable[..., Origin]) -> Callable[..., Port]:
    def make(mode: str = "block") -> Port:
        crs3()
        taker = Taker()
        return Port(make_gateway(), make_origin(taker).port, taker, mode)

    return make


_FILE = file(1).replace(NOISE, NOISE[:900_000])
_NAME = field(b"").removesuffix(b"\r\n")
EDGE = _FILE + _NAME + b"y" * (MIB - len(_FILE) - len(_NAME) - 20)
"""What leaves 20 bytes to the end of what is looked at before anything goes on."""
REFUSED: list[tuple[str, bytes, int, int]] = [
    ("a field behind the file", file(5) + field(ATTACK) + END, 403, 942190),
    ("between two files", file(2) + field(ATTACK) + file(2) + END, 403, 942190),
    ("the last of many", b"".join(file(1) + field(b"fine", f"n{n}") for n in range(4)) + field(ATTACK) + END, 403, 942190),
    ("across the edge", EDGE + ATTACK + b"\r\n" + END, 403, 942190),
    ("the name of a later file", file(2) + file(1, "shell.php") + END, 403, 933110),
    ("a field too long", file(2) + field(b"x" * (2 * MIB)) + END, 413, 0),
    ("no end", file(2) + field(b"fine"), 400, 200002),
    ("headers nobody can read", file(2) + b"--b0\r\nnonsense\r\n\r\nx\r\n" + END, 400, 200002),
]  # fmt: skip
PASSED: list[tuple[str, bytes]] = [
    ("nothing in it", field(b"fine") + file(5) + field(b"fine", "r") + END),
    ("the attack is in a file", file(1) + file(1).replace(NOISE[:100], ATTACK) + field(b"fine") + END),
    ("many of both", b"".join(field(b"fine", f"n{n}") + file(1, f"{n}.png") for n in range(8)) + END),
    ("dashes in the file", file(2).replace(NOISE[:50], b"\r\n--b\r\n--\r\n\n--") + field(b"fine") + END),
    ("no line ending at the end", file(2) + field(b"fine") + END[:-2]),
]


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize(("what", "body", "status", "rule"), REFUSED, ids=[what for what, *_ in REFUSED])
def test_what_stands_behind_is_seen(
    make_port: Callable[..., Port], what: str, body: bytes, status: int, rule: int, *, chunked: bool
) -> None:
    port = make_port()
    got = port.post(body, chunked=chunked)
    assert got.status == status, what
    event = port.event()
    assert (event["action"], event["status"], event["request_id"]) == ("blocked", status, got.get("x-request-id"))
    assert rule in {match["rule_id"] for match in event["matches"]}
    assert port.taker.whole == [], "the upstream has no whole request"


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize(("what", "body"), PASSED, ids=[what for what, _ in PASSED])
def test_what_is_fine_arrives_unchanged(make_port: Callable[..., Port], what: str, body: bytes, *, chunked: bool) -> None:
    port = make_port()
    assert port.post(body, chunked=chunked, size=50_001).status == 200, what
    if not chunked:
        assert port.taker.whole == [hashlib.sha256(body).hexdigest()]


def test_detection_tells_and_lets_through(make_port: Callable[..., Port]) -> None:
    port = make_port("detect")
    body = file(2) + field(ATTACK) + END
    assert port.post(body).status == 200
    assert port.taker.whole == [hashlib.sha256(body).hexdigest()]
    event = port.event()
    assert event["action"] == "detected"
    assert 942190 in {match["rule_id"] for match in event["matches"]}
    long = file(2) + field(b"x" * (2 * MIB)) + END
    assert port.post(long).status == 200
    assert port.taker.whole[-1] == hashlib.sha256(long).hexdigest()


def test_a_large_file_costs_no_memory(make_port: Callable[..., Port]) -> None:
    port = make_port()
    total = 256
    begin, end = file(0).removesuffix(b"\r\n"), b"\r\n" + field(ATTACK) + END
    before, most = rss(), 0

    def pieces() -> Iterator[bytes]:
        nonlocal most
        yield begin
        for n in range(total):
            yield NOISE
            if n % 16 == 0:
                most = max(most, rss() - before)
        yield end

    got = port.send(pieces(), len(begin) + total * MIB + len(end))
    assert (got.status, port.taker.whole) == (403, [])
    assert most < 48 * MIB
