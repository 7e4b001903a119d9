"""The real processes on private data, without the supervisor, so that a test may take parts of it away."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec

from control import demo
from control.core import migrate
from control.core.settings import load
from control.stack import ports, secrets, services
from control.stack.launch import Launch, spawn, stop_process
from control.stack.postgres import THROWAWAY, PrivatePostgres
from control.stack.redis import PrivateRedis

PATIENCE = 30.0


def until(question: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
    """Wait until it holds; AssertionError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)


def answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, timeout=2).status_code < 500
    return False


class Process:
    """One of our programs, its output in a file."""

    def __init__(self, launch: Launch, log: Path) -> None:
        self.launch = launch
        self.log = log
        self.running: subprocess.Popen[bytes] | None = None

    def start(self, ready: str) -> None:
        with self.log.open("ab") as output:
            self.running = spawn(self.launch, output=output.fileno())
        until(lambda: answers(ready) or self.running is None or self.running.poll() is not None, f"{self.launch.name} ready")
        assert self.running.poll() is None, self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            stop_process(self.running, self.launch.stop_signal, patience=15)
        self.running = None


class Platform(msgspec.Struct):
    """A running platform; `site` speaks to the gateway's public port."""

    stack: services.Stack
    processes: dict[str, Process]
    people: dict[str, Any]

    @property
    def url(self) -> str:
        return self.stack.gateway_url

    @property
    def ops(self) -> str:
        return f"http://{ports.HOST}:{self.stack.ports.ops}"

    def log_in(self, who: str) -> str:
        """An access token, by way of the gateway."""
        answers: list[httpx.Response] = []

        def done() -> bool:
            answers.append(httpx.post(f"{self.url}/v1/auth/login", json=self.people[who], timeout=10))
            return answers[-1].status_code != 429

        until(done, "logged in", 10)
        answer = answers[-1]
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["data"]["access_token"]
        return token


@contextmanager
def running_platform(folder: Path) -> Iterator[Platform]:
    """PostgreSQL, Redis, control, gateway and the demo's origin."""
    base = next(b for b in range(31_000, 39_000, 50) if not any(ports.taken(b + n) for n in range(11)))
    at = ports.from_base(base)
    secret = secrets.load(folder / "secrets")
    stack = services.Stack(
        run_dir=folder,
        ports=at,
        secrets=secret,
        postgres=PrivatePostgres(folder / "postgres", at.postgres, password=secret.postgres, settings=THROWAWAY),
        redis=PrivateRedis(folder / "redis", at.redis, secret.redis),
    )
    processes: dict[str, Process] = {}
    stack.postgres.start()
    try:
        stack.redis.prepare()
        stack.redis.start()
        migrate.bootstrap(stack.postgres.superuser_dsn, secret.roles, services.DATABASE)
        migrate.migrate(stack.dsn("hcc_owner"))
        seeding = demo.seed(
            load(stack.seed_environment()),
            gateway_url=stack.gateway_url,
            control_addr=f"{ports.HOST}:{at.control}",
            origin_addr=f"{ports.HOST}:{at.origin}",
            secrets=secret.demo,
        )
        people = asyncio.run(seeding)
        ready = {"control": f"{at.control}/livez", "origin": f"{at.origin}/", "gateway": f"{at.ops}/readyz"}
        for service in services.platform(stack):
            if service.name in ready:
                process = processes[service.name] = Process(service.launch(), folder / f"{service.name}.log")
                process.start(f"http://{ports.HOST}:{ready[service.name]}")
        yield Platform(stack, processes, people)
    finally:
        for process in reversed(list(processes.values())):
            process.stop()
        stack.redis.stop()
        stack.postgres.stop()
