"""The gateway against nginx and HAProxy as plain proxies: requests per second on loopback, all in one interleaved run.

    python bench/gateway.py [--seconds N] [--rounds N]

Ours is `hcc-gateway-bench` (the gateway's listener without Granian around it) with one thread; nginx has one worker
and HAProxy one thread. The origin is a second nginx that answers 11 bytes. CPU time per request of each proxy is told beside
the rates, as it suffers less from whatever else the machine does. A case in which a peer is disturbed is marked void in the
result, and that is said. Ours is built first when it is not there yet.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import _plot as plot
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "native" / "target")) / "release" / "hcc-gateway-bench"
CONNECTIONS = 32
PEERS = ("nginx", "haproxy")
STEADY = 0.15
"""A peer whose slowest round is this far behind its best one was disturbed: the case is void."""

ORIGIN = """
worker_processes 1; daemon off; pid {dir}/origin.pid; error_log /dev/null; user root;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2;
  fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ default_type text/plain; return 200 "hello world"; }} }} }}
"""
NGINX = """
worker_processes 1; daemon off; pid {dir}/nginx.pid; error_log /dev/null; user root;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2;
  fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  upstream o {{ server 127.0.0.1:{origin}; keepalive 128; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ proxy_pass http://o; proxy_http_version 1.1;
    proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }} }} }}
"""
HAPROXY = """
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 15s
  option forwardfor
  http-reuse always
frontend f
  bind 127.0.0.1:{port}
  default_backend o
backend o
  server o 127.0.0.1:{origin}
