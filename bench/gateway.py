"""The gateway against nginx and HAProxy as plain proxies: rates, latencies, CPU time and memory, in one interleaved run.

    python bench/gateway.py [--seconds N] [--rounds N] [--only WORD] [--idle N] [--download-seconds N]

Ours is `hcc-gateway-bench` (the gateway's listener without Granian around it) with one thread; nginx has one worker
and HAProxy one thread. The origin is a second nginx. CPU time per request of each proxy is told beside the rates, as it suffers
less from whatever else the machine does. Rounds in which a peer was disturbed are left out, and that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import _load
import _memory
import _ours
import _peers
import _plot as plot
import _summary
from _load import IDLE_BESIDE, Measured, NotServedError
from _processes import NotStartedError, cpu_seconds
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

RESULTS = _ours.ROOT / "bench" / "results"


@dataclass(frozen=True)
class Case:
    """What is asked of everybody; `ours` and `peers` say which listener of each."""

    name: str
    load: Callable[[int], Measured]
    """From a port to what was measured."""
    ours: str = "plain"
    peers: str = "plain"
    idle: int = 0
    """Idle connections beside."""


Listeners = dict[tuple[str, str], tuple[int, int]]
"""Process id and port by name (`ours`, a peer) and listener (`plain`, `log`, `tls`)."""


def _cases(seconds: int, folder: str, token: str) -> list[Case]:
    def wrk(path: str, *options: str, scheme: str = "http") -> Callable[[int], Measured]:
        return lambda port: _load.wrk(f"{scheme}://127.0.0.1:{port}{path}", seconds, *options)

    return [
        Case("small GET", wrk("/")),
        Case(
            "GET with JWT, limit, request id, access log; peers plain",
            wrk("/full", f"-HAuthorization: Bearer {token}"),
            ours="log",
        ),
        Case("100 KB response", wrk("/large")),
        Case("POST 10 KB", wrk("/post", "-s", "_post10k.lua")),
        Case(f"small GET beside {IDLE_BESIDE:,} idle connections", wrk("/"), idle=IDLE_BESIDE),
        Case("small GET over TLS", wrk("/", scheme="https"), ours="tls", peers="tls"),
        Case(
            "small GET over HTTP/2 and TLS",
            lambda port: _load.h2load(f"https://127.0.0.1:{port}/", seconds, folder),
            "tls",
            "tls",
        ),
    ]


def _start(stack: ExitStack, folder: str, key: Ed25519PrivateKey) -> tuple[Listeners, int, str | None]:
    """All listeners, the origin's port, and why ours has no TLS when it has none."""
    _ours.certificate(folder)
    origin = _peers.origin(stack, folder)
    listeners: Listeners = {}
    for name in _peers.NAMES:
        pid, port, tls = _peers.start(stack, folder, name, origin)
        listeners[name, "plain"], listeners[name, "tls"] = (pid, port), (pid, tls)
    listeners["ours", "plain"] = _ours.start(stack, folder, origin, key)
    listeners["ours", "log"] = _ours.start(stack, folder, origin, key, log=True)
    try:
        listeners["ours", "tls"] = _ours.start(stack, folder, origin, key, tls=True)
    except NotStartedError as error:
        return listeners, origin, f"ours does not start with TLS: {error}"
    return listeners, origin, None


def _once(case: Case, seconds: int, pid: int, port: int) -> tuple[Measured, float]:
    """What was measured, and microseconds of CPU a request."""
    with ExitStack() as stack:
        if case.idle:
            stack.enter_context(_load.idle(port, case.idle))
        before = cpu_seconds(pid)
        measured = case.load(port)
        return measured, (cpu_seconds(pid) - before) / (measured.rate * seconds) * 1e6


def _run(case: Case, listeners: Listeners, seconds: int, rounds: int, number: int) -> dict[str, Any]:
    measured: list[dict[str, Measured]] = []
    costs: list[dict[str, float]] = []
    for turn in range(rounds):
        got: dict[str, Measured] = {}
        cost: dict[str, float] = {}
        # Who begins changes from round to round and from case to case.
        everybody = ("ours", *_peers.NAMES)
        shift = (turn + number) % len(everybody)
        for who in (*everybody[shift:], *everybody[:shift]):
            pid, port = listeners[who, case.ours if who == "ours" else case.peers]
            got[who], cost[who] = _once(case, seconds, pid, port)
            m = got[who]
            print(
                f"round {turn + 1}  {case.name:58} {who:8} {m.rate:9.0f}/s  p50 {m.p50:7.3f} ms  p99 {m.p99:7.3f} ms", flush=True
            )
        measured.append(got)
        costs.append(cost)
    return _summary.case(case.name, measured, costs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases with this in their name, or `memory`; nothing is written then")
    parser.add_argument("--idle", type=int, default=10_000, help="connections of the memory case")
    parser.add_argument("--download-seconds", type=int, default=30)
    return parser.parse_args()


def main() -> None:
    """Run the cases, print the medians, write `results/gateway.json` and `results/gateway.svg`."""
    args = _arguments()
    _ours.build()
    for needed in ("nginx", "haproxy", "wrk", "h2load"):
        if shutil.which(needed, path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
            raise SystemExit(f"{needed} is missing")
    # Servers inherit it, and this process holds the idle connections.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    key = Ed25519PrivateKey.generate()
    load = round(os.getloadavg()[0], 2)
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        listeners, origin, no_tls = _start(stack, folder, key)
        for number, case in enumerate(_cases(args.seconds, folder, _ours.token(key))):
            if args.only not in case.name:
                continue
            try:
                if case.ours == "tls" and no_tls is not None:
                    raise NotServedError(no_tls)
                results.append(_run(case, listeners, args.seconds, args.rounds, number))
            except NotServedError as reason:
                results.append({"case": case.name, "unit": "requests/s", "skipped": str(reason)})
            print(_summary.line(results[-1]), flush=True)
        if args.only in ("", "memory"):
            results += _memory.cases(folder, origin, key, args.idle, args.download_seconds)
    result: dict[str, Any] = {
        "name": "gateway",
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "load_before": load, "arch": platform.machine(), "kernel": platform.release()},
        "ours": _ours.DESCRIPTION,
        "load": f"{_load.DESCRIPTION}; {args.seconds} s each, {args.rounds} rounds",
        "void_rule": _summary.RULE,
        "cases": results,
        **_peers.described(),
    }
    print("", *map(_summary.line, results), sep="\n")
    if not args.only:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "gateway.json").write_text(json.dumps(result, indent=2) + "\n")
        (RESULTS / "gateway.svg").write_text(plot.bars(result))


if __name__ == "__main__":
    main()
