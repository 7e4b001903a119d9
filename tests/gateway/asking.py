"""One request in either version of HTTP, so that a test can be a table over both."""

from __future__ import annotations

from typing import Protocol

import h2.events
import pytest

from tests.gateway.support import Response, Running
from tests.gateway.test_http2 import H2Client, head


class Ask(Protocol):
    """Asks and gives back the answer; `fields` are `name: value`."""

    def __call__(
        self, gateway: Running, path: str = "/", *fields: str, method: str = "GET", host: str = "shop.example", body: bytes = b""
    ) -> Response: ...


def over_h1(
    gateway: Running, path: str = "/", *fields: str, method: str = "GET", host: str = "shop.example", body: bytes = b""
) -> Response:
    """In HTTP/1.1."""
    return gateway.get(path, *fields, method=method, host=host, body=body)


def over_h2(
    gateway: Running, path: str = "/", *fields: str, method: str = "GET", host: str = "shop.example", body: bytes = b""
) -> Response:
    """In HTTP/2 with prior knowledge; the body is small enough for the first window."""
    client = H2Client(gateway.port)
    try:
        more = [(name.lower(), value.strip()) for name, _, value in (f.partition(":") for f in fields)]
        if body:
            more.append(("content-length", str(len(body))))
        stream = client.request(head(path, method, host, *more), body or None)
        status, _, content = client.answer(stream)
        answered = client.until(h2.events.ResponseReceived, stream)
        return Response(status, list(answered.headers), content)  # type: ignore[attr-defined]
    finally:
        client.close()


BOTH = pytest.mark.parametrize("ask", [over_h1, over_h2], ids=["h1", "h2"])
