"""The API and the worker as processes of their own, which may be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import msgspec

from control.core.settings import ENVIRONMENT, Settings

PATIENCE = 60.0


class Killable:
    """`hcc control` or `hcc worker` with these settings; answers at `url` when it is ready."""

    def __init__(self, command: str, settings: Settings, port: int, log: Path) -> None:
        name = "control_listen" if command == "control" else "worker_listen"
        known = msgspec.structs.asdict(settings) | {name: f"127.0.0.1:{port}", "log_level": "WARNING"}
        default = msgspec.structs.asdict(Settings())
        chosen = {ENVIRONMENT[field].name: str(value) for field, value in known.items() if value != default[field]}
        self.url = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", "control.cli", command]
        self._environment = {**os.environ, **chosen}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: str = "/livez") -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(self.url + ready, timeout=2).status_code < 500:
                    return
            said = self._log.read_text(encoding="utf-8", errors="replace")[-3000:]
            assert self._process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it, and all that it started, without warning."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._process = None
