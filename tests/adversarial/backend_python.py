"""Python's http.server. It reads no bodies itself; this does it as a plain program would."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.adversarial.backend import Record, Seen


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    record: Record

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self._exactly(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self._exactly(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _exactly(self, length: int) -> bytes:
        data = self.rfile.read(length)
        if len(data) < length:
            raise EOFError("ended in a body")
        return data

    def _answer(self) -> None:
        try:
            body = self._body()
        except (EOFError, ValueError):
            self.close_connection = True
            return
        # `path` has been tidied; the request line is as received.
        target = self.requestline.split(" ")[1]
        self.record.add(Seen(self.command, target, self.headers.get("Host", ""), body))
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"hello")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.record.add(Seen("", self.requestline, "", b"", whole=False))
        super().send_error(code, message, explain)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


class PythonBackend:
    """The server in a thread of this process."""

    name = "http.server"

    def __init__(self) -> None:
        self.seen = Record()
        handler = type("Handler", (_Handler,), {"record": self.seen})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
