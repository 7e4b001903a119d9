"""The firewall against ModSecurity: the gateway and nginx with libmodsecurity3, both with Debian's core rules, in one run.

    python bench/waf.py [--seconds N] [--rounds N] [--only WORD] [--crs FOLDER] [--coraza PROGRAM]

Paranoia 1, blocking, request bodies inspected, no audit log; the rules' settings are printed into the result. Each has one
worker or thread; the origin is a second nginx; nginx without a firewall stands beside as the other peer by which a disturbed
round is known. The requests of a case differ in what people type and in their cookies.

With --crs all load a release of the core rules from a folder instead of Debian's, and the result is `waf-crs.json`. With --coraza
another peer joins: a program that is called with an address to listen on, the origin's URL and a file of rules, and puts Coraza
before the origin; it cannot read Debian's rules, so it wants --crs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import tempfile
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import _load
import _modsecurity
import _ours
import _peers
import _plot as plot
import _summary
import _traffic
from _load import Measured
from _modsecurity import CoreRules
from _processes import cpu_seconds, free_port, rss_mib, running
from _traffic import Request
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

RESULTS = _ours.ROOT / "bench" / "results"
PLAIN = {"Host": "shop.example", "User-Agent": "bench/1.0", "Accept": "*/*"}
ATTACK = "%27%20UNION%20SELECT%20password%20FROM%20users--"
VARIANTS = 256
LARGE_VARIANTS = 16


@dataclass(frozen=True)
class Case:
    """Requests of one kind, in turn."""

    name: str
    requests: list[Request]
    status: int = 200
    """What those with a firewall answer."""


def _cases() -> list[Case]:
    rng = random.Random(7)

    def get(count: int, target: Callable[[], str]) -> list[Request]:
        return [Request(target(), _traffic.browser(rng)) for _ in range(count)]

    def post(target: str, kind: str, count: int, body: Callable[[], bytes]) -> list[Request]:
        return [Request(target, _traffic.browser(rng) | {"Content-Type": kind}, body()) for _ in range(count)]

    return [
        Case("bare GET", [Request("/", PLAIN)]),
        Case("GET with 3 arguments, 2 cookies, browser headers", get(VARIANTS, lambda: _traffic.search(rng))),
        Case("POST 1 KB JSON, 13 line items", post("/orders", "application/json", VARIANTS, lambda: _traffic.order(rng))),
        Case(
            "POST 10 KB form",
            post("/feedback", "application/x-www-form-urlencoded", VARIANTS, lambda: _traffic.form(rng, 10_240)),
        ),
        Case(
            "POST 100 KB multipart",
            post("/photos", _traffic.UPLOAD_TYPE, LARGE_VARIANTS, lambda: _traffic.upload(rng, 100 * 1024)),
        ),
        Case("blocked SQL injection", get(VARIANTS, lambda: _traffic.search(rng, ATTACK)), status=403),
    ]


class _Quiet(urllib.request.HTTPErrorProcessor):
    def http_response(self, request: object, response: Any) -> Any:
        return response


def _answer(port: int, one: Request) -> int:
    """The status that one request gets."""
    method = "GET" if one.body is None else "POST"
    request = urllib.request.Request(f"http://127.0.0.1:{port}{one.target}", one.body, one.headers, method=method)
    with urllib.request.build_opener(_Quiet).open(request, timeout=10) as response:
        return int(response.status)


def _start(stack: ExitStack, folder: str, origin: int, args: argparse.Namespace) -> dict[str, tuple[int, int]]:
    """Process id and port of everybody."""
    key = Ed25519PrivateKey.generate()
    core = CoreRules.of(args.crs) if args.crs else CoreRules()
    given = core.write(folder, "ours.conf", "") if args.crs else None
    listeners = {
        "ours": _ours.start(stack, folder, origin, key, waf=True, rules=given),
        "modsecurity": _modsecurity.start(stack, folder, origin, core),
        "nginx alone": _modsecurity.start(stack, folder, origin, None),
    }
    if args.coraza:
        port = free_port()
        rules = core.write(folder, "coraza.conf", _modsecurity.RULES)
        command = ["env", "GOMAXPROCS=1", str(args.coraza), f"127.0.0.1:{port}", f"http://127.0.0.1:{origin}", str(rules)]
        listeners["coraza"] = stack.enter_context(running(command, port, folder)), port
    return listeners


def _run(
    case: Case, listeners: dict[str, tuple[int, int]], folder: str, seconds: int, rounds: int, number: int
) -> dict[str, Any]:
    path = _traffic.script(folder, f"case{number}", case.requests)
    for who, (_pid, port) in listeners.items():
        wanted = 200 if who == "nginx alone" else case.status
        for one in case.requests:
            if (got := _answer(port, one)) != wanted:
                raise SystemExit(f"{who} answers {got} to {one.target} of {case.name}, {wanted} was expected")
    measured: list[dict[str, Measured]] = []
    costs: list[dict[str, float]] = []
    everybody = tuple(listeners)
    for turn in range(rounds):
        got_all: dict[str, Measured] = {}
        cost: dict[str, float] = {}
        shift = (turn + number) % len(everybody)
        for who in (*everybody[shift:], *everybody[:shift]):
            pid, port = listeners[who]
            before = cpu_seconds(pid)
            refused = who != "nginx alone" and case.status != 200
            m = _load.wrk(f"http://127.0.0.1:{port}/", seconds, "-s", path, refused=refused)
            got_all[who], cost[who] = m, (cpu_seconds(pid) - before) / (m.rate * seconds) * 1e6
            print(f"round {turn + 1}  {case.name:50} {who:12} {m.rate:9.0f}/s  p50 {m.p50:8.3f}  p99 {m.p99:8.3f} ms", flush=True)
        measured.append(got_all)
        costs.append(cost)
    return _summary.case(case.name, measured, costs, tuple(w for w in everybody if w != "ours"))


def _memory(folder: str, origin: int) -> dict[str, Any]:
    """Resident memory that the rules add."""
    key = Ed25519PrivateKey.generate()
    with ExitStack() as stack:
        bare, _ = _ours.start(stack, folder, origin, key)
        armed, _ = _ours.start(stack, folder, origin, key, waf=True)
        nginx, _ = _modsecurity.start(stack, folder, origin, None)
        modsecurity, _ = _modsecurity.start(stack, folder, origin, CoreRules())
        ours, peer = rss_mib(armed) - rss_mib(bare), rss_mib(modsecurity) - rss_mib(nginx)
    return {
        "case": "memory that the loaded core rules add",
        "unit": "MiB",
        "better": "lower",
        "ours": round(ours, 1),
        "peers": {"modsecurity": round(peer, 1)},
        "ratios": {"modsecurity": round(ours / peer, 3)},
        "void": False,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases with this in their name, or `memory`; nothing is written then")
    parser.add_argument("--crs", type=Path, help="a folder with a release of the core rules")
    parser.add_argument("--coraza", type=Path, help="a program that puts Coraza before an origin")
    args = parser.parse_args()
    if args.coraza and not args.crs:
        parser.error("--coraza wants --crs, since Coraza cannot read Debian's rules")
    return args


def main() -> None:
    """Run the cases, print the medians, write `results/waf.json` and `results/waf.svg`."""
    args = _arguments()
    _ours.build()
    if absent := _modsecurity.missing():
        raise SystemExit(f"missing: {', '.join(absent)}; install libnginx-mod-http-modsecurity and modsecurity-crs")
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing")
    load = round(os.getloadavg()[0], 2)
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        origin = _peers.origin(stack, folder)
        listeners = _start(stack, folder, origin, args)
        for number, case in enumerate(_cases()):
            if args.only in case.name:
                results.append(_run(case, listeners, folder, args.seconds, args.rounds, number))
                print(_summary.line(results[-1]), flush=True)
        if args.only in ("", "memory") and not args.crs:
            results.append(_memory(folder, origin))
    name = "waf-crs" if args.crs else "waf"
    result: dict[str, Any] = {
        "name": name,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "load_before": load, "arch": platform.machine(), "kernel": platform.release()},
        "ours": _ours.DESCRIPTION,
        "load": f"wrk -t1 -c{_load.CONNECTIONS}; rounds interleaved; generator and origin on the same CPUs; "
        f"{args.seconds} s each, {args.rounds} rounds",
        "void_rule": _summary.RULE.replace("nginx and HAProxy", "ModSecurity and nginx alone"),
        "cases": results,
        **_modsecurity.described(),
    }
    print("", *map(_summary.line, results), sep="\n")
    if not args.only:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
        (RESULTS / f"{name}.svg").write_text(plot.bars(result))


if __name__ == "__main__":
    main()
