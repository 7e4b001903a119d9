"""TCP: a connection is made, and when asked for, something said and something heard."""

from __future__ import annotations

import asyncio
import contextlib
import time

from control.monitoring.checks.models import Expects
from control.monitoring.checks.outcome import Outcome
from control.monitoring.checks.places import addresses, host_and_port

_MOST = 16_384


async def probe(target: str, expects: Expects, _secret: str | None, allow_private: bool, _limit: float) -> Outcome:
    """Connect to `host:port`."""
    host, port = host_and_port(target)
    began = time.perf_counter()
    found = await addresses(host, port, allow_private=allow_private)
    resolved = time.perf_counter()
    reader, writer = await asyncio.open_connection(str(found[0]), port)
    figures = {"resolve_seconds": resolved - began, "connect_seconds": time.perf_counter() - resolved}
    try:
        if expects.send is not None:
            writer.write(expects.send.encode())
            await writer.drain()
        if expects.receive is not None:
            heard = b""
            wanted = expects.receive.encode()
            while wanted not in heard:
                piece = await reader.read(4096)
                heard += piece
                if not piece or len(heard) > _MOST:
                    return Outcome(False, f"{expects.receive[:50]!r} was not heard", figures)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return Outcome(True, f"connected to {found[0]}", figures)
