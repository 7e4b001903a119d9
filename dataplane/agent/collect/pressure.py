"""How long work waited for processors, memory and disks, from /proc/pressure (the kernel's Documentation/accounting/psi.rst)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dataplane.agent.collect.files import read
from dataplane.agent.points import Point

RESOURCES = ("cpu", "memory", "io")


def collect(proc: Path) -> Iterator[Point]:
    """Nothing where the kernel does not measure it."""
    for resource in RESOURCES:
        try:
            text = read(proc / "pressure" / resource)
        except OSError:
            continue
        fields: dict[str, float] = {}
        for line in text.splitlines():
            kind, *rest = line.split()
            total = next((part.partition("=")[2] for part in rest if part.startswith("total=")), None)
            if total is not None:
                # `some`: at least one task waited; `full`: all of them did.
                fields["waiting_seconds_total" if kind == "some" else "stalled_seconds_total"] = int(total) / 1e6
        yield Point("host_pressure", fields, {"resource": resource})
