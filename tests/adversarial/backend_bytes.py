"""An origin that keeps every byte: whatever stands behind a request on its connection is a second one."""

from __future__ import annotations

import socket

from tests.adversarial.backend import Record, Seen
from tests.gateway.support import Origin, ok


class BytesBackend:
    """The scripted origin of the other tests, reading heads and bodies with no leniency at all."""

    name = "bytes"

    def __init__(self) -> None:
        self.seen = Record()
        self.origin = Origin(self._serve)
        self.port = self.origin.port

    def _serve(self, conn: socket.socket, head: bytes, rest: bytes) -> bool:
        start, *lines = head.split(b"\r\n")
        method, target, version = start.split(b" ")
        assert version == b"HTTP/1.1"
        fields = [(name.lower(), value) for name, value in (line.split(b": ", 1) for line in lines)]
        hosts, lengths, encodings = (
            [value for name, value in fields if name == wanted] for wanted in (b"host", b"content-length", b"transfer-encoding")
        )
        strict = len(hosts) == 1 and len(lengths) + len(encodings) < 2
        if encodings == [b"chunked"]:
            body, rest = self._chunks(conn, rest)
        else:
            length = int(lengths[0]) if lengths else 0
            rest = self._more(conn, rest, length)
            body, rest = rest[:length], rest[length:]
        self.seen.add(Seen(method.decode(), target.decode(), hosts[0].decode() if hosts else "", body, strict))
        if rest:
            self.seen.add(Seen("", "", "", rest, whole=False))
        conn.sendall(ok())
        return True

    def _more(self, conn: socket.socket, data: bytes, length: int) -> bytes:
        while len(data) < length:
            if not (piece := conn.recv(65536)):
                raise ConnectionError("ended in a body")
            data += piece
        return data

    def _line(self, conn: socket.socket, data: bytes) -> tuple[bytes, bytes]:
        while b"\r\n" not in data:
            data = self._more(conn, data, len(data) + 1)
        line, _, rest = data.partition(b"\r\n")
        return line, rest

    def _chunks(self, conn: socket.socket, data: bytes) -> tuple[bytes, bytes]:
        body = b""
        while True:
            line, data = self._line(conn, data)
            if not (size := int(line, 16)):
                break
            data = self._more(conn, data, size + 2)
            body += data[:size]
            data = data[size + 2 :]
        while line:
            line, data = self._line(conn, data)
        return body, data

    def head(self) -> bytes:
        """The last head read that is no marker's."""
        return next(head for head in reversed(self.origin.heads) if b" /marker/" not in head)

    def close(self) -> None:
        self.origin.close()
