"""How old the newest backup of each job is, by the files that it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from glob import iglob
from pathlib import Path

from dataplane.agent.points import Point
from dataplane.agent.settings import Backup

MOST = 10_000
"""Files looked at for one job; more are a sign of a wrong pattern."""


def collect(backups: Sequence[Backup]) -> Iterator[Point]:
    """The newest file's time and size. A job without files has a count of zero and no time, which is a rule of its own."""
    for backup in backups:
        count, newest, size, total = 0, 0.0, 0, 0
        for name in iglob(backup.files, recursive=True):  # noqa: PTH207 - the pattern may begin at the root
            try:
                found = Path(name).stat()
            except OSError:
                continue
            count += 1
            total += found.st_size
            if found.st_mtime > newest:
                newest, size = found.st_mtime, found.st_size
            if count >= MOST:
                break
        fields: dict[str, float] = {"files": count, "bytes": total}
        if count:
            fields |= {"newest_seconds": newest, "newest_bytes": size}
        yield Point("host_backup", fields, {"job": backup.job})
