"""What disks did, from /proc/diskstats (the kernel's Documentation/admin-guide/iostats.rst)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dataplane.agent.collect.files import read
from dataplane.agent.points import Point

SECTOR = 512
"""Bytes; whatever the disk's own sectors are."""
_WHOLE = re.compile(r"(sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+|md\d+|dm-\d+)")


def collect(proc: Path) -> Iterator[Point]:
    """Whole disks and arrays; their partitions are in them."""
    for line in read(proc / "diskstats").splitlines():
        _, _, name, *rest = line.split()
        if not _WHOLE.fullmatch(name) or len(rest) < 11:
            continue
        n = [int(number) for number in rest[:11]]
        yield Point(
            "host_disk",
            {
                "reads_total": n[0],
                "read_bytes_total": n[2] * SECTOR,
                "read_seconds_total": n[3] / 1000,
                "writes_total": n[4],
                "written_bytes_total": n[6] * SECTOR,
                "write_seconds_total": n[7] / 1000,
                "in_progress": n[8],
                "busy_seconds_total": n[9] / 1000,
                "queued_seconds_total": n[10] / 1000,
            },
            {"device": name},
        )
