"""Memory: with many idle connections, and while a slow client reads a large download."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import _load
import _ours
import _peers
from _processes import rss_mib
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PACE = 1_000_000
"""Bytes a second that the slow client reads."""
SETTLED = 4.0
"""Seconds after which buffers that are given back were given back."""


def _idle(pid: int, port: int, connections: int) -> dict[str, float]:
    before = rss_mib(pid)
    with _load.idle(port, connections):
        time.sleep(SETTLED)
        return {"before": before, "value": rss_mib(pid)}


def _download(pid: int, port: int, seconds: int) -> dict[str, float]:
    """How much memory grew at most while a client read with a steady, low pace."""
    with socket.create_connection(("127.0.0.1", port), 20) as client:
        before = highest = rss_mib(pid)
        client.sendall(b"GET /huge HTTP/1.1\r\nHost: bench.example\r\n\r\n")
        began, received = time.monotonic(), 0
        while (passed := time.monotonic() - began) < seconds:
            if received > passed * PACE:
                time.sleep(received / PACE - passed)
            piece = client.recv(65_536)
            if not piece:
                raise RuntimeError("the download ended early")
            received += len(piece)
            highest = max(highest, rss_mib(pid))
        return {"before": before, "value": highest - before}


def cases(folder: str, origin: int, key: Ed25519PrivateKey, connections: int, seconds: int) -> list[dict[str, Any]]:
    """Both cases, each with servers started for it alone."""
    parts: list[tuple[str, Callable[[int, int], dict[str, float]]]] = [
        (f"memory with {connections:,} idle connections", lambda pid, port: _idle(pid, port, connections)),
        (f"memory growth, download read at 1 MB/s for {seconds} s", lambda pid, port: _download(pid, port, seconds)),
    ]
    results = []
    for case, measure in parts:
        got: dict[str, dict[str, float]] = {}
        for who in ("ours", *_peers.NAMES):
            with ExitStack() as stack:
                if who == "ours":
                    pid, port = _ours.start(stack, folder, origin, key)
                else:
                    pid, port, _ = _peers.start(stack, folder, who, origin, connections=connections + 1000)
                got[who] = {name: round(value, 1) for name, value in measure(pid, port).items()}
                print(f"{case:58} {who:8} {got[who]['value']:8.1f} MiB", flush=True)
        own, peers = got["ours"]["value"], {p: got[p]["value"] for p in _peers.NAMES}
        results.append(
            {
                "case": case,
                "unit": "MiB",
                "better": "lower",
                "ours": own,
                "peers": peers,
                "ratios": {p: round(own / value, 3) if value else None for p, value in peers.items()},
                "before_mib": {who: values["before"] for who, values in got.items()},
                "void": False,
            }
        )
    return results
