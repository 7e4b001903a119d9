"""Whether a service serves, asked the way its users would."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Awaitable, Callable
from pathlib import Path

from control.stack.ports import HOST

Probe = Callable[[], Awaitable[bool]]


def http(port: int, path: str) -> Probe:
    """Answers a GET with a status below 500."""

    async def ask() -> bool:
        try:
            async with asyncio.timeout(2.0):
                reader, writer = await asyncio.open_connection(HOST, port)
                try:
                    writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
                    words = (await reader.readline()).split()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False
        return len(words) > 1 and words[1].isdigit() and int(words[1]) < 500

    return ask


def tcp(port: int) -> Probe:
    """Takes a connection."""

    async def ask() -> bool:
        try:
            async with asyncio.timeout(2.0):
                _, writer = await asyncio.open_connection(HOST, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    return ask


def locked(path: Path) -> Probe:
    """Holds the lock of a file."""

    async def ask() -> bool:
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    return ask


def called(question: Callable[[], bool]) -> Probe:
    """A blocking question, asked in a thread."""

    async def ask() -> bool:
        return await asyncio.to_thread(question)

    return ask
