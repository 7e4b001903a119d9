"""Keeps programs alive: starts them, hears when they end, clears away what they leave, starts them again, stops them in order.

A program may leave grandchildren behind when it is killed (PostgreSQL's sessions, a server's workers). The supervisor is
their subreaper, so they become its children the moment their parent dies; whatever child it did not start is such an orphan
and is killed before the program starts again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from control.stack.backoff import Backoff
from control.stack.launch import Launch, StackError, adopt_orphans, children_of, signal_quietly, spawn
from control.stack.output import Console, Tap

_PROBE_EVERY = 0.03
_HURRY = 0.5
"""Seconds that a program has to end once the user asked a second time."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A program to keep alive."""

    name: str
    launch: Callable[[], Launch]
    ready: Callable[[], Awaitable[bool]]
    prepare: Callable[[], object] = lambda: None
    """Called in the supervisor's process before each start, to clear what a crash left."""
    patience: float = 10.0
    """Seconds to end in order before it is killed."""


class _Running:
    """The state of one service."""

    def __init__(self, service: Service, tap: Tap) -> None:
        self.service = service
        self.tap = tap
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.starts = 0


class Supervisor:
    """Runs services until they are stopped. Belongs to one event loop, in the main thread."""

    def __init__(self, logs: Path, console: Console) -> None:
        self._logs = logs
        self._console = console
        self._running: dict[str, _Running] = {}
        self._hurry = asyncio.Event()
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        adopt_orphans()

    def say(self, text: str) -> None:
        self._console.line("hcc", text)

    def pid(self, name: str) -> int | None:
        """The process of a service, when it runs."""
        state = self._running.get(name)
        return state.process.pid if state and state.process else None

    def start(self, service: Service) -> None:
        """Begin to keep it alive; `wait_ready` says when it serves."""
        state = _Running(service, Tap(service.name, self._logs / f"{service.name}.log", self._console))
        self._running[service.name] = state
        state.task = asyncio.create_task(self._keep(state), name=service.name)

    async def wait_ready(self, names: Sequence[str], patience: float) -> None:
        """Wait until all serve. Raises StackError naming those that do not within `patience` seconds."""
        deadline = time.monotonic() + patience
        told = time.monotonic() + 8.0
        while late := [name for name in names if not self._running[name].ready.is_set()]:
            for name in names:
                task = self._running[name].task
                if task is not None and task.done():
                    task.result()
            if time.monotonic() > deadline:
                where = ", ".join(str(self._logs / f"{name}.log") for name in late)
                raise StackError(f"{', '.join(late)} not ready after {patience:.0f} s; see {where}")
            if time.monotonic() > told:
                told += 8.0
                self.say(f"waiting for {', '.join(late)} …")
            await asyncio.sleep(0.02)

    async def _keep(self, state: _Running) -> None:
        service = state.service
        backoff = Backoff()
        while not state.stopping.is_set():
            began = time.monotonic()
            process = self._spawn(state)
            state.starts += 1
            probe = asyncio.create_task(self._probe(state, process, began))
            code = await _ended(process)
            state.process = None
            state.ready.clear()
            probe.cancel()
            self._kill_orphans()
            if state.stopping.is_set():
                return
            pause = backoff.after(time.monotonic() - began)
            self.say(f"{service.name} ended {_how(code)}, starting again in {pause:.1f} s")
            try:
                await asyncio.wait_for(state.stopping.wait(), pause)
            except TimeoutError:
                continue

    def _spawn(self, state: _Running) -> subprocess.Popen[bytes]:
        state.service.prepare()
        reader, writer = os.pipe()
        try:
            state.process = process = spawn(state.service.launch(), output=writer)
        except StackError:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        state.tap.attach(reader)
        return process

    async def _probe(self, state: _Running, process: subprocess.Popen[bytes], began: float) -> None:
        while process is state.process:
            if await state.service.ready():
                state.ready.set()
                if state.starts > 1:
                    self.say(f"{state.service.name} is back after {time.monotonic() - began:.1f} s")
                return
            await asyncio.sleep(_PROBE_EVERY)

    def _kill_orphans(self) -> None:
        ours = {state.process.pid for state in self._running.values() if state.process}
        while orphans := children_of(os.getpid()) - ours:
            for pid in orphans:
                signal_quietly(pid, signal.SIGKILL)
                try:
                    os.waitpid(pid, 0)
                except ChildProcessError:
                    continue

    def hurry(self) -> None:
        """From now on wait for nobody: what runs still is killed soon."""
        self._hurry.set()

    async def stop(self, *groups: Sequence[str]) -> None:
        """Stop in order, group after group; the members of a group at one time. Unknown names are skipped."""
        for group in groups:
            await asyncio.gather(*(self._stop(self._running[name]) for name in group if name in self._running))
        self._kill_orphans()

    async def _stop(self, state: _Running) -> None:
        state.stopping.set()
        process, task = state.process, state.task
        if process is not None:
            process.send_signal(state.service.launch().stop_signal)
            if not await self._ends(state, process):
                self.say(f"{state.service.name} did not end in time and is killed")
                signal_quietly(process.pid, signal.SIGKILL)
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)
        del self._running[state.service.name]

    async def _ends(self, state: _Running, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + state.service.patience
        hurried = False
        while state.process is process:
            if self._hurry.is_set() and not hurried:
                hurried = True
                deadline = min(deadline, time.monotonic() + _HURRY)
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.01)
        return True


async def _ended(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process without a thread; its code, negative for a signal."""
    loop = asyncio.get_running_loop()
    descriptor = os.pidfd_open(process.pid)
    done = asyncio.Event()
    loop.add_reader(descriptor, done.set)
    try:
        await done.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return process.wait()


def _how(code: int) -> str:
    return f"by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"with code {code}"
