"""The whole platform as a newcomer starts it: ready, healing, stopping, starting again."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from control.stack.launch import children_of, descendants_of
from control.stack.ports import from_base, taken
from tests.memory import in_memory

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

HEAL_SECONDS = 2.0
SECOND_START_SECONDS = 5.0


def until(question: Callable[[], Any], seconds: float, what: str, pause: float = 0.02) -> float:
    """Wait until it holds; how long that took."""
    began = time.monotonic()
    while not question():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(pause)
    return time.monotonic() - began


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310 - our own URLs
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 599


class Up:
    """`hcc up` in a process group of its own."""

    def __init__(self, run_dir: Path, base: int) -> None:
        self.run_dir = run_dir
        self.base = base
        self.output = run_dir.with_name("output.txt")

    def start(self, seconds: float) -> float:
        env = {**os.environ, "HCC_RUN_DIR": str(self.run_dir), "HCC_PORT_BASE": str(self.base)}
        began = time.monotonic()
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "control.cli", "up"], env=env, stdout=output, stderr=output, start_new_session=True
            )
        until(lambda: self._is_ready() or self.process.poll() is not None, seconds, "ready")
        assert self.process.poll() is None, self.said()
        return time.monotonic() - began

    def _is_ready(self) -> bool:
        return any(line.startswith("ready: http://127.0.0.1:") for line in self.said().splitlines())

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def stack(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.run_dir / "stack.json").read_text(encoding="utf-8"))
        return found

    def stop(self) -> int:
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def serves(self) -> bool:
        stack = self.stack()
        if any(status(url) >= 500 for url in stack.values() if isinstance(url, str) and url.startswith("http://")):
            return False
        try:
            psycopg.connect(stack["pg_dsn"], connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        ports = from_base(self.base)
        return taken(ports.redis) and taken(ports.mail)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def gone(pid: int) -> bool:
    return not command_line(pid)


def places(supervisor: int) -> dict[tuple[str, bool], int]:
    """One process for each command line, apart for those that the supervisor started and those below them."""
    direct = children_of(supervisor)
    lines = {pid: re.sub(r"/fd/\d+", "/fd/N", command_line(pid)) for pid in descendants_of(supervisor)}
    return {(line, pid in direct): pid for pid, line in lines.items() if line}


def healed(up: Up, place: tuple[str, bool], victim: int) -> bool:
    """A new process is in the place, and all serve: an orphan that still answers does not count."""
    return places(up.process.pid).get(place) not in {None, victim} and up.serves()


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    base = next(base for base in range(21_000, 30_000, 100) if not any(taken(base + n) for n in range(10)))
    # PostgreSQL writes all of its files down when it comes back; how long that takes is the disk's matter, not the supervisor's.
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        stack = Up(Path(folder) / "run", base)
        stack.start(120)
        try:
            yield stack
        finally:
            if stack.process.poll() is None:
                stack.stop()


def test_stack_json_is_private_and_true(up: Up) -> None:
    assert stat.S_IMODE((up.run_dir / "stack.json").stat().st_mode) == 0o600
    stack = up.stack()
    assert {"control", "worker", "origin", "pg_dsn", "redis_url", "mail"} <= set(stack)
    assert up.serves()


def asked(url: str, token: str, body: bytes | None = None) -> Any:
    """What a request with a token is answered, none when that is no JSON."""
    request = urllib.request.Request(url, body, {"Authorization": f"Bearer {token}"})  # noqa: S310 - our own URLs
    with urllib.request.urlopen(request, timeout=5) as reply:  # noqa: S310 - our own URLs
        return json.loads(reply.read() or b"null")


def test_what_is_pushed_is_asked_through_the_gateway(up: Up) -> None:
    stack = up.stack()
    gateway, customer = stack["gateway"], stack["customer"]
    login = urllib.request.Request(  # noqa: S310 - our own URLs
        f"{gateway}/v1/auth/login", json.dumps(customer).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(login, timeout=10) as reply:  # noqa: S310 - our own URLs
        token = json.loads(reply.read())["data"]["access_token"]
    for number in (1, 2, 4):
        asked(f"{gateway}/ingest/write", stack["ingest_token"], f"stacked,host=a'b jobs={number}".encode())
    # Looks like an injection to the firewall, and is what people ask.
    question = urllib.parse.quote("""sum by (host) (stacked_jobs{host=~"a.*|union select"}) / 2""")

    def answer() -> bool:
        found = asked(f"{gateway}/prometheus/api/v1/query?query={question}", token)
        assert found["status"] == "success"
        return [(line["metric"], line["value"][1]) for line in found["data"]["result"]] == [({"host": "a'b"}, "2")]

    # Not oftener than the API's limit lets anyone ask.
    until(answer, 5, "what was pushed", pause=0.25)


def test_a_second_one_is_refused(up: Up) -> None:
    env = {**os.environ, "HCC_RUN_DIR": str(up.run_dir), "HCC_PORT_BASE": str(up.base + 50)}
    done = subprocess.run(
        [sys.executable, "-m", "control.cli", "up"], env=env, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert f"in use by another `hcc up` (pid {up.process.pid})" in done.stderr


def test_no_secret_in_arguments_or_logs(up: Up) -> None:
    words = [path.read_text(encoding="ascii") for path in (up.run_dir / "secrets").iterdir()]
    lines = "\n".join(map(command_line, [up.process.pid, *descendants_of(up.process.pid)]))
    logs = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in (up.run_dir / "logs").glob("*.log"))
    assert not [word for word in words if word in lines or word in logs or word in up.said()]


def test_every_process_heals_after_kill(up: Up) -> None:
    """Each child, and each process below one, is killed in turn; all must serve again within two seconds."""
    slow = {}
    for place in sorted(places(up.process.pid)):
        victim = places(up.process.pid).get(place)
        if victim is None:
            continue
        os.kill(victim, signal.SIGKILL)
        until(partial(gone, victim), 2, "killed")
        took = until(partial(healed, up, place, victim), 30, f"healing of {place}")
        print(f"healed in {took:.2f} s: {place}")
        if took > HEAL_SECONDS:
            slow[place] = took
    assert not slow


def test_interrupt_leaves_nothing_and_a_second_start_is_quick(up: Up) -> None:
    everything = descendants_of(up.process.pid)
    assert len(everything) > 5
    code = up.stop()
    assert code in {0, 130}
    until(lambda: not any(map(command_line, everything)), 5, "all gone")
    assert not (up.run_dir / "stack.json").exists()
    assert up.start(60) < SECOND_START_SECONDS


def test_a_killed_supervisor_takes_all_with_it(up: Up) -> None:
    everything = children_of(up.process.pid)
    up.process.kill()
    up.process.wait()
    until(lambda: not any(map(command_line, everything)), 20, "all gone")
    up.start(30)
    assert up.serves()
