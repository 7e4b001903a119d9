"""Starting one program as its own session, with its parent's death as its end and no more rights than it needs."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)


class StackError(Exception):
    """The stack cannot start or go on; the message says why and what to do, for a person to read."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What to execute. Secrets belong in `env` or `stdin`, never in `argv`, which every user of the machine can read."""

    name: str
    argv: list[str]
    env: dict[str, str]
    cwd: Path
    """Entered before the change of account, so it may lie where the account cannot reach."""
    folder: Path | None = None
    """Opened before the change of account and held open; `{folder}` in `argv` becomes a path to it that always works."""
    user: str | None = None
    """Account to switch to; only root may."""
    stdin: bytes | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    """Asks for an orderly end."""
    death_signal: signal.Signals = signal.SIGKILL
    """What the program gets when the supervisor is killed; a program with children of its own needs one it can pass on."""


def unprivileged(preferred: str) -> str | None:
    """The account a server should run as: none when we are not root, else `preferred`, else nobody."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(preferred).pw_name
    except KeyError:
        return "nobody"


def plain_environment() -> dict[str, str]:
    """The few variables that every program may have; everything else is given by name."""
    keep = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "HOME", "NO_COLOR", "SSL_CERT_FILE")
    return {name: os.environ[name] for name in keep if name in os.environ}


def adopt_orphans() -> None:
    """Make this process the parent of grandchildren whose parent died, so that none escapes the supervisor."""
    if _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def _end_with_parent(death_signal: int, parent: int) -> Callable[[], None]:
    def prepare() -> None:
        # After the change of user, which clears it.
        _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def spawn(launch: Launch, *, output: int | None = None) -> subprocess.Popen[bytes]:
    """Start it. `output` takes stdout and stderr; None lets them through. Raises StackError when it cannot start."""
    stdin = _anonymous_file(launch.stdin) if launch.stdin is not None else None
    folder = os.open(launch.folder, os.O_PATH | os.O_DIRECTORY) if launch.folder is not None else None
    account = pwd.getpwnam(launch.user) if launch.user else None
    env = launch.env if account is None else {**launch.env, "HOME": account.pw_dir, "USER": account.pw_name}
    try:
        return subprocess.Popen(
            [word.replace("{folder}", f"/proc/self/fd/{folder}") for word in launch.argv],
            env=env,
            cwd=launch.cwd,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=output,
            stderr=output,
            pass_fds=() if folder is None else (folder,),
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=os.getgrouplist(account.pw_name, account.pw_gid) if account else None,
            preexec_fn=_end_with_parent(launch.death_signal, os.getpid()),  # noqa: PLW1509 - two system calls, no lock
        )
    except OSError as error:
        raise StackError(f"{launch.name}: cannot start {launch.argv[0]}: {error.strerror}") from error
    finally:
        for descriptor in (stdin, folder):
            if descriptor is not None:
                os.close(descriptor)


def _anonymous_file(content: bytes) -> int:
    """A file without a name, in memory: readable by the program through its descriptor and by nobody else."""
    descriptor = os.memfd_create("hcc", os.MFD_CLOEXEC)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def run_to_end(launch: Launch, *, timeout: float = 120.0) -> str:
    """Run a program that ends by itself; its output. Raises StackError with the output when it fails."""
    reader, writer = os.pipe()
    try:
        process = spawn(launch, output=writer)
    finally:
        os.close(writer)
    timer = time.monotonic() + timeout
    with os.fdopen(reader, encoding="utf-8", errors="replace") as stream:
        text = stream.read()
    try:
        code = process.wait(max(0.1, timer - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    if code != 0:
        raise StackError(f"{launch.name}: {launch.argv[0]} ended with code {code}:\n{text.strip()}")
    return text


def children_of(pid: int) -> set[int]:
    """Direct children of a process, over all its threads; empty when it is gone."""
    found: set[int] = set()
    try:
        threads = [path.name for path in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return found
    for thread in threads:
        try:
            found.update(map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text(encoding="ascii").split()))
        except OSError:
            continue
    return found


def descendants_of(pid: int) -> set[int]:
    """All processes below a process, at this moment."""
    found: set[int] = set()
    todo = [pid]
    while todo:
        fresh = children_of(todo.pop()) - found
        found |= fresh
        todo += fresh
    return found


def signal_quietly(pid: int, number: int) -> None:
    """Send a signal; a process that is gone already is what was wanted."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def stop_process(process: subprocess.Popen[bytes], number: int, *, patience: float) -> None:
    """End a program started by `spawn`, kindly for `patience` seconds, and whatever it started, in any case."""
    below = descendants_of(process.pid)
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            below |= descendants_of(process.pid)
            process.kill()
            process.wait()
    for pid in below:
        signal_quietly(pid, signal.SIGKILL)
