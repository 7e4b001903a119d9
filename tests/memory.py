"""Where files of servers under test lie: in memory, so that other programs' writes to the disk do not slow them down."""

from __future__ import annotations

import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""Bytes that must be free: each running test has a database of 10 MiB, and PostgreSQL's log keeps up to 512 MiB."""


def in_memory() -> Path | None:
    """A folder for temporary folders; None, the usual one, on machines without the room."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None
