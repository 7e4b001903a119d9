"""Room and inodes of mounted filesystems, from /proc/1/mounts and statvfs(3)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from dataplane.agent.collect.files import read
from dataplane.agent.points import Point

_ESCAPED = re.compile(r"\\([0-7]{3})")


def collect(proc: Path, ignored_types: Sequence[str], ignored_mounts: Sequence[str]) -> Iterator[Point]:
    """Each filesystem once, where it was mounted first: binds of it show the same room."""
    seen: set[str] = set()
    for line in _mounts(proc).splitlines():
        device, mount, kind, options, *_ = line.split()
        mount = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), mount)
        if any(fnmatchcase(kind, one) for one in ignored_types) or any(fnmatchcase(mount, one) for one in ignored_mounts):
            continue
        if device in seen and device.startswith("/"):
            continue
        seen.add(device)
        try:
            room = os.statvfs(mount)
        except OSError:
            # It may have gone since, or be a place where nobody else may look.
            continue
        if not room.f_blocks:
            continue
        yield Point(
            "host_filesystem",
            {
                "size_bytes": room.f_blocks * room.f_frsize,
                "free_bytes": room.f_bfree * room.f_frsize,
                "available_bytes": room.f_bavail * room.f_frsize,
                "inodes": room.f_files,
                "inodes_free": room.f_ffree,
                "read_only": int("ro" in options.split(",")),
            },
            {"mount": mount, "device": device, "type": kind},
        )


def _mounts(proc: Path) -> str:
    """Those of the machine; a sandboxed service has its own, in which everything is read-only."""
    try:
        return read(proc / "1/mounts")
    except OSError:
        return read(proc / "self/mounts")
