"""`hcc doctor`: what this machine has and lacks, each with what to do."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
import psycopg

from control.core.settings import ENVIRONMENT, read_secret_or_value
from control.stack import ports
from control.stack.launch import StackError
from control.stack.postgres import find_binaries, timescaledb_available
from control.stack.redis import find_server

Verdict = Literal["ok", "warn", "fail"]
_FILES_WANTED = 65_536
_FILES_NEEDED = 4_096
_DISK_NEEDED_GIB = 2.0
_DISK_WANTED_GIB = 10.0
_MEMORY_NEEDED_GIB = 1.0
_MEMORY_WANTED_GIB = 2.0


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at; `advice` is empty when there is nothing to do."""

    name: str
    verdict: Verdict
    found: str
    advice: str = ""


def _said(program: str, *arguments: str) -> str | None:
    """The first version number a program says; None when it is not there."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{Path.home()}/.cargo/bin:/usr/sbin:/usr/bin")
    if path is None:
        return None
    try:
        done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return match[0] if match else None


def _at_least(version: str, *wanted: int) -> bool:
    return tuple(int(part) for part in version.split(".")[: len(wanted)]) >= wanted


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    return Finding("Python", "ok" if good else "fail", version, "" if good else "install Python 3.11 or newer")


def _rust() -> Finding:
    version = _said("cargo", "--version")
    if version and _at_least(version, 1, 85):
        return Finding("Rust", "ok", version)
    return Finding(
        "Rust", "warn", version or "not found", "needed only to build: apt-get install cargo-web rustc-web (1.85 or newer)"
    )


def _postgres() -> Finding:
    try:
        version = _said(str(find_binaries() / "postgres"), "--version")
    except StackError as error:
        return Finding("PostgreSQL", "fail", "not found", str(error))
    return Finding("PostgreSQL", "ok", version or "unknown version")


def _timescaledb() -> Finding:
    try:
        available = timescaledb_available(find_binaries())
    except StackError:
        available = False
    storage, problem = _metric_storage()
    there = "available" if available else "not available"
    match storage:
        case "timescaledb":
            return Finding("TimescaleDB", "ok", "metrics are kept in its columnstore")
        case "partitions":
            advice = "`hcc metrics storage --convert timescaledb` moves them there" if available else ""
            return Finding("TimescaleDB", "ok", f"{there}; metrics are kept in PostgreSQL's own partitions", advice)
        case _:
            will = "TimescaleDB's columnstore" if available else "PostgreSQL's own partitions"
            return Finding("TimescaleDB", "ok", f"{there}: a new database keeps metrics in {will} ({problem})")


def _metric_storage() -> tuple[str, str]:
    """How the database of this environment keeps metrics; empty, and why, when that cannot be asked."""
    settings = ENVIRONMENT["database_url"]
    url = read_secret_or_value(settings, os.environ)
    if not url:
        return "", f"{settings.name} is not set"
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            row = connection.execute("SELECT hcc.metric_storage()").fetchone()
    except psycopg.Error:
        return "", "the database does not answer, or is not on the newest schema"
    return (str(row[0]) if row else ""), ""


def _redis() -> Finding:
    try:
        version = _said(find_server(), "--version")
    except StackError as error:
        return Finding("Redis", "fail", "not found", str(error))
    if version and _at_least(version, 7, 0):
        return Finding("Redis", "ok", version)
    return Finding("Redis", "fail", version or "unknown version", "Redis 7.0 or newer, or Valkey, is needed")


def _nginx() -> Finding:
    version = _said("nginx", "-v")
    if version:
        return Finding("nginx", "ok", version)
    return Finding("nginx", "warn", "not found", "needed only as a peer of the benches: apt-get install nginx")


def _nftables() -> Finding:
    version = _said("nft", "--version")
    if version:
        return Finding("nftables", "ok", version)
    return Finding("nftables", "warn", "not found", "needed only for hcc firewall: apt-get install nftables")


def _native() -> Finding:
    for name in ("hcc_native", "hcc_kernels"):
        try:
            importlib.import_module(name)
        except ImportError as error:
            return Finding("native modules", "fail", f"{name}: {error}", "make build")
    return Finding("native modules", "ok", "hcc_native and hcc_kernels load")


def _ports() -> Finding:
    base = os.environ.get("HCC_PORT_BASE") or "8000"
    try:
        wanted = ports.from_base(int(base))
        ports.check_free(wanted)
    except ValueError:
        return Finding("ports", "fail", f"HCC_PORT_BASE is {base!r}", "set it to a number such as 8000")
    except StackError as error:
        found, _, advice = str(error).partition(". ")
        return Finding("ports", "warn", found, advice or "set HCC_PORT_BASE; fine when this is your own `hcc up`")
    return Finding("ports", "ok", f"{base} to {wanted.worker} are free")


def _files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    found = f"{soft} at once (at most {hard})"
    if soft >= _FILES_WANTED:
        return Finding("open files", "ok", found)
    verdict: Verdict = "warn" if soft >= _FILES_NEEDED or hard >= _FILES_NEEDED else "fail"
    return Finding("open files", verdict, found, f"for many connections: ulimit -n {_FILES_WANTED}")


def _disk() -> Finding:
    folder = Path(os.environ.get("HCC_RUN_DIR") or ".run").absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 2**30
    return _amount(
        "disk", free, f"{free:.1f} GiB free at {folder}", _DISK_NEEDED_GIB, _DISK_WANTED_GIB, "make room, or move HCC_RUN_DIR"
    )


def _memory() -> Finding:
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    match = re.search(r"MemAvailable:\s+(\d+)", text)
    free = int(match[1]) / 2**20 if match else 0.0
    return _amount("memory", free, f"{free:.1f} GiB available", _MEMORY_NEEDED_GIB, _MEMORY_WANTED_GIB, "end other programs")


def _amount(name: str, value: float, found: str, needed: float, wanted: float, advice: str) -> Finding:
    verdict: Verdict = "ok" if value >= wanted else "warn" if value >= needed else "fail"
    return Finding(name, verdict, found, "" if verdict == "ok" else f"{advice}: {wanted:g} GiB are good, {needed:g} needed")


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _rust,
    _postgres,
    _timescaledb,
    _redis,
    _nginx,
    _nftables,
    _native,
    _ports,
    _files,
    _disk,
    _memory,
)


def command(args: argparse.Namespace) -> int:
    """Exit code 1 when something fails; warnings do not count."""
    findings = [check() for check in CHECKS]
    failed = any(finding.verdict == "fail" for finding in findings)
    if args.json:
        print(msgspec.json.encode({"ok": not failed, "findings": findings}).decode())
        return int(failed)
    for finding in findings:
        print(f"{finding.verdict:<4}  {finding.name:<14}  {finding.found}")
        if finding.advice:
            print(f"{'':<22}-> {finding.advice}")
    return int(failed)
