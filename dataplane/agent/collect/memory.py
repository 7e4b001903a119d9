"""Memory and swap, from /proc/meminfo and /proc/vmstat (proc(5))."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dataplane.agent.collect.files import pairs, read
from dataplane.agent.points import Point

_MEMORY = {"MemTotal": "total_bytes", "MemAvailable": "available_bytes", "MemFree": "free_bytes", "Cached": "cached_bytes",
           "Buffers": "buffers_bytes", "Dirty": "dirty_bytes", "Shmem": "shared_bytes", "SReclaimable": "reclaimable_bytes",
           "Committed_AS": "committed_bytes"}  # fmt: skip
_SWAP = {"SwapTotal": "total_bytes", "SwapFree": "free_bytes"}
_EVENTS = {"pswpin": "pages_in_total", "pswpout": "pages_out_total"}


def collect(proc: Path) -> Iterator[Point]:
    """Sizes in bytes; the kernel's kB are 1024 bytes."""
    known = pairs(read(proc / "meminfo"))
    yield Point("host_memory", {name: known[key] * 1024 for key, name in _MEMORY.items() if key in known})
    events = pairs(read(proc / "vmstat"))
    swap: dict[str, int] = {name: known[key] * 1024 for key, name in _SWAP.items() if key in known}
    yield Point("host_swap", swap | {name: events[key] for key, name in _EVENTS.items() if key in events})
    if "oom_kill" in events:
        yield Point("host_memory", {"oom_kills_total": events["oom_kill"]})
