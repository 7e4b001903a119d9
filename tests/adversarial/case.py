"""What a case of the smuggling table is: bytes a client sends, and what has to become of them."""

from __future__ import annotations

from dataclasses import dataclass

HOST = "a.example"


@dataclass(frozen=True)
class Refused:
    """Answered by the gateway with one of these statuses, the connection closed, nothing of it served behind."""

    raw: bytes
    status: tuple[int, ...] = (400,)
    bug: str = ""
    """Why the gateway does otherwise today; the test then has to fail."""


@dataclass(frozen=True)
class Answered:
    """Answered by the gateway itself, whose connection may stay open; nothing reaches a backend."""

    raw: bytes
    status: int


@dataclass(frozen=True)
class Accepted:
    """Forwarded as exactly one request."""

    raw: bytes
    method: str = "GET"
    target: str = "/case"
    host: str | None = HOST
    """`None`: the backend's own address."""
    body: bytes = b""
    never: tuple[bytes, ...] = ()
    """Lower-case bytes that the forwarded head must not hold."""
    refused_by: tuple[str, ...] = ()
    """Backends that are stricter: they answer an error, and see no other request either."""
    bug: str = ""
    """Why the gateway does otherwise today; the test then has to fail."""


def bare(start: bytes, *lines: bytes, body: bytes = b"") -> bytes:
    """A request whose lines are all stated."""
    return b"\r\n".join((start, *lines, b"", b"")) + body


def get(*lines: bytes, start: bytes = b"GET /case HTTP/1.1", body: bytes = b"") -> bytes:
    """A GET with a Host and more fields."""
    return bare(start, b"Host: a.example", *lines, body=body)


def post(*lines: bytes, body: bytes = b"") -> bytes:
    """A POST with a Host and more fields."""
    return get(*lines, start=b"POST /case HTTP/1.1", body=body)


def chunks(body: bytes, *lines: bytes) -> bytes:
    """A POST whose chunked body is given as it goes over the wire."""
    return post(b"Transfer-Encoding: chunked", *lines, body=body)


def to(target: bytes, *lines: bytes, method: bytes = b"GET") -> bytes:
    """A request for a target."""
    return get(*lines, start=method + b" " + target + b" HTTP/1.1")
