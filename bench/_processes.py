"""Starting servers on loopback, and what they cost: CPU time and memory, as Linux tells."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NotStartedError(Exception):
    """A server ended before it listened; the message is what it said last."""


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            lines = said.read_text(errors="replace").strip().splitlines()
            raise NotStartedError(lines[-1] if lines else f"ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise NotStartedError(f"nobody listens on {port}")


@contextmanager
def running(command: list[str], port: int, folder: str) -> Iterator[int]:
    """The process id of a server that listens on a port; ended afterwards. Raises NotStartedError."""
    said = Path(folder) / f"{port}.stderr"
    with said.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        _wait(port, process, said)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _family(pid: int) -> list[int]:
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def cpu_seconds(pid: int) -> float:
    """CPU time used so far by a process and its children."""
    fields = [Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split() for p in _family(pid)]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def rss_mib(pid: int) -> float:
    """Resident memory of a process and its children in MiB."""
    found = [re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{p}/status").read_text()) for p in _family(pid)]
    return sum(int(f[1]) for f in found if f) / 1024


def version(command: list[str]) -> str:
    """First line of what a program says of itself, or what Debian's package is, for a program built without its version."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip().splitlines()
    if said:
        return said[0].strip()
    package = ["dpkg-query", "--show", "--showformat=${Package} ${Version}", Path(command[0]).name]
    return subprocess.run(package, capture_output=True, text=True, check=False).stdout.strip()
