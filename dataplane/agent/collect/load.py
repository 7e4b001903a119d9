"""Load, uptime and open files, from /proc (proc(5))."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dataplane.agent.collect.files import read
from dataplane.agent.points import Point


def collect(proc: Path) -> Iterator[Point]:
    """Averages over 1, 5 and 15 minutes."""
    one, five, fifteen, tasks, _ = read(proc / "loadavg").split()
    yield Point("host_load", {"1m": float(one), "5m": float(five), "15m": float(fifteen)})
    used, _, most = read(proc / "sys/fs/file-nr").split()
    yield Point(
        "host",
        {
            "uptime_seconds": float(read(proc / "uptime").split()[0]),
            "threads": int(tasks.partition("/")[2]),
            "files_open": int(used),
            "files_limit": int(most),
        },
    )
