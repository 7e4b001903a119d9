"""Ingestion against VictoriaMetrics and InfluxDB: values a second that are acknowledged, and that reach PostgreSQL.

    python bench/ingest.py [--bodies N] [--rounds N]

Ours acknowledges what is synced to disk; VictoriaMetrics what is in memory. All get the same bodies over two connections, in
turn; the same values come once more by remote write. Once the writer runs beside ours, as in production, so that what is
acknowledged shares the machine with what is written to the database. Programs that are missing are left out, and that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import _plot as plot
import psycopg
from _processes import free_port, rss_mib, running, version
from _pushes import DESCRIPTION, Bodies, Pushed, line_protocol, push, remote_write

from control import ingest_tokens
from control.core import migrate
from control.stack.postgres import SMALL, PrivatePostgres, find_binaries, timescaledb_available

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
STEADY = 0.15
POSTGRES = {**SMALL, "max_wal_size": "4GB", "shared_buffers": "512MB", "wal_compression": "lz4"}
_SERVE = """
import sys
from dataplane.ingest.serve import serve
sys.exit(serve(listen=sys.argv[1], folder=sys.argv[2], database_url=sys.argv[3], threads=2, log_mib=16384))
"""
_WRITE = """
import sys
from dataplane.writer import serve
sys.exit(serve(folder=sys.argv[1], database_url=sys.argv[2]))
"""


class Ours:
    """PostgreSQL, an ingester and its writer; values in PostgreSQL's own partitions, or in TimescaleDB."""

    def __init__(self, stack: ExitStack, folder: Path, storage: str) -> None:
        self.folder = folder / "logs"
        self.folder.mkdir(parents=True)
        folder.chmod(0o755)
        self.postgres = PrivatePostgres(folder / "postgres", free_port(), password=secrets.token_hex(16), settings=POSTGRES)
        self.postgres.start()
        stack.callback(self.postgres.stop)
        passwords = {role: secrets.token_hex(16) for role in ("hcc_owner", "hcc_ingest", "hcc_app", "hcc_worker", "hcc_gateway")}
        migrate.bootstrap(self.postgres.superuser_dsn, passwords, "hcc")
        self.owner = self.postgres.dsn("hcc_owner", passwords["hcc_owner"], "hcc")
        migrate.migrate(self.owner, metric_storage="partitions" if storage == "partitions" else "auto")
        self.token = ingest_tokens.fresh()
        with psycopg.connect(self.owner) as owner:
            row = owner.execute(
                "INSERT INTO hcc.organizations (kind, path, name, slug) VALUES ('platform', '{}', 'Bench', 'bench') RETURNING id"
            ).fetchone()
            assert row is not None
            ingest_tokens.add(owner, row[0], "bench", self.token)
            owner.execute("UPDATE hcc.metric_settings SET hot_index = 'never'")
            owner.execute("SELECT hcc.metric_maintain()")
            kept = owner.execute("SELECT hcc.metric_storage()").fetchone()
            assert kept == (storage,)
        self.url = self.postgres.dsn("hcc_ingest", passwords["hcc_ingest"], "hcc")
        self.port = free_port()
        command = [sys.executable, "-c", _SERVE, f"127.0.0.1:{self.port}", str(self.folder), self.url]
        self.pid = stack.enter_context(running(command, self.port, str(folder)))
        self._said = (folder / "writer.stderr").open("wb")
        stack.callback(self._said.close)

    @contextmanager
    def writer(self) -> Iterator[None]:
        """The writer beside."""
        process = subprocess.Popen([sys.executable, "-c", _WRITE, str(self.folder), self.url], stderr=self._said)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)

    def drain(self) -> None:
        """Until all is in the database."""
        deadline = time.monotonic() + 300
        while any(path.suffix in {".open", ".log"} for path in self.folder.glob("*/*")):
            assert time.monotonic() < deadline, "not drained"
            time.sleep(0.02)

    def rows(self) -> int:
        """Rows in the database."""
        with psycopg.connect(self.owner) as owner:
            row = owner.execute("SELECT coalesce(sum(values), 0) FROM hcc.metric_segments").fetchone()
        return int(row[0]) if row else 0

    def version(self) -> str:
        """Of the extension."""
        with psycopg.connect(self.owner) as owner:
            row = owner.execute("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'").fetchone()
        return str(row[0]) if row else ""

    def empty(self) -> None:
        """Begin anew, so that later rounds do not pay for earlier ones."""
        with psycopg.connect(self.owner, autocommit=True) as owner:
            owner.execute("TRUNCATE hcc.metric_samples")


