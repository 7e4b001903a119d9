"""Time of the processors by what it went to, from /proc/stat (proc(5))."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dataplane.agent.collect.files import read
from dataplane.agent.points import Point

MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
_SINGLE = {"ctxt": "context_switches_total", "processes": "forks_total", "procs_running": "processes_running",
           "procs_blocked": "processes_blocked", "btime": "boot_time_seconds"}  # fmt: skip


def collect(proc: Path) -> Iterator[Point]:
    """All processors together; guests' time is in user time already."""
    ticks = os.sysconf("SC_CLK_TCK")
    cores, single = 0, {}
    for line in read(proc / "stat").splitlines():
        name, *rest = line.split()
        if name == "cpu":
            for mode, count in zip(MODES, rest, strict=False):
                yield Point("host_cpu", {"seconds_total": int(count) / ticks}, {"mode": mode})
        elif name.startswith("cpu"):
            cores += 1
        elif name in _SINGLE:
            single[_SINGLE[name]] = int(rest[0])
    yield Point("host_cpu", {"cores": cores})
    yield Point("host", single)
