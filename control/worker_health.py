"""The worker's own small HTTP port: /livez, /readyz and /metrics."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send

from control.core import metrics


async def serve_health(listen: str, ready: Callable[[], Awaitable[bool]]) -> None:
    """Answer until cancelled. Raises OSError when the address is taken."""

    async def application(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        status, kind, body = 404, b"text/plain; charset=utf-8", b"not found\n"
        match scope["path"]:
            case "/":
                status, body = 200, b"worker: /livez /readyz /metrics\n"
            case "/livez":
                status, body = 200, b"alive\n"
            case "/readyz":
                status, body = (200, b"ready\n") if await ready() else (503, b"not ready\n")
            case "/metrics":
                status, kind, body = 200, b"text/plain; version=0.0.4; charset=utf-8", metrics.exposition()
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    host, _, port = listen.rpartition(":")
    # The embedded server ends the process when it cannot listen; found out here, it is an error that can be read.
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    socket.create_server((host.strip("[]"), int(port)), family=family).close()
    server = Server(
        application, address=host.strip("[]"), port=int(port), interface=Interfaces.ASGINL, log_enabled=False, websockets=False
    )
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.shield(serving)
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait({serving}, timeout=2)
