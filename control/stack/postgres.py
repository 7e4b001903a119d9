"""A private PostgreSQL cluster: own folder, own port, loopback only, passwords only.

The server refuses to run as root, and the run folder may lie below a folder that only root may enter. So the data folder
is opened while still root, and the program, by then an unprivileged user, gets at it through the inherited descriptor
(/proc/self/fd/N), which needs no permission on the way there. A relative path would not do: the server makes it absolute.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from control.stack.launch import (
    Launch,
    StackError,
    plain_environment,
    run_to_end,
    signal_quietly,
    spawn,
    stop_process,
    unprivileged,
)
from control.stack.ports import HOST, holder, taken

OLDEST: Final = 15
SUPERUSER: Final = "postgres"

SMALL: Final[Mapping[str, str]] = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "work_mem": "8MB",
    "max_wal_size": "512MB",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
"""Settings of the server of `hcc up`: a developer's machine, durable."""

THROWAWAY: Final[Mapping[str, str]] = {
    **SMALL,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
"""Settings for tests: nothing needs to outlive the process."""


def find_binaries(major: int | None = None) -> Path:
    """The folder of the newest usable `postgres`, or of one major version. Raises StackError when there is none."""
    found: dict[int, Path] = {}
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        if folder.parent.name.isdecimal() and (folder / "postgres").exists():
            found[int(folder.parent.name)] = folder
    if (on_path := shutil.which("postgres")) and not found:
        words = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=True).stdout.split()
        found[int(words[2].partition(".")[0])] = Path(on_path).resolve().parent
    usable = {number: folder for number, folder in found.items() if number >= OLDEST and major in (None, number)}
    if not usable:
        wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST} or newer"
        raise StackError(f"{wanted} is not installed; `make build` installs it, or: apt-get install postgresql-{major or OLDEST}")
    return usable[max(usable)]


def timescaledb_available(binaries: Path) -> bool:
    """Whether the server has the extension TimescaleDB to load."""
    share = Path("/usr/share/postgresql") / binaries.parent.name
    return (share / "extension" / "timescaledb.control").exists()


class PrivatePostgres:
    """One cluster. `start` and `stop` run it by itself, as tests do; a supervisor takes `launch` instead."""

    def __init__(self, data_dir: Path, port: int, *, password: str, settings: Mapping[str, str] = SMALL) -> None:
        self.data_dir = data_dir
        self.port = port
        self._password = password
        self._settings = dict(settings)
        self._process: subprocess.Popen[bytes] | None = None
        version = data_dir / "PG_VERSION"
        self._binaries = find_binaries(int(version.read_text(encoding="ascii")) if version.exists() else None)
        self._user = unprivileged(SUPERUSER)

    @property
    def superuser_dsn(self) -> str:
        """A URL with the superuser's password: for bootstrapping and for people, never for a service."""
        return self.dsn(SUPERUSER, self._password, "postgres")

    def dsn(self, role: str, password: str, database: str) -> str:
        """The URL by which a role reaches a database of this cluster."""
        return f"postgresql://{role}:{quote(password, safe='')}@{HOST}:{self.port}/{database}"

    def prepare(self) -> bool:
        """Make the cluster if it is not there, and write its configuration; whether it was made now."""
        fresh = not (self.data_dir / "PG_VERSION").exists()
        if fresh:
            self._initialise()
        else:
            self._clear_leftovers()
        self._write("postgresql.conf", self._configuration())
        self._write("pg_hba.conf", f"host all all {HOST}/32 scram-sha-256\n")
        return fresh

    def launch(self) -> Launch:
        """How to run the server. SIGINT is its fast shutdown: sessions are ended, data is written, no recovery later."""
        return Launch(
            name="postgres",
            argv=[str(self._binaries / "postgres"), "-D", "{folder}"],
            env=plain_environment(),
            cwd=Path("/"),
            folder=self.data_dir,
            user=self._user,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
        )

    def answers(self) -> bool:
        """Whether the server lets sessions in. Blocks for at most two seconds."""
        try:
            psycopg.connect(self.superuser_dsn, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self, *, patience: float = 30.0) -> None:
        """Start and wait until sessions are let in. Raises StackError with the log's end when that fails."""
        if taken(self.port):
            raise StackError(f"port {self.port} (postgres) is taken by {holder(self.port) or 'another process'}")
        self.prepare()
        log = self.data_dir.with_name(self.data_dir.name + ".log")
        with log.open("ab") as output:
            self._process = spawn(self.launch(), output=output.fileno())
        deadline = time.monotonic() + patience
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])
                raise StackError(f"PostgreSQL did not start:\n{tail}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop what `start` started; nothing happens when it does not run."""
        if self._process is not None:
            stop_process(self._process, signal.SIGINT, patience=10.0)
            self._process = None

    def _initialise(self) -> None:
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            shutil.rmtree(self.data_dir)  # half-made: PG_VERSION is among the first files, so this was cut off early
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.data_dir.chmod(0o700)
        if self._user:
            shutil.chown(self.data_dir, self._user, self._user)
        run_to_end(
            Launch(
                name="initdb",
                argv=[
                    str(self._binaries / "initdb"),
                    "--pgdata={folder}",
                    f"--username={SUPERUSER}",
                    "--pwfile=/dev/stdin",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                    "--no-instructions",
                ],
                env=plain_environment(),
                cwd=Path("/"),
                folder=self.data_dir,
                user=self._user,
                stdin=self._password.encode() + b"\n",
            )
        )

    def _configuration(self) -> str:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%q%u@%d ",
            "cluster_name": "hcc",
            "timescaledb.telemetry_level": "off",
            **self._settings,
        }
        if timescaledb_available(self._binaries):
            settings["shared_preload_libraries"] = "timescaledb"
        return "".join(f"{name} = '{value}'\n" for name, value in settings.items())

    def _write(self, name: str, text: str) -> None:
        path = self.data_dir / name
        temporary = path.with_suffix(".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.chmod(0o600)
        if self._user:
            shutil.chown(temporary, self._user, self._user)
        temporary.replace(path)

    def _clear_leftovers(self) -> None:
        """End servers that a killed supervisor left behind here, and drop the file that would keep a new one from starting.

        The file alone does not tell: its process number may be anybody's by now. The working folder does.
        """
        here = self.data_dir.stat()
        deadline = time.monotonic() + 5.0
        while left := [pid for pid in _postgres_processes() if _works_in(pid, here)]:
            for pid in left:
                signal_quietly(pid, signal.SIGKILL if time.monotonic() > deadline - 3.0 else signal.SIGINT)
            if time.monotonic() > deadline:
                raise StackError(f"PostgreSQL processes {left} still use {self.data_dir}; end them and try again")
            time.sleep(0.05)
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)


def _postgres_processes() -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if (entry / "comm").read_text(encoding="utf-8").strip() == "postgres":
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def _works_in(pid: int, folder: os.stat_result) -> bool:
    try:
        cwd = Path(f"/proc/{pid}/cwd").stat()
    except OSError:
        return False
    return (cwd.st_dev, cwd.st_ino) == (folder.st_dev, folder.st_ino)
