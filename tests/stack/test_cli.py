"""The command line: help everywhere, errors in words, exit codes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from control.cli import main
from tests.cluster import Urls

COMMANDS = [
    [],
    *(["up"], ["doctor"], ["migrate"], ["control"], ["gateway"], ["worker"], ["config"]),
    *(["admin"], ["admin", "create"], ["admin", "reset-password"]),
    *(["metrics"], ["metrics", "storage"]),
    *(["keys"], ["keys", "rotate"], ["keys", "rotate-encryption"], ["keys", "list"]),
]


def hcc(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | environment
    return subprocess.run(
        [sys.executable, "-m", "control.cli", *arguments], capture_output=True, text=True, env=env, timeout=30, check=False
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {' '.join(['hcc', *command])}")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("hcc ")


def test_help_loads_no_part_of_the_platform() -> None:
    script = "import sys; from control.cli import build_parser; build_parser(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"litestar", "psycopg", "granian", "msgspec"} & set(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "says"),
    [
        (["nonsense"], {}, 2, "invalid choice"),
        (["gateway", "--threads", "0"], {}, 2, "invalid positive number"),
        (["migrate"], {}, 2, "HCC_OWNER_DATABASE_URL"),
        (["migrate", "--check", "--database-url", "postgresql://x@127.0.0.1:1/x"], {}, 1, "refused"),
        (["worker"], {"HCC_DB_POOL_MIN": "many"}, 2, "HCC_DB_POOL_MIN"),
        (["up"], {"HCC_PORT_BASE": "high"}, 1, "HCC_PORT_BASE"),
        (["up"], {"HCC_PORT_BASE": "70000"}, 1, "between 1024 and 65500"),
    ],
)
def test_errors_are_words(arguments: list[str], environment: dict[str, str], code: int, says: str, tmp_path: Path) -> None:
    done = hcc(*arguments, **environment, HCC_RUN_DIR=str(tmp_path / "run"))
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert says in done.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = hcc("up", HCC_PORT_BASE=str(port - 3), HCC_RUN_DIR=str(tmp_path / "run"))
    assert done.returncode == 1
    assert f"port {port} (control) is taken by" in done.stderr
    assert f"pid {os.getpid()}" in done.stderr
    assert "HCC_PORT_BASE" in done.stderr


def test_doctor_json() -> None:
    done = hcc("doctor", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == (0 if answer["ok"] else 1)
    by_name = {finding["name"]: finding for finding in answer["findings"]}
    assert {"Python", "PostgreSQL", "Redis", "TimescaleDB", "ports", "open files", "disk", "memory"} <= set(by_name)
    assert all(finding["advice"] for finding in answer["findings"] if finding["verdict"] != "ok")


@pytest.mark.parametrize("role", ["hcc_app", None])
def test_doctor_says_how_metrics_are_kept(urls: Urls, role: str | None) -> None:
    done = hcc("doctor", "--json", DATABASE_URL=urls[role] if role else "postgresql://nobody@127.0.0.1:1/none")
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    wanted = "metrics are kept in PostgreSQL's own partitions" if role else "a new database keeps metrics in"
    assert wanted in findings["TimescaleDB"]["found"]
