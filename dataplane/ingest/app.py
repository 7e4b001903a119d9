"""The RSGI application: bodies come in, go to the native threads, and are answered when they are durable."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any, Protocol

import msgspec

from dataplane.ingest.answers import JSON, VERSION, Failure, failure, said
from dataplane.ingest.requests import Push, recognise
from dataplane.ingest.tokens import Sender, Tokens, presented
from dataplane.log import logger

READ_SECONDS = 60.0
"""A body must be here within this."""
_PROMETHEUS = ("content-type", "text/plain; version=0.0.4; charset=utf-8")
_LOCAL = ("127.0.0.1", "[::1]", "::1")
log = logger("ingest")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker needs to know; the parent sets it before it forks. Sizes are in bytes."""

    folder: Path
    database_url: str
    workers: int
    threads: int
    log_bytes: int
    largest_body: int
    largest_expanded: int
    in_flight: int
    parent: int


class Exchange(Protocol):
    """The part of Granian's protocol object that is used here."""

    async def __call__(self) -> bytes: ...
    def __aiter__(self) -> Any: ...
    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


class TooLarge(Exception):
    """A body that did not say its size has more bytes than it may."""


class Application:
    """One worker's part: its log, the tokens, and what is on its way."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._ingest: Any = None
        self._tokens = Tokens(options.database_url, options.folder / "tokens", log)
        self._following: asyncio.Task[None] | None = None
        self._in_flight = 0
        self._answers: dict[int, int] = {}

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        from dataplane.processes import die_with_parent

        die_with_parent(self._options.parent)
        self._ingest, name = self._open()
        for line in self._ingest.recovered:
            log("segment of an earlier run closed", log=name, segment=line)
        loop.add_reader(self._ingest.fileno(), self._ingest.drain)
        self._tokens.load()
        if self._options.database_url:
            self._following = loop.create_task(self._tokens.run())
        log("ingester started", log=name, threads=self._options.threads, tokens_kept=self._tokens.known)

    def _open(self) -> tuple[Any, str]:
        """The first log that nobody else has."""
        from hcc_native import Ingest

        options = self._options
        for number in range(1, 4 * options.workers + 4):
            name = f"ingester-{number:02}"
            with contextlib.suppress(BlockingIOError):
                ingest = Ingest(
                    str(options.folder / name),
                    threads=options.threads,
                    largest=options.largest_expanded,
                    total_bytes=options.log_bytes // options.workers,
                )
                return ingest, name
        raise RuntimeError(f"other processes have all logs below {options.folder}")

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._following is not None:
            self._following.cancel()
        if self._ingest is not None:
            loop.remove_reader(self._ingest.fileno())
            self._ingest.close()
            log("ingester stopped")

    async def __rsgi__(self, scope: Any, exchange: Exchange) -> None:
        match scope.method, scope.path:
            case "POST", _:
                await self._post(scope, exchange)
            case "GET" | "HEAD", "/ping":
                exchange.response_empty(204, [VERSION, ("x-influxdb-build", "hcc")])
            case "GET" | "HEAD", "/health" | "/healthz":
                body = {
                    "name": "hcc-ingest",
                    "status": "pass",
                    "message": "ready for writes",
                    "version": VERSION[1],
                    "checks": [],
                }
                exchange.response_bytes(200, [JSON, VERSION], msgspec.json.encode(body))
            case "GET" | "HEAD", "/readyz":
                self._ready(exchange)
            case "GET", "/metrics" if scope.client.rpartition(":")[0] in _LOCAL and scope.headers.get("x-forwarded-for") is None:
                exchange.response_bytes(200, [_PROMETHEUS], self._figures().encode())
            case _:
                exchange.response_bytes(404, [JSON], b'{"error":"not found"}')

    def _ready(self, exchange: Exchange) -> None:
        room = self._ingest is not None and self._ingest.has_room
        body = {"tokens": self._tokens.known, "room": room, "database": self._tokens.connected}
        exchange.response_bytes(200 if room and self._tokens.known else 503, [JSON], msgspec.json.encode(body))

    async def _post(self, scope: Any, exchange: Exchange) -> None:
        headers = scope.headers
        token = presented(headers.get("authorization"), scope.query_string)
        sender = self._tokens.find(token) if token else None
        if scope.path == "/query":
            # Telegraf and others make the database first; here every organisation has its own.
            status, body = (200, b'{"results":[{"statement_id":0}]}') if sender else (401, b'{"error":"no valid token was sent"}')
            exchange.response_bytes(status, [JSON, VERSION], body)
            return
        named = headers.get("x-hcc-organization")
        foreign = sender is not None and named is not None
        if sender is not None and named is not None:
            sender = self._tokens.on_behalf(sender, named)
        push = recognise(scope.path, scope.query_string, headers)
        if push is None:
            exchange.response_bytes(404, [JSON], b'{"error":"not found"}')
            return
        speaks = push.speaks if isinstance(push, Push) else push[0]
        if self._ingest is None or not self._tokens.known:
            status, fields, content = speaks.failed(said("starting", 503, 2))
        elif sender is None:
            status, fields, content = speaks.failed(said("foreign", 403) if foreign else said("unauthorized", 401))
        elif isinstance(push, Push):
            status, fields, content = await self._push(push, sender, headers, exchange)
        else:
            status, fields, content = speaks.failed(push[1])
        self._answers[status] = self._answers.get(status, 0) + 1
        if content:
            exchange.response_bytes(status, fields, content)
        else:
            exchange.response_empty(status, fields)

    async def _push(
        self, push: Push, sender: Sender, headers: Any, exchange: Exchange
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        speaks, options = push.speaks, self._options
        length = headers.get("content-length")
        # One that does not say its size counts as the largest, until it is here.
        expected = int(length) if length is not None and length.isascii() and length.isdecimal() else options.largest_body
        if expected > options.largest_body:
            return speaks.failed(said("too_large", 413))
        if self._in_flight and self._in_flight + expected > options.in_flight:
            return speaks.failed(Failure(503, "the server has as much on its way as it may", 1))
        if not self._ingest.has_room:
            return speaks.failed(Failure(503, "the log on disk is full", 10))
        self._in_flight += expected
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await exchange() if length is not None else await _read(exchange, options.largest_body)
            answer = await self._take(push, sender, body)
        except TooLarge:
            return speaks.failed(said("too_large", 413))
        except TimeoutError:
            return speaks.failed(Failure(408, "the body did not come in time"))
        finally:
            self._in_flight -= expected
        failed = failure(answer)
        return speaks.kept(answer) if failed is None else speaks.failed(failed)

    async def _take(self, push: Push, sender: Sender, body: bytes) -> Any:
        future = asyncio.get_running_loop().create_future()
        self._ingest.submit(
            future,
            body,
            organization=sender.organization,
            protocol=push.protocol,
            precision=push.precision,
            encoding=push.encoding,
            values_per_s=sender.values_per_s,
            active_series=sender.active_series,
        )
        return await future

    def _figures(self) -> str:
        lines = []
        for name, value in [*self._ingest.figures(), ("in_flight_bytes", self._in_flight), ("connected", self._tokens.connected)]:
            kind = "counter" if name.endswith("_total") else "gauge"
            lines.append(f"# TYPE hcc_ingest_{name} {kind}\nhcc_ingest_{name} {float(value)}\n")
        lines.append("# TYPE hcc_ingest_answers_total counter\n")
        lines += [f'hcc_ingest_answers_total{{status="{status}"}} {count}\n' for status, count in sorted(self._answers.items())]
        return "".join(lines)


async def _read(exchange: Exchange, most: int) -> bytes:
    """A body that did not say its size. Raises TooLarge."""
    body = bytearray()
    async for piece in exchange:
        body += piece
        if len(body) > most:
            raise TooLarge
    return bytes(body)
