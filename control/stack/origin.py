"""The web site of a demo customer: something behind the gateway that a newcomer can look at and try limits on.

`/` a page; `/api/echo` gives the request back as JSON; `/slow?s=2` answers after 2 seconds; `/stream` a line each half
second; `/download?mb=10` that many mebibytes. HTTP/1.1 only, one process, never meant for the public.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import msgspec

_BODY_LIMIT = 10 * 1024 * 1024
_IDLE = 75.0

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Olivia's Shop</title><style>
body{font:18px/1.6 system-ui,sans-serif;max-width:38rem;margin:12vh auto;padding:0 1.5rem;color:#2b2118;background:#fdf8f1}
h1{font-size:2.4rem;margin:0}p.lead{color:#8a5a2b}code{background:#f1e6d6;padding:.1em .3em;border-radius:.2em}a{color:#8a4b0f}
</style><h1>Olivia's Shop</h1><p class="lead">Paper, ink and good pencils since 1962.</p>
<p>This is the demo customer's site. Its server knows nothing of the platform; the gateway in front of it does the limits,
the protection and the log.</p>
<p>Try <a href="/api/echo">/api/echo</a>, <a href="/slow?s=2">/slow?s=2</a>, <a href="/stream">/stream</a>,
<a href="/download?mb=1">/download?mb=1</a>.</p></html>
"""


class Request(msgspec.Struct):
    """One request, its body read."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes


class Reply(msgspec.Struct):
    """Bytes at once, or parts as they come."""

    status: str
    content_type: str
    body: bytes | AsyncIterator[bytes]


async def _lines() -> AsyncIterator[bytes]:
    for number in range(1, 11):
        yield f"line {number} of 10\n".encode()
        await asyncio.sleep(0.5)


async def _mebibytes(count: int) -> AsyncIterator[bytes]:
    block = bytes(64 * 1024)
    for _ in range(count * 16):
        yield block


def _number(query: dict[str, list[str]], name: str, default: float, most: float) -> float:
    try:
        return min(most, max(0.0, float(query[name][0])))
    except (KeyError, ValueError):
        return default


async def answer(request: Request) -> Reply:
    """What the site says to a request."""
    parts = urlsplit(request.target)
    query = parse_qs(parts.query)
    match parts.path:
        case "/":
            return Reply("200 OK", "text/html; charset=utf-8", PAGE.encode())
        case "/api/echo":
            echo = {
                "method": request.method,
                "target": request.target,
                "headers": request.headers,
                "body": request.body.decode("utf-8", "replace"),
            }
            return Reply("200 OK", "application/json", msgspec.json.encode(echo))
        case "/slow":
            seconds = _number(query, "s", 1.0, 300.0)
            await asyncio.sleep(seconds)
            return Reply("200 OK", "text/plain", f"after {seconds:g} s\n".encode())
        case "/stream":
            return Reply("200 OK", "text/plain", _lines())
        case "/download":
            return Reply("200 OK", "application/octet-stream", _mebibytes(int(_number(query, "mb", 1.0, 10_240.0))))
        case _:
            return Reply("404 Not Found", "text/plain", b"Not in stock.\n")


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None at its end or when it is not worth an answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return None
    headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    named = dict(headers)
    if "chunked" in named.get("transfer-encoding", ""):
        body = await _read_chunked(reader)
    else:
        length = int(named.get("content-length", "0"))
        if not 0 <= length <= _BODY_LIMIT:
            return None
        body = await reader.readexactly(length)
    return Request(words[0], words[1], headers, body)


async def _read_chunked(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        if len(body) + size > _BODY_LIMIT:
            raise ValueError("body too large")
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return body


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            async with asyncio.timeout(_IDLE):
                request = await _read(reader)
            if request is None:
                break
            await _write(writer, request, await answer(request))
            if ("connection", "close") in request.headers:
                break
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ValueError, OSError):
        pass  # the client left or spoke nonsense; there is nobody to tell
    finally:
        writer.close()


async def _write(writer: asyncio.StreamWriter, request: Request, reply: Reply) -> None:
    fixed = isinstance(reply.body, bytes)
    length = f"content-length: {len(reply.body)}" if isinstance(reply.body, bytes) else "transfer-encoding: chunked"
    writer.write(f"HTTP/1.1 {reply.status}\r\ncontent-type: {reply.content_type}\r\n{length}\r\n\r\n".encode())
    if isinstance(reply.body, bytes):
        writer.write(b"" if request.method == "HEAD" else reply.body)
    elif request.method != "HEAD":
        async for part in reply.body:
            writer.write(b"%x\r\n%b\r\n" % (len(part), part))
            await writer.drain()
    if not fixed and request.method != "HEAD":
        writer.write(b"0\r\n\r\n")
    await writer.drain()


async def serve(host: str, port: int) -> None:
    """Serve until cancelled."""
    server = await asyncio.start_server(_serve, host, port, backlog=1024)
    async with server:
        await server.serve_forever()


def main() -> None:
    host, _, port = sys.argv[1].rpartition(":")
    try:
        asyncio.run(serve(host, int(port)))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
