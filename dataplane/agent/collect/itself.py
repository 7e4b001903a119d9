"""What the agent itself costs, from /proc/self (proc(5))."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from dataplane.agent import VERSION
from dataplane.agent.collect.files import read
from dataplane.agent.points import Point


def collect(proc: Path) -> list[Point]:
    """Memory and time of the process; `up` is always 1, and missing when there is no agent."""
    pages = int(read(proc / "self/statm").split()[1])
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return [
        Point("agent", {"up": 1, "memory_bytes": pages * os.sysconf("SC_PAGE_SIZE"), "cpu_seconds_total": spent}),
        Point("agent", {"info": 1}, {"version": VERSION}),
    ]
