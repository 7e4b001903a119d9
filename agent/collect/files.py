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
        name, *rest = line.replace(":", " ", 1).split()
        if rest and rest[0].lstrip("-").isdecimal():
            found[name] = int(rest[0])
    return found
