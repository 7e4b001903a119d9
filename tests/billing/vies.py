"""VIES as it behaves: a register with a state, and with every kind of trouble that it is known for."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

MICROSOFT = {"name": "Microsoft Danmark ApS", "address": "Kanalvej 7\n2800 Kongens Lyngby"}


class Vies(msgspec.Struct):
    """Ids that are in use, and `mood`: what happens instead of an answer, for all or by member state.

    `never` holds the line and says nothing, `garbage` is no JSON, `close` hangs up, `flood` does not end.
    """

    known: dict[str, dict[str, str]] = {}
    mood: str = ""
    moods: dict[str, str] = {}
    unknown_requesters: set[str] = set()
    asked: list[dict[str, Any]] = []
    url: str = ""
    open_now: dict[str, int] = {}
    most_open: dict[str, int] = {}
    serving: set[asyncio.Task[Any]] = set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        try:
            await self._take(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self.serving.discard(task)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length"))
        question = json.loads(await reader.readexactly(length))
        self.asked.append({"path": head.split(" ")[1], **question})
        state = question["countryCode"]
        self.open_now[state] = self.open_now.get(state, 0) + 1
        self.most_open[state] = max(self.most_open.get(state, 0), self.open_now[state])
        try:
            await self._answer(reader, writer, question)
        finally:
            self.open_now[state] -= 1

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, question: dict[str, Any]) -> None:
        match self.moods.get(question["countryCode"], self.mood):
            case "never":
                await reader.read()
            case "close":
                return
            case "garbage":
                await _send(writer, 200, b"<html>The service is being maintained</html>")
            case "teapot":
                await _send(writer, 418, b"{}")
            case "another":
                await _send(writer, 200, json.dumps({"countryCode": "DE", "vatNumber": "1", "valid": True}).encode())
            case "flood":
                await _send(writer, 200, b'{"name": "' + b"x" * 200_000 + b'"}')
            case "":
                status, body = self._judged(question)
                await _send(writer, status, json.dumps(body).encode())
            case trouble:
                await _send(writer, 500 if trouble == "SERVICE_UNAVAILABLE" else 200, _error(trouble))

    def _judged(self, question: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        requester = question.get("requesterMemberStateCode", "") + question.get("requesterNumber", "")
        if requester in self.unknown_requesters:
            return 400, json.loads(_error("INVALID_REQUESTER_INFO"))
        found = self.known.get(question["countryCode"] + question["vatNumber"])
        return 200, {
            "countryCode": question["countryCode"],
            "vatNumber": question["vatNumber"],
            "requestDate": "2026-11-25T12:00:00.000Z",
            "valid": found is not None,
            "requestIdentifier": f"WAPIAAAA{len(self.asked):08d}" if requester else "",
            "name": (found or {}).get("name", "---"),
            "address": (found or {}).get("address", "---"),
            "traderName": "---",
            "traderNameMatch": "NOT_PROCESSED",
        }


def _error(word: str) -> bytes:
    return json.dumps({"actionSucceed": False, "errorWrappers": [{"error": word}]}).encode()


async def _send(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


@asynccontextmanager
async def vies() -> AsyncIterator[Vies]:
    """A running one, at `url`."""
    made = Vies()
    server = await asyncio.start_server(made._serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/rest-api/"
    try:
        yield made
    finally:
        server.close()
        if made.serving:
            await asyncio.wait(made.serving, timeout=5)