def _peers(stack: ExitStack, folder: Path) -> tuple[dict[str, tuple[int, int]], dict[str, str]]:
    """Process id and port of those that are there, and what they say of themselves."""
    found, said = {}, {}
    if binary := shutil.which("victoria-metrics"):
        port = free_port()
        command = [binary, f"-storageDataPath={folder / 'vm'}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=1"]
        found["victoria-metrics"] = (stack.enter_context(running(command, port, str(folder))), port)
        said["victoria-metrics"] = version([binary, "-version"])
    if binary := shutil.which("influxd"):
        port, other = free_port(), free_port()
        settings = folder / "influxdb.conf"
        data = folder / "influx"
        settings.write_text(
            f'reporting-disabled = true\nbind-address = "127.0.0.1:{other}"\n[meta]\ndir = "{data}/meta"\n'
            f'[data]\ndir = "{data}/data"\nwal-dir = "{data}/wal"\n[http]\nbind-address = "127.0.0.1:{port}"\n'
            "log-enabled = false\nmax-body-size = 0\n"
        )
        found["influxdb"] = (stack.enter_context(running([binary, "-config", str(settings)], port, str(folder))), port)
        said["influxdb"] = version([binary, "version"])
        _make_database(port)
    return found, said


def _make_database(port: int) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/query?q=CREATE+DATABASE+bench")
    connection.getresponse().read()
    connection.close()


def _case(name: str, rounds: list[dict[str, float]]) -> dict[str, Any]:
    everybody = list(rounds[0])
    peers = [who for who in everybody if who != "ours"]
    counting = list(range(len(rounds)))
    if len(peers) > 1:
        ratios = [r[peers[0]] / r[peers[1]] for r in rounds]
        counting = [n for n, ratio in enumerate(ratios) if abs(ratio / median(ratios) - 1) < STEADY]
    used = counting or list(range(len(rounds)))
    return {
        "case": name,
        "unit": "values/s",
        "better": "higher",
        "ours": round(median(rounds[n]["ours"] for n in used)),
        "peers": {p: round(median(rounds[n][p] for n in used)) for p in peers},
        "ratios": {p: round(median(rounds[n]["ours"] / rounds[n][p] for n in used), 3) for p in peers},
        "rounds": {who: [round(r[who]) for r in rounds] for who in everybody},
        "rounds_left_out": [n + 1 for n in range(len(rounds)) if n not in counting],
        "void": len(counting) * 3 < len(rounds) * 2,
    }


def _written(ours: Ours, prepared: Bodies, args: argparse.Namespace) -> tuple[Pushed, float]:
    """All bodies with the writer beside; values a second in the database, from the first body to the last value."""
    before, began = ours.rows(), time.perf_counter()
    with ours.writer():
        pushed = push(ours.port, "/write", prepared, args.bodies, ours.token)
        ours.drain()
        rate = (ours.rows() - before) / (time.perf_counter() - began)
    return pushed, rate


