"""The outermost layer of the control plane: request ids, client addresses, one log line and one count a request."""

from __future__ import annotations

import re
import time
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from control.core import metrics
from control.core.addresses import Network, client_address
from control.core.ids import new_id

log = structlog.get_logger("hcc.access")
_SANE_ID = re.compile(rb"^[A-Za-z0-9._:-]{8,128}$")
_QUIET = ("/livez", "/readyz", "/health", "/metrics")


class Edge:
    """Wraps the application, so that errors of routing carry an id and are logged too."""

    def __init__(self, app: ASGIApp, trusted_proxies: tuple[Network, ...]) -> None:
        self.app = app
        self._trusted = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        headers = scope["headers"]
        request_id = next((v for k, v in headers if k == b"x-request-id" and _SANE_ID.match(v)), b"") or str(new_id()).encode()
        forwarded = [v.decode("latin-1") for k, v in headers if k == b"x-forwarded-for"]
        peer = scope.get("client")
        address = client_address(peer[0] if peer else None, forwarded, self._trusted)
        extended: Any = scope
        extended["request_id"] = request_id.decode()
        extended["client_address"] = address
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            await send(message)

        start = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        metrics.IN_FLIGHT.inc()
        try:
            await self.app(scope, receive, answer)
        finally:
            metrics.IN_FLIGHT.dec()
            elapsed = time.perf_counter() - start
            # A path that no route knows is counted under one name: strangers must not make label values.
            route = str(extended.get("path_template") or "(none)")
            metrics.REQUESTS.labels(scope["method"], route, str(status)).inc()
            metrics.DURATION.labels(scope["method"], route).observe(elapsed)
            if not (scope["path"] in _QUIET and status < 400):
                principal = extended.get("user")
                log.info(
                    "request",
                    method=scope["method"],
                    # A token in a path is a secret.
                    path=route if "{token" in route else scope["path"],
                    status=status,
                    ms=round(elapsed * 1000, 1),
                    address=str(address),
                    user=str(principal.user_id) if principal else None,
                    organization=str(principal.organization_id) if principal else None,
                )
