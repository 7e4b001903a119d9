"""Reading what the kernel writes."""

from __future__ import annotations

from pathlib import Path


def read(path: Path) -> str:
    """The whole of a small file. Raises OSError."""
    return path.read_text(encoding="utf-8", errors="replace")


def pairs(text: str) -> dict[str, int]:
    """`name: number` or `name number` a line, as in /proc/meminfo; lines without a number are left out."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        words = line.replace(":", " ", 1).split()
        if len(words) > 1 and words[1].lstrip("-").isdecimal():
            found[words[0]] = int(words[1])
    return found