"""


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"nobody listens on {port}")


@contextmanager
def _running(command: list[str], port: int) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _token(key: Ed25519PrivateKey) -> str:
    now = int(time.time())
    claims = {"sub": "u", "user_type": "admin", "org_id": "o", "roles": ["admin"], "sid": "s", "jti": "j", "typ": "access"}
    claims |= {"iss": "hcc", "aud": "hcc", "iat": now, "exp": now + 3600}
    signed = _b64(b'{"alg":"EdDSA","kid":"k"}') + "." + _b64(json.dumps(claims).encode())
    return signed + "." + _b64(key.sign(signed.encode()))


def _snapshot(origin: int, key: Ed25519PrivateKey) -> dict[str, Any]:
    jwk = {"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": _b64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
    limit: dict[str, Any] = {"name": "api", "key": "client", "rate": 4_000_000_000, "per_s": 60, "burst": 1_000_000}
    route: dict[str, Any] = {"methods": None, "upstream": "o", "max_body": None}
    site = {
        "site_id": "s",
        "organization_id": "o",
        "name": "bench",
        "hosts": ["*"],
        "upstreams": {
            "o": {
                "policy": "round_robin",
                "targets": [{"address": f"127.0.0.1:{origin}", "weight": 1}],
                "connect_ms": 2000,
                "first_byte_ms": 15000,
                "between_bytes_ms": 15000,
                "total_ms": 0,
            }
        },
        "routes": [
            {**route, "id": "plain", "path_prefix": "/"},
            {**route, "id": "full", "path_prefix": "/full", "auth": {"mode": "jwt"}, "rate_limits": [limit]},
        ],
    }
    platform_ = {"jwt": {"issuer": "hcc", "audience": "hcc", "keys": [jwk], "leeway_s": 5}}
    return {
        "version": 1,
        "sections": [{"id": "platform", "hash": "1", "body": platform_}, {"id": "site:s", "hash": "1", "body": site}],
    }


def _wrk(url: str, seconds: int, headers: list[str]) -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *(f"-H{h}" for h in headers), url]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if found is None or "Non-2xx" in out:
        raise RuntimeError(f"wrk against {url}:\n{out}")
    return float(found[1])


def _cpu_seconds(pid: int) -> float:
    """CPU time used so far by a process and its children."""
    family = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    fields = [Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split() for p in family]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def _version(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).splitlines()[0].strip()


def main() -> None:
    """Run the cases, print the medians, write `results/gateway.json` and `results/gateway.svg`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    if not BINARY.exists():
        build = ["cargo", "build", "--release", "--locked", "-p", "hcc-gateway", "--bin", "hcc-gateway-bench"]
        subprocess.run(build, check=True, cwd=ROOT / "native")
    for needed in ("nginx", "haproxy", "wrk"):
        if shutil.which(needed, path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
            raise SystemExit(f"{needed} is missing")
    key = Ed25519PrivateKey.generate()
    load = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ports = {name: free_port() for name in ("origin", "nginx", "haproxy", "ours", "ours_log")}
        here = Path(folder)
        for name, text in {"origin": ORIGIN, "nginx": NGINX, "haproxy": HAPROXY}.items():
            (here / f"{name}.conf").write_text(text.format(dir=folder, port=ports[name], origin=ports["origin"]))
        (here / "snapshot.json").write_text(json.dumps(_snapshot(ports["origin"], key)))
        pids: dict[str, int] = {}
        for name in ("origin", "nginx"):
            pids[name] = stack.enter_context(
                _running(["/usr/sbin/nginx", "-c", f"{folder}/{name}.conf", "-p", folder], ports[name])
            )
        pids["haproxy"] = stack.enter_context(_running(["/usr/sbin/haproxy", "-f", f"{folder}/haproxy.conf"], ports["haproxy"]))
        ours = [str(BINARY), f"127.0.0.1:{ports['ours']}", f"{folder}/snapshot.json", "1"]
        pids["ours"] = stack.enter_context(_running(ours, ports["ours"]))
        ours_log = [str(BINARY), f"127.0.0.1:{ports['ours_log']}", f"{folder}/snapshot.json", "1", f"{folder}/access.log"]
        pids["ours_log"] = stack.enter_context(_running(ours_log, ports["ours_log"]))
        token = f"Authorization: Bearer {_token(key)}"
        cases: list[tuple[str, str, str, list[str]]] = [
            ("small GET", "ours", "/", []),
            ("GET with JWT, limit, access log; peers plain", "ours_log", "/full", [token]),
        ]
        rates: dict[tuple[str, str], list[float]] = {}
        costs: dict[tuple[str, str], list[float]] = {}
        for turn in range(args.rounds):
            for case, own, path, headers in cases:
                for who in (own, "nginx", "haproxy") if turn % 2 == 0 else ("haproxy", "nginx", own):
                    before = _cpu_seconds(pids[who])
                    rate = _wrk(f"http://127.0.0.1:{ports[who]}{path}", args.seconds, headers)
                    cost = (_cpu_seconds(pids[who]) - before) / (rate * args.seconds) * 1e6
                    costs.setdefault((case, "ours" if who == own else who), []).append(cost)
                    rates.setdefault((case, "ours" if who == own else who), []).append(rate)
                    print(f"round {turn + 1}  {case:48} {who:8} {rate:10.0f}/s  {cost:6.2f} us CPU", flush=True)
    result: dict[str, Any] = {
        "name": "gateway",
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "load_before": load, "arch": platform.machine(), "kernel": platform.release()},
        "ours": "hcc-gateway-bench, 1 thread: the gateway's listener and pipeline, without Granian around it",
        "load": f"wrk -t1 -c{CONNECTIONS} -d{args.seconds}s, {args.rounds} rounds interleaved; medians, ratios within rounds; "
        "generator and origin on the same CPUs",
        "cases": [],
        "peer_config": {
            "nginx": NGINX.replace("{{", "{").replace("}}", "}"),
            "haproxy": HAPROXY,
            "origin": ORIGIN.replace("{{", "{").replace("}}", "}"),
        },
        "peer_versions": {"nginx": _version(["/usr/sbin/nginx", "-v"]), "haproxy": _version(["/usr/sbin/haproxy", "-v"])},
    }
    for case, *_ in cases:
        rounds = {who: [round(r) for r in rates[case, who]] for who in ("ours", *PEERS)}
        # A ratio is taken within each round, where both met the same machine, and then the median of those.
        ratios = {p: round(median(o / r for o, r in zip(rounds["ours"], rounds[p], strict=True)), 3) for p in PEERS}
        peers = {p: round(median(rounds[p])) for p in PEERS}
        own_rate = round(median(rounds["ours"]))
        unsteady = [p for p in PEERS if min(rounds[p]) < (1 - STEADY) * max(rounds[p])]
        result["cases"].append(
            {
                "case": case,
                "unit": "requests/s",
                "ours": own_rate,
                "peers": peers,
                "ratios": ratios,
                "rounds": rounds,
                "cpu_us_per_request": {who: round(median(costs[case, who]), 2) for who in ("ours", *PEERS)},
                "void": bool(unsteady),
            }
        )
        print(f"{case}: ours {own_rate}, " + ", ".join(f"{p} {r} (x{ratios[p]})" for p, r in peers.items()))
        if unsteady:
            print(
                f"  void: {', '.join(unsteady)} fell {STEADY:.0%} or more behind its best round; something else used the machine"
            )
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "gateway.json").write_text(json.dumps(result, indent=2) + "\n")
    (RESULTS / "gateway.svg").write_text(plot.bars(result))


if __name__ == "__main__":
    main()
