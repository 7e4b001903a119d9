"""A scripted origin and a raw client: both see bytes, neither hides anything."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import hcc_native
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TIMEOUT = 10.0


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Response:
    """What a client read."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    closed: bool = False

    def get(self, name: str) -> str | None:
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """A raw connection to the gateway."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self, *, to_head: bool = False) -> Response:
        """One response; raises EOFError when the connection ends before it is whole."""
        line = self.file.readline()
        if not line:
            raise EOFError("no response")
        status = int(line.split()[1])
        headers: list[tuple[str, str]] = []
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name, value.strip()))
        response = Response(status, headers, b"")
        if to_head or status in (204, 304) or status < 200:
            return response
        if response.get("transfer-encoding") == "chunked":
            while size := int(self.file.readline() or self._ended(), 16):
                response.body += self._exactly(size)
                self._exactly(2)
            while self.file.readline() not in (b"\r\n", b""):
                pass
        elif (length := response.get("content-length")) is not None:
            response.body = self._exactly(int(length))
        else:
            response.body = self.file.read()
        return response

    def _ended(self) -> bytes:
        raise EOFError("truncated")

    def _exactly(self, n: int) -> bytes:
        data = self.file.read(n)
        if len(data) != n:
            raise EOFError("truncated")
        return data

    def is_closed(self) -> bool:
        """Whether the gateway closes within the time limit and sends nothing more."""
        try:
            return self.file.read(1) == b""
        except ConnectionResetError:
            return True


Handler = Callable[[socket.socket, bytes, bytes], bool]


def ok(body: bytes = b"hello") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def body_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


class Origin:
    """Serves each connection in a thread; `handler(socket, head, rest)` says whether the connection stays open."""

    def __init__(self, handler: Handler | None = None, port: int = 0) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self.listener.getsockname()[1]
        self.handler = handler or self.answer_ok
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def answer_ok(self, conn: socket.socket, head: bytes, rest: bytes) -> bool:
        want = body_length(head)
        while len(rest) < want:
            rest += conn.recv(65536)
        self.bodies.append(rest)
        conn.sendall(ok())
        return True

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(conn)
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        with contextlib.suppress(OSError), conn:
            data = b""
            while True:
                while b"\r\n\r\n" not in data:
                    piece = conn.recv(65536)
                    if not piece:
                        return
                    data += piece
                head, _, rest = data.partition(b"\r\n\r\n")
                self.heads.append(head)
                data = b""
                if not self.handler(conn, head, rest):
                    return

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for conn in self._open:
            with contextlib.suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        self._thread.join(TIMEOUT)


@dataclass
class Signer:
    """Signs access tokens as the control plane does."""

    kid: str = "k1"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def jwk(self) -> dict[str, str]:
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": b64(raw), "use": "sig", "alg": "EdDSA"}

    def token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "sub": "user-1",
            "user_type": "customer",
            "org_id": "org-1",
            "roles": ["owner", "billing"],
            "sid": "session-1",
            "jti": "j1",
            "typ": "access",
            "iss": "hcc",
            "aud": "hcc",
            "iat": now,
            "exp": now + 900,
            **changes,
        }
        head = header or {"alg": "EdDSA", "kid": self.kid}
        signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
        return f"{signed}.{b64(self.key.sign(signed.encode()))}"


def route(prefix: str = "/", **more: Any) -> dict[str, Any]:
    return {"id": f"route {prefix}", "path_prefix": prefix, "methods": None, "upstream": "o", "max_body": None, **more}


def upstream(*ports: int, **times: int) -> dict[str, Any]:
    targets = [{"address": f"127.0.0.1:{p}", "weight": 1} for p in ports]
    return {
        "policy": "round_robin",
        "targets": targets,
        "connect_ms": 1000,
        "first_byte_ms": 5000,
        "between_bytes_ms": 5000,
        "total_ms": 0,
    } | times


def site(upstream_: dict[str, Any], *routes: dict[str, Any], name: str = "s1", hosts: list[str] | None = None) -> dict[str, Any]:
    return {
        "site_id": name,
        "organization_id": "org-1",
        "name": name,
        "hosts": hosts or ["*"],
        "upstreams": {"o": upstream_},
        "routes": list(routes) or [route()],
    }


def snapshot(*sites: dict[str, Any], hash_: str = "", sections_: Sequence[dict[str, Any]] = (), **platform: Any) -> bytes:
    sections = [{"id": "platform", "hash": hash_ or json.dumps(platform), "body": platform}]
    sections += [{"id": f"site:{s['site_id']}", "hash": hash_ or json.dumps(s), "body": s} for s in sites]
    sections += sections_
    return json.dumps({"version": 1, "sections": sections}).encode()


class Running:
    """A gateway in this process on a port of its own."""

    def __init__(
        self,
        last_good: str | None = None,
        access_log: str | None = None,
        threads: int = 1,
        *,
        tls: bool = False,
        proxy: bool = False,
        certificate_keys: str | None = None,
        redis_url: str | None = None,
        geo_country: str | None = None,
        geo_asn: str | None = None,
        rule_sets: dict[str, list[str]] | None = None,
        waf_log: str | None = None,
        waf_log_format: str = "modsecurity",
        share_collections: bool = False,
    ) -> None:
        self.tls, self.proxy = tls, proxy
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self.listener.getsockname()[1]
        self.native = hcc_native.Gateway(
            threads=threads,
            last_good_path=last_good,
            access_log=access_log,
            certificate_keys=certificate_keys,
            redis_url=redis_url,
            geo_country=geo_country,
            geo_asn=geo_asn,
            rule_sets=rule_sets,
            waf_log=waf_log,
            waf_log_format=waf_log_format,
            share_collections=share_collections,
        )
        self.drained = False

    def start(self) -> None:
        self.native.start([[(self.listener.fileno(), self.tls, self.proxy)]])

    def apply(self, *sites: dict[str, Any], **platform: Any) -> Any:
        return json.loads(self.native.apply(snapshot(*sites, **platform)))

    def client(self) -> Client:
        return Client(self.port)

    def get(self, path: str = "/", *headers: str, method: str = "GET", host: str = "shop.example", body: bytes = b"") -> Response:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        with self.client() as client:
            client.send("\r\n".join([*lines, "", ""]).encode() + body)
            return client.read(to_head=method == "HEAD")

    def metric(self, name: str) -> float:
        for line in self.native.metrics().decode().splitlines():
            if line.startswith(f"hcc_gateway_{name} "):
                return float(line.split()[1])
        raise KeyError(name)

    def drain(self, timeout: float = 1.0) -> None:
        if not self.drained:
            self.drained = True
            self.native.drain(timeout)
            self.listener.close()


def until(condition: Callable[[], Any], within: float = TIMEOUT) -> None:
    """Wait for a condition, polling."""
    deadline = time.monotonic() + within
    gate = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        gate.wait(0.005)
