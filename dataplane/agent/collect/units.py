"""Units of systemd: which failed, and whether those that matter run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence

from dataplane.agent.points import Point

_PROPERTIES = "Id,LoadState,ActiveState,NRestarts,MemoryCurrent,CPUUsageNSec"
_PATIENCE_S = 5.0
Ask = Callable[[Sequence[str]], str]


def systemctl(arguments: Sequence[str]) -> str:
    """What it says. Raises OSError when there is no systemd, or when it does not answer in time."""
    command = ["systemctl", "--no-pager", "--plain", "--no-legend", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise OSError("systemctl did not answer in time") from None
    if done.returncode != 0 and not done.stdout:
        raise OSError(f"systemctl: {done.stderr.strip()[:200]}")
    return done.stdout


class Units:
    """Remembers what had failed, so that its recovery is told too."""

    def __init__(self, watched: Sequence[str], ask: Ask = systemctl) -> None:
        self._watched = list(watched)
        self._ask = ask
        self._told: set[str] = set()

    def collect(self) -> Iterator[Point]:
        """Failed units by name, and the state of the units asked for. Raises OSError."""
        failed = {line.split()[0] for line in self._ask(["list-units", "--all", "--state=failed"]).splitlines() if line.strip()}
        yield Point("host_units", {"failed": len(failed)})
        for unit in sorted(failed | self._told):
            yield Point("host_unit", {"failed": int(unit in failed)}, {"unit": unit})
        self._told |= failed
        if self._watched:
            yield from _states(self._ask(["show", f"--property={_PROPERTIES}", "--", *self._watched]))


def _states(text: str) -> Iterator[Point]:
    """Blocks of NAME=VALUE, one a unit, an empty line between them."""
    for block in text.strip().split("\n\n"):
        said = dict(line.partition("=")[::2] for line in block.splitlines())
        if not said.get("Id"):
            continue
        fields: dict[str, float] = {
            # A unit that is being reloaded serves on.
            "active": int(said.get("ActiveState") in {"active", "reloading"}),
            "loaded": int(said.get("LoadState") == "loaded"),
        }
        for name, field, scale in (
            ("NRestarts", "restarts_total", 1),
            ("MemoryCurrent", "memory_bytes", 1),
            ("CPUUsageNSec", "cpu_seconds_total", 1e9),
        ):
            # Where it is not accounted there stands no number, or 2^64-1.
            if (value := said.get(name, "")).isdecimal() and int(value) < (1 << 64) - 1:
                fields[field] = int(value) / scale
        yield Point("host_unit", fields, {"unit": said["Id"]})
