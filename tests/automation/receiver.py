"""A receiver of webhooks on a port of its own: keeps what comes and answers as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec


class Received(msgspec.Struct):
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """`answers` are given in turn, the last one for ever; `hang` answers nothing."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers = [b"HTTP/1.1 204 No Content\r\n\r\n"]
        self.hang = asyncio.Event()
        self.hanging = False
        self.flood = False
        self.url = ""

    def says(self, *statuses: int) -> None:
        self.answers = [f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode() for status in statuses]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            self.received.append(Received(head[0], headers, body))
            if self.hanging:
                await self.hang.wait()
            elif self.flood:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                while True:
                    writer.write(b"x" * 65536)
                    await writer.drain()
            else:
                writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens on loopback."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=1"
    try:
        yield receiver
    finally:
        receiver.hang.set()
        server.close()
        await asyncio.sleep(0)
