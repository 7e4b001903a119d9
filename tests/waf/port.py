"""A gateway with the firewall on its port: bytes go in, and for each request its answer and the rules that matched come out."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote_to_bytes

import msgspec

from tests.gateway.support import Client, Origin, Response, Running, body_length, route, site, snapshot, until, upstream

PATIENCE = 0.3
"""Seconds until a request that gets no answer is taken for one that is not whole, and its end is sent."""
EVALUATION = {949110, 959100, 980100, 980110, 980120, 980130, 980140, 980145}
"""Rules that only add up what others found."""


class Match(msgspec.Struct):
    """One rule's match as an event tells it."""

    rule_id: int
    message: str
    target: str
    excerpt: str
    tags: list[str]


class Event(msgspec.Struct):
    """What is of use here of an event."""

    request_id: str
    action: str
    source: str
    matches: list[Match]
    score: int | None = None


class LogLine(msgspec.Struct):
    """What is of use here of a line of the access log."""

    request_id: str
    status: int
    us: int
    reason: str | None = None


class Outcome(msgspec.Struct):
    """What became of one request; `status` is 0 when the connection ended without an answer."""

    status: int
    request_id: str
    us: int = 0
    """Microseconds that the gateway took."""
    reason: str | None = None
    event: Event | None = None

    @property
    def rules(self) -> set[int]:
        """The rules that matched, without those that add up."""
        return {match.rule_id for match in self.event.matches} - EVALUATION if self.event else set()

    @property
    def blocked(self) -> bool:
        """Whether the firewall ended it."""
        return self.event is not None and self.event.action == "blocked"


def answer(conn: socket.socket, head: bytes, rest: bytes) -> bool:
    """A page whose name is UTF-8 is there, any other is not; the request's body is read to its end first."""
    chunked = b"transfer-encoding: chunked" in head.lower()
    while not rest.endswith(b"0\r\n\r\n") if chunked else len(rest) < body_length(head):
        piece = conn.recv(65536)
        if not piece:
            return False
        rest += piece
    path = head.split(b" ", 2)[1].partition(b"?")[0]
    try:
        unquote_to_bytes(path).decode()
        status = b"200 OK"
    except UnicodeDecodeError:
        status = b"404 Not Found"
    conn.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok")
    return True


def policy(mode: str, paranoia: int = 1, **more: Any) -> dict[str, Any]:
    """A policy over the core rules."""
    return {"mode": mode, "paranoia": paranoia, "inbound_threshold": 5, "outbound_threshold": 4, "rule_set": "3.3.4", **more}


class Port:
    """One gateway, one site, one policy; requests one after the other."""

    def __init__(
        self,
        folder: Path,
        waf: dict[str, Any],
        custom: str = "",
        rules: list[str] | None = None,
        patience: float = PATIENCE,
        **options: Any,
    ) -> None:
        self.patience = patience
        self.origin = Origin(answer)
        self.log = folder / "access.log"
        self.gateway = Running(access_log=str(self.log), rule_sets={"3.3.4": rules} if rules else None, **options)
        self.gateway.start()
        own: dict[str, Any] = {"waf": waf}
        if custom:
            own["waf_rules"] = [{"id": "c", "name": "c", "position": 1, "text": custom}]
        here = site(upstream(self.origin.port), route(max_body=16 << 20)) | {"security": own}
        report = json.loads(self.gateway.native.apply(snapshot(here)))
        assert report["refused"] == []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.gateway.drain()
        self.origin.close()

    def send(self, wire: bytes) -> Outcome:
        """Send the bytes on a connection of their own; what came back, without what was found."""
        with Client(self.gateway.port) as client:
            client.socket.settimeout(self.patience)
            try:
                client.send(wire)
                client.socket.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                client.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            client.socket.settimeout(10)
            try:
                got: Response | None = client.read(to_head=wire.startswith(b"HEAD "))
            except (EOFError, OSError):
                got = None
        if got is None:
            return Outcome(0, "")
        return Outcome(got.status, got.get("x-request-id") or "")

    def send_all(self, wires: Iterable[bytes]) -> list[Outcome]:
        """Send requests one after the other; what became of each."""
        outcomes = [self.send(wire) for wire in wires]
        numbered = {outcome.request_id: outcome for outcome in outcomes if outcome.request_id}
        assert len(numbered) == sum(bool(outcome.request_id) for outcome in outcomes)
        lines: dict[str, LogLine] = {}

        def logged() -> bool:
            lines.update((line.request_id, line) for line in map(read_line, self.log.read_bytes().splitlines()))
            return numbered.keys() <= lines.keys()

        until(logged)
        # A line is written after what was found in its request.
        for event in msgspec.json.decode(self.gateway.native.take_events(), type=list[Event]):
            if event.source == "waf" and event.request_id in numbered:
                numbered[event.request_id].event = event
        for request_id, outcome in numbered.items():
            outcome.reason, outcome.us = lines[request_id].reason, lines[request_id].us
        return outcomes

    def ask(self, wire: bytes) -> Outcome:
        """Send one request; what became of it."""
        return self.send_all([wire])[0]


def read_line(line: bytes) -> LogLine:
    return msgspec.json.decode(line, type=LogLine)
