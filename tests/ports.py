"""Ports for servers under test, which no other process takes between the asking and the listening."""

from __future__ import annotations

import os
import random
from pathlib import Path

from control.stack.ports import taken

_LOWEST = 12_000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_BLOCK = 1_000
_given: set[int] = set()


def _range() -> tuple[int, int]:
    """This process's part of the ports below those that the kernel gives to connections that go out."""
    highest = int(_EPHEMERAL.read_text(encoding="ascii").split()[0]) if _EPHEMERAL.exists() else 32_768
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    start = _LOWEST + int(worker) * _BLOCK
    return (start, start + _BLOCK) if start + _BLOCK <= highest else (_LOWEST, max(highest, 32_768))


def free_port() -> int:
    """A port that nobody listens on at the moment, and that was not given lately."""
    first, end = _range()
    if 2 * len(_given) > end - first:
        _given.clear()
    for port in random.sample(range(first, end), end - first):
        if port not in _given and not taken(port):
            _given.add(port)
            return port
    raise LookupError(f"no free port from {first} to {end - 1}")
