"""An SMTP server that keeps every mail as a file instead of delivering it: python -m control.stack.mailsink HOST:PORT FOLDER."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Keep:
    """Writes each mail to FOLDER/time-number.eml, its envelope in X- headers in front."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        name = f"{time.time():.3f}-{next(self._numbers)}"
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        temporary = self._folder / f".{name}"
        temporary.write_bytes(head + bytes(envelope.content))
        temporary.replace(self._folder / f"{name}.eml")
        print(f"mail for {', '.join(envelope.rcpt_tos)}: {name}.eml", flush=True)
        return "250 kept"


async def serve(host: str, port: int, folder: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    handler = Keep(folder)
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True, loop=loop), host, port)
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    async with server:
        await done.wait()


def main() -> None:
    host, _, port = sys.argv[1].rpartition(":")
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    asyncio.run(serve(host, int(port), folder))


if __name__ == "__main__":
    main()
