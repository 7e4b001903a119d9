"""A gateway and the backend behind it, kept in step by requests that are told from all others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from tests.adversarial.backend import Backend, Seen
from tests.adversarial.case import HOST
from tests.gateway.support import Client, Running

_numbers = count(1)


@dataclass
class Line:
    """A gateway and the backend behind it."""

    gateway: Running
    backend: Backend

    def begin(self) -> None:
        """Forget what was seen, having waited until nothing of an earlier case can still come."""
        self.until_marked()
        self.backend.seen.clear()

    def mark(self, client: Client) -> Seen:
        """Send a request that is told from all others; what was left on its way before it is seen before it."""
        target = f"/marker/{next(_numbers)}"
        client.send(f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        response = client.read()
        assert (response.status, response.body) == (200, b"hello")
        return Seen("GET", target, HOST, b"")

    def until_marked(self) -> list[Seen]:
        """Everything seen before a marker on a connection of its own."""
        with self.gateway.client() as client:
            marker = self.mark(client)
        seen = self.backend.seen.wait(lambda all_: marker in all_)
        return [s for s in seen if s != marker]
