"""Real processes under a real supervisor, in a process of its own: it adopts every orphan, which pytest must not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone

PRELUDE = """
import asyncio, os, signal, sys, time
from pathlib import Path
from control.stack.launch import Launch, children_of, descendants_of, plain_environment
from control.stack.output import Console
from control.stack.supervisor import Service, Supervisor
folder = Path(sys.argv[1])

def service(name, script, patience=5.0):
    async def ready():
        return (folder / f"{name}.up").exists()
    return Service(
        name=name, ready=ready, patience=patience,
        launch=lambda: Launch(name=name, argv=["/bin/sh", "-c", script], env=plain_environment(), cwd=folder),
        prepare=lambda: (folder / f"{name}.up").unlink(missing_ok=True),
    )

async def until(question, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.01)

def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
"""

RESTART = """
async def main():
    supervisor = Supervisor(folder / "logs", Console())
    supervisor.start(service("a", "touch a.up; exec sleep 60"))
    await supervisor.wait_ready(["a"], 5)
    first = supervisor.pid("a")
    os.kill(first, signal.SIGKILL)
    began = time.monotonic()
    await until(lambda: supervisor.pid("a") not in (None, first))
    assert time.monotonic() - began < 0.5
    await supervisor.stop(["a"])
    assert not children_of(os.getpid())
"""

ORPHANS = """
async def main():
    supervisor = Supervisor(folder / "logs", Console())
    said = []
    supervisor.say = said.append
    supervisor.start(service("a", "setsid sh -c 'setsid sleep 61 & sleep 62' & touch a.up; wait"))
    await supervisor.wait_ready(["a"], 5)
    main_pid = supervisor.pid("a")
    await until(lambda: len(descendants_of(main_pid)) >= 3)
    below = descendants_of(main_pid)
    os.kill(main_pid, signal.SIGKILL)
    await until(lambda: all(map(gone, below)))
    await until(lambda: any("a is back after" in line for line in said))
    assert supervisor.pid("a") != main_pid
    await supervisor.stop(["a"])
    assert not children_of(os.getpid())
"""

ORDER = """
async def main():
    supervisor = Supervisor(folder / "logs", Console())
    for name in "abc":
        on_term = f"trap 'sleep 0.05; echo {name} >> order; exit 0' TERM"
        supervisor.start(service(name, f"{on_term}; touch {name}.up; while :; do sleep 0.01; done"))
    await supervisor.wait_ready(list("abc"), 5)
    await supervisor.stop(["c"], ["missing", "a"], ["b"])
    assert (folder / "order").read_text().split() == ["c", "a", "b"]
"""

STUBBORN = """
async def main():
    supervisor = Supervisor(folder / "logs", Console())
    supervisor.start(service("a", "trap '' TERM; touch a.up; while :; do sleep 0.01; done", patience=60.0))
    await supervisor.wait_ready(["a"], 5)
    stopping = asyncio.create_task(supervisor.stop(["a"]))
    await asyncio.sleep(0)
    supervisor.hurry()
    began = time.monotonic()
    await stopping
    assert time.monotonic() - began < 3
"""

LATE = """
async def main():
    supervisor = Supervisor(folder / "logs", Console())
    supervisor.start(service("a", "echo I am stuck; exec sleep 60"))
    try:
        await supervisor.wait_ready(["a"], 0.3)
    except Exception as error:
        assert "a not ready" in str(error) and "a.log" in str(error), error
    else:
        raise AssertionError
    await supervisor.stop(["a"])
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(RESTART, "a ended by signal 9 (SIGKILL), starting again in 0.1 s", id="restart"),
        pytest.param(ORPHANS, "", id="orphans-die-first"),
        pytest.param(ORDER, "", id="ordered-stop"),
        pytest.param(STUBBORN, "a did not end in time and is killed", id="second-request-hurries"),
        pytest.param(LATE, "a        | I am stuck", id="never-ready"),
    ],
)
def test_supervisor(tmp_path: Path, body: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + body + "\nasyncio.run(main())", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert said in done.stdout
