"""What the programs print: named and coloured on the console, and kept in run/logs, bounded."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TextIO

LOG_BYTES = 8 * 1024 * 1024
"""A log is turned over at this size; one older turn is kept."""
_LINE_BYTES = 64 * 1024
_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)


class Console:
    """Lines with the name of who says them. Colour only on a terminal, and never with NO_COLOR."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colour = self._stream.isatty() and "NO_COLOR" not in os.environ
        self._colours: dict[str, int] = {}

    def line(self, name: str, text: str) -> None:
        label = f"{name:<9}|"
        if self._colour:
            colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
            label = f"\x1b[{colour}m{label}\x1b[0m"
        self.plain(f"{label} {text}")

    def plain(self, text: str) -> None:
        """A line of our own. A console that went away must not end the platform."""
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - lives as long as the process


class Tap:
    """Reads what one program prints, line by line, as it comes."""

    def __init__(self, name: str, log: Path, console: Console) -> None:
        self._name = name
        self._log = log
        self._console = console
        self._file = log.open("ab")
        self._partial = b""

    def attach(self, descriptor: int) -> None:
        """Read from a pipe's end until it closes; the descriptor is ours from now on."""
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._readable, descriptor)

    def _readable(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, 65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)
            if self._partial:
                self._take(b"\n")
            return
        self._take(data)

    def _take(self, data: bytes) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        if len(self._partial) > _LINE_BYTES:
            lines.append(self._partial)
            self._partial = b""
        for line in lines:
            if line.strip():
                self._console.line(self._name, line.decode("utf-8", "replace").rstrip())
        if lines:
            self._keep(b"".join(line + b"\n" for line in lines))

    def _keep(self, data: bytes) -> None:
        if self._file.tell() + len(data) > LOG_BYTES:
            self._file.close()
            self._log.replace(self._log.with_suffix(".log.1"))
            self._file = self._log.open("ab")
        self._file.write(data)
        self._file.flush()