def _few(args: argparse.Namespace) -> int:
    """Bodies of remote write: fewer, since InfluxDB takes them a hundred times slower than line protocol."""
    return max(args.bodies // 4, 2)


def _round(
    ours: Ours,
    other: Ours | None,
    peers: dict[str, tuple[int, int]],
    prepared: Bodies,
    remote: Bodies,
    args: argparse.Namespace,
    turn: int,
) -> list[dict[str, float]]:
    """Acknowledged with the writer beside, without it, and what reached the database; `other` is the one with TimescaleDB."""
    beside: dict[str, float] = {}
    alone: dict[str, float] = {}
    drained: dict[str, float] = {}
    others: dict[str, float] = {}
    paths = {"ours": "/write", "victoria-metrics": "/write", "influxdb": "/write?db=bench"}
    remote_paths = {"ours": "/api/v1/write", "victoria-metrics": "/api/v1/write", "influxdb": "/api/v1/prom/write?db=bench"}

    def tell(what: str, who: str, pushed: Pushed) -> None:
        print(
            f"round {turn + 1}  {what:24} {who:18} {pushed.values_per_s:12,.0f} values/s"
            f"  longest {pushed.longest_ms:7.1f} ms  refused {pushed.refused}",
            flush=True,
        )

    everybody = ["ours", *peers]
    for who in everybody[turn % len(everybody) :] + everybody[: turn % len(everybody)]:
        if who != "ours":
            pushed = push(peers[who][1], paths[who], prepared, args.bodies)
            beside[who] = alone[who] = pushed.values_per_s
            tell("acknowledged", who, pushed)
            pushed = push(peers[who][1], remote_paths[who], remote, _few(args))
            others[who] = pushed.values_per_s
            tell("remote write", who, pushed)
            continue
        pushed, drained[who] = _written(ours, prepared, args)
        tell("acknowledged and written", who, pushed)
        beside[who] = pushed.values_per_s
        print(f"round {turn + 1}  in the database          ours               {drained[who]:12,.0f} values/s", flush=True)
        ours.empty()
        pushed = push(ours.port, paths[who], prepared, args.bodies, ours.token)
        alone[who] = pushed.values_per_s
        tell("acknowledged", who, pushed)
        with ours.writer():
            ours.drain()
        ours.empty()
        pushed = push(ours.port, remote_paths[who], remote, _few(args), ours.token)
        others[who] = pushed.values_per_s
        tell("remote write", who, pushed)
        with ours.writer():
            ours.drain()
        ours.empty()
    columnstore: dict[str, float] = {}
    if other is not None:
        pushed, columnstore["ours"] = _written(other, prepared, args)
        tell("written to TimescaleDB", "ours", pushed)
        print(f"round {turn + 1}  in TimescaleDB           ours               {columnstore['ours']:12,.0f} values/s", flush=True)
        other.empty()
    cases = (alone, others, beside, drained, columnstore)
    return [dict(sorted(one.items(), key=lambda item: item[0] != "ours")) for one in cases]


def main() -> None:
    """Run the rounds, print the medians, write `results/ingest.json` and `results/ingest.svg`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bodies", type=int, default=120, help="a round's bodies for each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write the results also when a peer is missing")
    args = parser.parse_args()
    load = round(os.getloadavg()[0], 2)
    prepared, remote = line_protocol(), remote_write()
    with tempfile.TemporaryDirectory(prefix="hcc-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        ours = Ours(stack, folder / "ours", "partitions")
        other = Ours(stack, folder / "timescaledb", "timescaledb") if timescaledb_available(find_binaries()) else None
        peers, said = _peers(stack, folder)
        if other is not None:
            said["timescaledb"] = other.version()
        rounds = [_round(ours, other, peers, prepared, remote, args, turn) for turn in range(args.rounds)]
        memory = {"ours": rss_mib(ours.pid), **{who: rss_mib(pid) for who, (pid, _) in peers.items()}}
        sizes = re.findall(r"\d+", subprocess.run(["du", "-sm", str(folder)], capture_output=True, text=True, check=True).stdout)
    names = (
        "acknowledged, durable (peers as they are)",
        "the same by remote write 1.0",
        "acknowledged while the writer works beside",
        "in PostgreSQL, from the first body on",
        "in TimescaleDB, from the first body on",
    )
    cases = [_case(name, [r[n] for r in rounds]) for n, name in enumerate(names) if rounds[0][n]]
    cases.append({"case": "resident memory at the end", "unit": "MiB", "better": "lower", "ours": round(memory.pop("ours")),
                  "peers": {who: round(mib) for who, mib in memory.items()}, "ratios": {}})  # fmt: skip
    result = {
        "name": "ingest",
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "load_before": load, "arch": platform.machine(), "kernel": platform.release()},
        "ours": "hcc ingest, 1 process, 2 threads; fdatasync before the answer; PostgreSQL with fsync, no hot index",
        "load": f"{DESCRIPTION}; {args.bodies} bodies, {args.rounds} rounds",
        "disk_mib": int(sizes[0]),
        "versions": said,
        "cases": cases,
    }
    for case in cases:
        print(f"{case['case']}: ours {case['ours']:,} {case['unit']}, {case['peers']}, ratios {case['ratios']}")
    if other is None:
        print("without TimescaleDB, since the server does not have the extension")
    missing = {"victoria-metrics", "influxdb"} - set(peers)
    if missing:
        print(f"left out, since they are not installed: {', '.join(sorted(missing))}")
    if not missing or args.write:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "ingest.json").write_text(json.dumps(result, indent=2) + "\n")
        (RESULTS / "ingest.svg").write_text(plot.bars(result))


if __name__ == "__main__":
    main()
