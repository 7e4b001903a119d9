"""An origin that speaks HTTP/2 by hyper-h2 and shows what it was sent."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

Fields = list[tuple[str, str]]


@dataclass
class Request:
    """What came on one stream."""

    stream: int
    fields: Fields
    body: bytes = b""
    trailers: Fields = field(default_factory=list)

    def get(self, name: str) -> str | None:
        return next((v for n, v in self.fields if n == name), None)


Answer = Callable[["H2Connection", Request], None]


def echo(connection: H2Connection, request: Request) -> None:
    """Answers with what came, trailers too."""
    connection.respond(request, request.body, ("content-length", str(len(request.body))), trailers=request.trailers)


class H2Connection:
    """One connection from the gateway."""

    def __init__(self, origin: H2Origin, raw: socket.socket) -> None:
        self.origin = origin
        self.socket = raw
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="latin-1"))
        self.requests: dict[int, Request] = {}
        self.ready: list[Request] = []
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def respond(
        self, request: Request, body: bytes = b"", *fields: tuple[str, str], status: int = 200, trailers: Fields | None = None
    ) -> None:
        self.h2.send_headers(request.stream, [(":status", str(status)), *fields], end_stream=not body and not trailers)
        while body:
            room = min(self.h2.local_flow_control_window(request.stream), self.h2.max_outbound_frame_size)
            if room == 0:
                self.flush()
                self.read()
                continue
            piece, body = body[:room], body[room:]
            self.h2.send_data(request.stream, piece, end_stream=not body and not trailers)
        if trailers:
            self.h2.send_headers(request.stream, trailers, end_stream=True)
        self.flush()

    def reset(self, request: Request, code: h2.errors.ErrorCodes) -> None:
        self.h2.reset_stream(request.stream, code)
        self.flush()

    def go_away(self, last: int, code: h2.errors.ErrorCodes = h2.errors.ErrorCodes.NO_ERROR) -> None:
        """Says GOAWAY; the connection closes when the gateway closes it."""
        self.h2.close_connection(code, last_stream_id=last)
        self.flush()

    def read(self) -> None:
        """Takes in what came. Raises EOFError at the end."""
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        for event in self.h2.receive_data(data):
            match event:
                case h2.events.RequestReceived():
                    fields = [(str(n), str(v)) for n, v in event.headers]
                    self.requests[event.stream_id] = Request(event.stream_id, fields)
                    self.origin.begun.append(self.requests[event.stream_id])
                case h2.events.DataReceived():
                    self.requests[event.stream_id].body += event.data or b""
                    self.h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
                case h2.events.TrailersReceived():
                    self.requests[event.stream_id].trailers = [(str(n), str(v)) for n, v in event.headers]
                case h2.events.StreamEnded():
                    self.ready.append(self.requests[event.stream_id])
                case h2.events.StreamReset():
                    self.origin.resets.append(int(event.error_code or 0))
        self.flush()

    def serve(self) -> None:
        with contextlib.suppress(OSError, EOFError, h2.exceptions.ProtocolError):
            while True:
                self.read()
                while self.ready:
                    request = self.ready.pop(0)
                    self.origin.requests.append(request)
                    self.origin.answer(self, request)


class H2Origin:
    """Serves each connection in a thread; `answer` is asked when a request is whole."""

    def __init__(self, answer: Answer = echo, *, context: ssl.SSLContext | None = None, path: Path | None = None) -> None:
        if path is not None:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(path))
            self.listener.listen()
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.port: int = self.listener.getsockname()[1]
        self.answer = answer
        self.context = context
        self.requests: list[Request] = []
        self.begun: list[Request] = []
        self.resets: list[int] = []
        self.connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(raw)
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        with contextlib.suppress(OSError), raw:
            # Frames go out in small writes; Nagle would hold them up.
            if raw.family == socket.AF_INET:
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context is None:
                H2Connection(self, raw).serve()
            else:
                with self.context.wrap_socket(raw, server_side=True) as wrapped:
                    H2Connection(self, wrapped).serve()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for raw in self.connections:
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
