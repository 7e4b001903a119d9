"""Batches that could not be sent yet, on disk: the oldest goes first, and goes for good when there is no more room."""

from __future__ import annotations

import contextlib
import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

_SUFFIX = ".lines.gz"


class Queue:
    """One file a batch, its name the time in microseconds, so that names sort as times do. `most` bounds the bytes on disk.

    Files are not forced to disk: a machine that loses power loses the last seconds of its own figures; what is torn is left out.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._sizes: dict[str, int] = {}
        self.dropped = 0
        """Batches that were given up: no room, torn, or refused by the server."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in sorted(folder.iterdir()):
            if path.name.endswith(_SUFFIX):
                self._sizes[path.name] = path.stat().st_size
            elif path.name.endswith(".tmp"):
                path.unlink(missing_ok=True)
        self.bytes = sum(self._sizes.values())

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, text: str, time_s: float) -> None:
        """Keep a batch. Raises OSError when the disk does not take it."""
        content = gzip.compress(text.encode(), 6)
        number = round(time_s * 1e6)
        while (name := f"{number:020}{_SUFFIX}") in self._sizes:
            number += 1
        self._make_room(len(content))
        temporary = self._folder / f"{name}.tmp"
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            temporary.rename(self._folder / name)
        except OSError:
            self.dropped += 1
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        self._sizes[name] = len(content)
        self.bytes += len(content)

    def _make_room(self, wanted: int) -> None:
        while self._sizes and self.bytes + wanted > self._most:
            self.done(1)
            self.dropped += 1

    def oldest(self, most: int) -> tuple[int, str]:
        """The first batches that have up to `most` characters together, one at least: how many, and their text."""
        count, parts, total = 0, list[str](), 0
        for text in self._texts():
            if count and total + len(text) > most:
                break
            count += 1
            parts.append(text)
            total += len(text)
        return count, "".join(parts)

    def _texts(self) -> Iterator[str]:
        for name in sorted(self._sizes):
            try:
                yield gzip.decompress((self._folder / name).read_bytes()).decode()
            except (OSError, EOFError, zlib.error, UnicodeDecodeError):
                self._forget(name)
                self.dropped += 1

    def done(self, count: int) -> None:
        """The first `count` batches are away."""
        for name in sorted(self._sizes)[:count]:
            self._forget(name)

    def _forget(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)
        self.bytes -= self._sizes.pop(name, 0)
