"""A private Redis: own folder, own port, loopback only, a password, and nothing written to disk.

What it holds (rate-limit state, cached reads, sessions' cache) can be lost at any time, so it keeps nothing.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from control.stack.launch import Launch, StackError, plain_environment, spawn, stop_process, unprivileged
from control.stack.ports import HOST, holder, taken


def find_server() -> str:
    """The program of Redis or Valkey. Raises StackError when neither is installed."""
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/local/bin"):
            return path
    raise StackError("Redis is not installed; `make build` installs it, or: apt-get install redis-server")


class PrivateRedis:
    """One server. `start` and `stop` run it by itself, as tests do; a supervisor takes `launch` instead."""

    def __init__(self, data_dir: Path, port: int, password: str) -> None:
        self.data_dir = data_dir
        self.port = port
        self._password = password
        self._program = find_server()
        self._user = unprivileged("redis")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{quote(self._password, safe='')}@{HOST}:{self.port}/0"

    def prepare(self) -> None:
        """Make the folder, readable by the server alone."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._user:
            shutil.chown(self.data_dir, self._user)

    def launch(self) -> Launch:
        """How to run the server. The configuration, with the password, comes through stdin."""
        configuration = {
            "bind": HOST,
            "port": str(self.port),
            "dir": "./",
            "requirepass": self._password,
            "save": '""',
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "allkeys-lru",
            "loglevel": "warning",
            "always-show-logo": "no",
            "tcp-backlog": "128",
        }
        return Launch(
            name="redis",
            argv=[self._program, "-"],
            env=plain_environment(),
            cwd=self.data_dir,
            user=self._user,
            stdin="".join(f"{name} {value}\n" for name, value in configuration.items()).encode(),
        )

    def answers(self) -> bool:
        """Whether the server takes our password. Blocks for at most a second."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                reply = b""
                while reply.count(b"\r\n") < 2 and (part := connection.recv(256)):
                    reply += part
        except OSError:
            return False
        return reply == b"+OK\r\n+PONG\r\n"

    def start(self, *, patience: float = 10.0) -> None:
        """Start and wait until it answers. Raises StackError when that fails."""
        if taken(self.port):
            raise StackError(f"port {self.port} (redis) is taken by {holder(self.port) or 'another process'}")
        self.prepare()
        self._process = spawn(self.launch(), output=subprocess.DEVNULL)
        deadline = time.monotonic() + patience
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StackError(f"Redis did not start on port {self.port}; try: {self._program} --port {self.port}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop what `start` started; nothing happens when it does not run."""
        if self._process is not None:
            stop_process(self._process, signal.SIGTERM, patience=5.0)
            self._process = None
