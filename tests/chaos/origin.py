"""A small origin as a process of its own, so that it can be killed: `python origin.py PORT`. Its answers can be checked."""

from __future__ import annotations

import hashlib
import socketserver
import sys


def content(path: bytes) -> bytes:
    """The one right body of a path: `/N/...` is N bytes long."""
    size = int(path.split(b"/")[1])
    block = hashlib.sha256(path).digest()
    return (block * (size // len(block) + 1))[:size]


class Handler(socketserver.StreamRequestHandler):
    """Answers requests without bodies until the connection ends."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        while line := self.rfile.readline():
            path = line.split()[1]
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            body = content(path)
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


class Server(socketserver.ThreadingTCPServer):
    """A thread each connection."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
