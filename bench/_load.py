"""Load: wrk for HTTP/1.1, h2load for HTTP/2, and connections that do nothing."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS, H2_CONNECTIONS, H2_STREAMS = 32, 8, 16
IDLE_BESIDE = 1000
DESCRIPTION = (
    f"wrk -t1 -c{CONNECTIONS} --latency, h2load -t1 -c{H2_CONNECTIONS} -m{H2_STREAMS}; rounds interleaved; medians, ratios "
    "within rounds; generator and origin on the same CPUs"
)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
HERE = Path(__file__).resolve().parent


class NotServedError(Exception):
    """The server does not speak what was wanted."""


@dataclass(frozen=True)
class Measured:
    """Requests a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def _milliseconds(out: str, percentile: str) -> float:
    found = re.search(rf"^\s+{percentile}%\s+([\d.]+)(us|ms|s|m)\s*$", out, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk told no {percentile}th percentile:\n{out}")
    return float(found[1]) * _UNITS[found[2]]


def wrk(url: str, seconds: int, *options: str, refused: bool = False) -> Measured:
    """HTTP/1.1 with keep-alive; `refused` when no answer is to be a 2xx.

    Raises RuntimeError on any answer of the other kind and on any socket error but timeouts.
    """
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *options, url]
    out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+)", out)
    total = re.search(r"(\d+) requests in", out)
    others = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    wrong = (int(others[1]) if others else 0) != (int(total[1]) if total and refused else 0)
    if found is None or wrong or float(found[1]) == 0 or (errors and any(map(int, errors.groups()))):
        raise RuntimeError(f"wrk against {url}:\n{out}")
    return Measured(float(found[1]), _milliseconds(out, "50"), _milliseconds(out, "99"))


def h2load(url: str, seconds: int, folder: str) -> Measured:
    """HTTP/2 over TLS. Raises NotServedError when another protocol was agreed on, RuntimeError on failed requests."""
    log = Path(folder) / "h2load.log"
    log.unlink(missing_ok=True)
    streams = [f"-c{H2_CONNECTIONS}", f"-m{H2_STREAMS}", "-t1", f"-D{seconds}"]
    command = ["h2load", *streams, "--npn-list=h2,http/1.1", f"--log-file={log}", url]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Application protocol: h2" not in out:
        raise NotServedError("HTTP/2 was not agreed on")
    counts = re.search(r"requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored", out)
    if counts is None or int(counts[1]) == 0 or int(counts[2]) or re.search(r", 0 2xx", out):
        raise RuntimeError(f"h2load against {url}:\n{out}")
    # A line a request: when it began, status, how long it took; both times in microseconds.
    lines = (line.split("\t") for line in log.read_text().splitlines())
    took = sorted(int(fields[2]) for fields in lines if fields[1] == "200")
    return Measured(len(took) / seconds, took[len(took) // 2] / 1000, took[len(took) * 99 // 100] / 1000)


@contextmanager
def idle(port: int, number: int) -> Iterator[None]:
    """So many connections that made a request each and then keep still."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(min(number, 500))]
        while True:
            for one in sockets:
                one.sendall(b"GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n")
            for one in sockets:
                received = b""
                while b"hello world" not in received:
                    if not (piece := one.recv(4096)):
                        raise RuntimeError(f"a connection to {port} was closed")
                    received += piece
            number -= len(sockets)
            if number == 0:
                break
            sockets = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(min(number, 500))]
        yield
