"""A small HTTP(S) server whose pages a test chooses."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pages:
    """`pages` maps paths to whole answers; `asked` keeps the heads of requests."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.url = ""
        self.port = 0

    def put(self, path: str, body: str = "", status: int = 200, **headers: str) -> None:
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.pages[path] = f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head)
            writer.write(self.pages.get(head.split(" ")[1], b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(context: ssl.SSLContext | None = None) -> AsyncIterator[Pages]:
    """A server on loopback."""
    pages = Pages()
    server = await asyncio.start_server(pages.serve, "127.0.0.1", 0, ssl=context)
    pages.port = server.sockets[0].getsockname()[1]
    pages.url = f"{'http' if context is None else 'https'}://127.0.0.1:{pages.port}"
    try:
        yield pages
    finally:
        server.close()
        await asyncio.sleep(0)
