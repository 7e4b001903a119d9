"""The API over HTTP: bodies as forms, keys of idempotency, the errors that Stripe's library knows."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from control.stack.stripe_simulator import KEY, hosted
from control.stack.stripe_simulator.forms import decode
from control.stack.stripe_simulator.objects import Object
from control.stack.stripe_simulator.state import Refused, State

_Call = Callable[[State, str, Object], Object]
ROUTES: list[tuple[str, str, _Call]] = [
    ("POST", r"/v1/customers", lambda s, _, p: s.create_customer(p)),
    ("GET", r"/v1/balance", lambda s, _, __: s.balance()),
    ("GET", r"/v1/customers/(\w+)", lambda s, i, _: s.find("customer", i)),
    ("POST", r"/v1/payment_intents", lambda s, _, p: s.create_intent(p)),
    ("GET", r"/v1/payment_intents/(\w+)", lambda s, i, _: s.find("payment_intent", i)),
    ("POST", r"/v1/payment_intents/(\w+)/confirm", lambda s, i, p: s.confirm_intent(i, p)),
    ("POST", r"/v1/payment_intents/(\w+)/cancel", lambda s, i, _: s.cancel_intent(i)),
    ("POST", r"/v1/setup_intents", lambda s, _, p: s.create_setup(p)),
    ("GET", r"/v1/setup_intents/(\w+)", lambda s, i, _: s.find("setup_intent", i)),
    ("POST", r"/v1/setup_intents/(\w+)/confirm", lambda s, i, p: s.confirm_setup(i, p)),
    ("POST", r"/v1/checkout/sessions", lambda s, _, p: s.create_session(p)),
    ("GET", r"/v1/checkout/sessions/(\w+)", lambda s, i, _: s.find("checkout.session", i)),
    ("GET", r"/v1/payment_methods/(\w+)", lambda s, i, _: s.find("payment_method", i)),
    ("POST", r"/v1/payment_methods/(\w+)/detach", lambda s, i, _: s.detach(i)),
    ("POST", r"/v1/refunds", lambda s, _, p: s.create_refund(p)),
    ("GET", r"/v1/refunds/(\w+)", lambda s, i, _: s.find("refund", i)),
    ("GET", r"/v1/charges/(\w+)", lambda s, i, _: s.find("charge", i)),
    ("GET", r"/v1/disputes/(\w+)", lambda s, i, _: s.find("dispute", i)),
    # What no API has: what payers, banks and cardholders do.
    ("POST", r"/_do/authenticate/(\w+)", lambda s, i, p: s.authenticate(i, passed=p.get("passed") != "false")),
    ("POST", r"/_do/dispute/(\w+)", lambda s, i, p: s.open_dispute(i, int(p["amount"]), p.get("reason", "fraudulent"))),
    ("POST", r"/_do/close-dispute/(\w+)", lambda s, i, p: s.close_dispute(i, won=p.get("won") == "true")),
]


class Simulator:
    """A server on a loopback port, in a thread of its own."""

    def __init__(self, port: int = 0, key: str = KEY, kept: Path | None = None) -> None:
        """`kept` is a file from which it takes what it knew, and into which it writes all that changes."""
        self.state = State()
        if kept is not None and kept.exists():
            self.state.restore(kept.read_bytes())
        self.key = key
        self._kept = kept
        self.requests: list[tuple[str, str]] = []
        self.failing = 0
        """So many of the next requests are answered 500 after their work was done."""
        self._answers: dict[str, tuple[str, int, bytes]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.state.url = self.url
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def answer(self, method: str, target: str, body: str, authorization: str, key: str | None) -> tuple[int, bytes, bool]:
        """Status, body, and whether it was given before."""
        parts = urlsplit(target)
        params = decode(body or parts.query)
        with self.state.lock:
            self.requests.append((method, parts.path))
            if not self._let_in(authorization):
                wrong = {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
                return 401, json.dumps(wrong).encode(), False
            digest = hashlib.sha256(f"{parts.path}\0{body}".encode()).hexdigest()
            if method == "POST" and key is not None and key in self._answers:
                known, status, before = self._answers[key]
                if known == digest:
                    return self._failed() or (status, before, True)
                wrong = {"error": {"type": "idempotency_error", "message": "Keys can only be used with the same parameters."}}
                return 400, json.dumps(wrong).encode(), False
            status, answer = self._do(method, parts.path, params)
            raw = json.dumps(answer).encode()
            if self._kept is not None and method == "POST":
                new = self._kept.with_suffix(".new")
                new.write_bytes(self.state.dump())
                new.replace(self._kept)
            if method == "POST" and key is not None and status < 500:
                self._answers[key] = (digest, status, raw)
            if not parts.path.startswith("/_do") and (failed := self._failed()):
                return failed
            return status, raw, False

    def _let_in(self, authorization: str) -> bool:
        """With the key as a bearer's token, or as the name of a user without a password."""
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        return authorization in (f"Bearer {self.key}", f"Basic {basic}")

    def _failed(self) -> tuple[int, bytes, bool] | None:
        if not self.failing:
            return None
        self.failing -= 1
        return 500, json.dumps({"error": {"type": "api_error", "message": "An unknown error occurred"}}).encode(), False

    def _do(self, method: str, path: str, params: Object) -> tuple[int, Object]:
        expand: list[str] = params.pop("expand", None) or []
        for wanted, pattern, call in ROUTES:
            match = re.fullmatch(pattern, path)
            if wanted == method and match:
                try:
                    found = call(self.state, match.group(1) if match.groups() else "", params)
                    return 200, self.state.shown(found, expand)
                except Refused as refused:
                    return refused.status, refused.body
        return 404, {"error": {"type": "invalid_request_error", "message": f"Unrecognized request URL ({method}: {path})"}}


def _handler(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if self.path.startswith("/hosted/"):
                self._show(hosted.answer(simulator.state, self.command, self.path, body))
                return
            status, raw, replayed = simulator.answer(
                self.command,
                self.path,
                body,
                self.headers.get("Authorization", ""),
                self.headers.get("Idempotency-Key"),
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.send_header("Request-Id", "req_simulated")
            if replayed:
                self.send_header("Idempotent-Replayed", "true")
            self.end_headers()
            self.wfile.write(raw)

        def _show(self, answer: hosted.Answer) -> None:
            raw = answer.html.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(raw)))
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Quiet."""

    return Handler
