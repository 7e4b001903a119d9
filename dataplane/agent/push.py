"""Sending to ingestion, over one connection that is kept."""

from __future__ import annotations

import gzip
import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from dataplane.agent import VERSION


class Outcome(Enum):
    """What became of a batch."""

    TAKEN = "taken"
    REFUSED = "refused"
    """Never to be sent again as it is; what was right in it was kept there."""
    TOO_LARGE = "too large"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Answer:
    """`wait_s` is how long the server wants to be left alone; `why` is for people."""

    outcome: Outcome
    wait_s: float = 0.0
    why: str = ""


class Pusher:
    """One server and one token. `path` says what is sent: line protocol unless it is another. `ca_file` names authorities besides
    those of the system."""

    def __init__(
        self, server: str, token: str, *, timeout_s: float = 5.0, ca_file: str = "", path: str = "/write?precision=ns"
    ) -> None:
        url = urlsplit(server)
        self._host, self._port, self._timeout_s = url.hostname or "", url.port, timeout_s
        self._path = f"{url.path.rstrip('/')}{path}"
        self._tls = ssl.create_default_context(cafile=ca_file or None) if url.scheme == "https" else None
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Encoding": "gzip",
            "Content-Type": "text/plain; charset=utf-8",
            "User-Agent": f"hcc-agent/{VERSION}",
        }
        self._connection: http.client.HTTPConnection | None = None

    def push(self, text: str | bytes, more: Mapping[str, str] | None = None) -> Answer:
        """Send a batch, with further header fields. What fails on the way is an answer too."""
        body = gzip.compress(text.encode() if isinstance(text, str) else text, 6)
        headers = {**self._headers, **(more or {})}
        for fresh in (False, True):
            reused = self._connection is not None
            try:
                return self._answer(body, headers)
            except (OSError, http.client.HTTPException, ssl.SSLError) as error:
                self.close()
                # The server may have closed a connection that lay idle; that says nothing about now.
                if fresh or not reused or isinstance(error, socket.timeout):
                    return Answer(Outcome.LATER, why=f"{type(error).__name__}: {error}")
        raise AssertionError("the second try returns")

    def _answer(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        if self._connection is None:
            if self._tls is None:
                self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
            else:
                self._connection = http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=self._tls)
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        said = response.read(65_536)
        if response.will_close or not response.isclosed():
            self.close()
        why = "" if response.status < 300 else f"{response.status} {said[:300].decode('utf-8', 'replace')}"
        match response.status:
            case 200 | 204:
                return Answer(Outcome.TAKEN)
            case 413:
                return Answer(Outcome.TOO_LARGE, why=why)
            case 401 | 403 | 404 | 408 | 421 | 425 | 429:
                # A wrong token, or a server that is being moved, is put right by people; until then nothing is thrown away.
                return Answer(Outcome.LATER, _seconds(response.getheader("retry-after")), why)
            case status if 400 <= status < 500:
                return Answer(Outcome.REFUSED, why=why)
            case _:
                return Answer(Outcome.LATER, _seconds(response.getheader("retry-after")), why)

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _seconds(text: str | None) -> float:
    return min(float(text), 600.0) if text is not None and text.isdecimal() and len(text) < 6 else 0.0
