"""What the agent makes of each answer, over real connections."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from dataplane.agent.push import Outcome, Pusher


class Server:
    """Answers each request with what the test says, and may close in between."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/ingest"
        self.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.close_after = False
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            with connection, connection.makefile("rb") as file:
                while self._serve(connection, file):
                    pass

    def _serve(self, connection: socket.socket, file: BinaryIO) -> bool:
        head = b""
        while (line := file.readline()) not in (b"\r\n", b""):
            head += line
        if not head:
            return False
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        self.heads.append(head)
        self.bodies.append(file.read(length))
        if self.answer:
            connection.sendall(self.answer)
        return bool(self.answer) and not self.close_after


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.listener.close()


def said(status: int, *fields: str, body: bytes = b"why") -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


ANSWERS = [
    (b"HTTP/1.1 204 No Content\r\n\r\n", Outcome.TAKEN, 0.0),
    (said(200), Outcome.TAKEN, 0.0),
    (said(400), Outcome.REFUSED, 0.0),
    (said(415), Outcome.REFUSED, 0.0),
    (said(401), Outcome.LATER, 0.0),
    (said(403), Outcome.LATER, 0.0),
    (said(404), Outcome.LATER, 0.0),
    (said(413), Outcome.TOO_LARGE, 0.0),
    (said(429, "Retry-After: 7"), Outcome.LATER, 7.0),
    (said(503, "Retry-After: 30"), Outcome.LATER, 30.0),
    (said(503, "Retry-After: 999999"), Outcome.LATER, 0.0),
    (said(503, "Retry-After: 99999"), Outcome.LATER, 600.0),
    (said(503, "Retry-After: soon"), Outcome.LATER, 0.0),
    (said(500), Outcome.LATER, 0.0),
    (said(301, "Location: https://elsewhere.example/"), Outcome.LATER, 0.0),
    (b"garbage\r\n\r\n", Outcome.LATER, 0.0),
    (b"", Outcome.LATER, 0.0),
]


@pytest.mark.parametrize(("answer", "outcome", "wait_s"), ANSWERS, ids=range(len(ANSWERS)))
def test_answers(server: Server, answer: bytes, outcome: Outcome, wait_s: float) -> None:
    server.answer = answer
    pusher = Pusher(server.url, "secret")
    found = pusher.push("a v=1 1\n")
    pusher.close()
    assert (found.outcome, found.wait_s) == (outcome, wait_s)
    assert "secret" not in found.why
    assert gzip.decompress(server.bodies[0]) == b"a v=1 1\n"
    assert server.heads[0].startswith(b"POST /ingest/write?precision=ns HTTP/1.1\r\n")
    assert b"Authorization: Bearer secret\r\n" in server.heads[0]


def test_a_connection_serves_many_and_one_that_was_closed_is_made_anew(server: Server) -> None:
    pusher = Pusher(server.url, "t")
    assert [pusher.push("a v=1\n").outcome for _ in range(3)] == [Outcome.TAKEN] * 3
    assert server.connections == 1
    server.close_after = True
    assert [pusher.push("a v=1\n").outcome for _ in range(3)] == [Outcome.TAKEN] * 3
    pusher.close()
    assert len(server.bodies) == 6


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert Pusher(f"http://127.0.0.1:{port}", "t").push("a v=1\n").outcome is Outcome.LATER
