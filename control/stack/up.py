"""`hcc up`: bring everything up in order, say where it is, keep it up, take it down in order."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from control import demo
from control.core import migrate
from control.core.settings import load as load_settings
from control.stack import ports, secrets, services
from control.stack.launch import StackError
from control.stack.output import Console
from control.stack.postgres import SMALL, PrivatePostgres
from control.stack.redis import PrivateRedis
from control.stack.supervisor import Supervisor

_STORAGE_PATIENCE = 60.0
_PLATFORM_PATIENCE = 90.0
_STOP_ORDER = (
    ("gateway",),
    ("worker", "control", "ingest", "origin", "mail", "cards"),
    ("ingest-writer",),
    ("redis", "postgres"),
)


def command(args: argparse.Namespace) -> int:
    """Exit code 0 after a stop that was asked for, 1 when the stack could not start."""
    del args
    run_dir = Path(os.environ.get("HCC_RUN_DIR") or ".run").absolute()
    base = os.environ.get("HCC_PORT_BASE") or "8000"
    if not base.isdecimal():
        raise StackError(f"HCC_PORT_BASE is {base!r}; it must be a number such as 8000")
    run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(run_dir):
        return asyncio.run(_Up(run_dir, ports.from_base(int(base))).run())


@contextmanager
def _only_one(run_dir: Path) -> Iterator[None]:
    with (run_dir / "lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = lock.read().strip()
            pid = f" (pid {who})" if who else ""
            raise StackError(
                f"{run_dir} is in use by another `hcc up`{pid}; stop that one, or set HCC_RUN_DIR and HCC_PORT_BASE"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


class _Up:
    def __init__(self, run_dir: Path, stack_ports: ports.Ports) -> None:
        self._run_dir = run_dir
        self._ports = stack_ports
        self._console = Console()
        self._stop = asyncio.Event()
        self._stack_file = run_dir / "stack.json"

    async def run(self) -> int:
        supervisor = Supervisor(self._run_dir / "logs", self._console)
        self._listen_to_signals(supervisor)
        starting = asyncio.create_task(self._bring_up(supervisor))
        asked = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait([starting, asked], return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await asked
            else:
                starting.cancel()
                await asyncio.gather(starting, return_exceptions=True)
        finally:
            asked.cancel()
            supervisor.say("stopping …")
            await supervisor.stop(*_STOP_ORDER)
            self._stack_file.unlink(missing_ok=True)
        supervisor.say("all stopped")
        return 0

    def _listen_to_signals(self, supervisor: Supervisor) -> None:
        def asked() -> None:
            if self._stop.is_set():
                supervisor.hurry()
            self._stop.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, asked)

    async def _bring_up(self, supervisor: Supervisor) -> None:
        began = time.monotonic()
        secret = secrets.load(self._run_dir / "secrets")
        stack = services.Stack(
            run_dir=self._run_dir,
            ports=self._ports,
            secrets=secret,
            postgres=PrivatePostgres(self._run_dir / "postgres", self._ports.postgres, password=secret.postgres, settings=SMALL),
            redis=PrivateRedis(self._run_dir / "redis", self._ports.redis, secret.redis),
        )
        await self._wait_for_ports()
        if not (self._run_dir / "postgres" / "PG_VERSION").exists():
            supervisor.say("making a PostgreSQL cluster …")
        for service in services.storage(stack):
            supervisor.start(service)
        await supervisor.wait_ready(["postgres", "redis"], _STORAGE_PATIENCE)
        supervisor.say(f"PostgreSQL and Redis are up ({time.monotonic() - began:.1f} s)")
        await asyncio.to_thread(_migrate, stack, supervisor.say)
        names = []
        for service in services.platform(stack):
            supervisor.start(service)
            names.append(service.name)
        seeded = await asyncio.to_thread(_seed, stack)
        is_new = seeded.pop("is_new")
        supervisor.start(services.cards(stack, UUID(seeded["platform_id"])))
        names.append("cards")
        await supervisor.wait_ready(names, _PLATFORM_PATIENCE)
        found = _describe(stack, seeded)
        secrets.write_private(self._stack_file, msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
        self._greet(stack, found, time.monotonic() - began)
        if is_new:
            await asyncio.to_thread(demo.visit, stack.gateway_url)

    async def _wait_for_ports(self) -> None:
        """Ports must be free; after an end that was not orderly, the last of the old processes get a moment."""
        deadline = time.monotonic() + (10.0 if self._stack_file.exists() else 0.0)
        self._stack_file.unlink(missing_ok=True)
        while True:
            try:
                ports.check_free(self._ports)
            except StackError:
                if time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(0.1)
            else:
                return

    def _greet(self, stack: services.Stack, found: dict[str, Any], took: float) -> None:
        say = self._console.plain
        url = found.get("gateway") or found["control"]
        say(f"ready: {url} (after {took:.1f} s)")
        # A name, which passkeys need; browsers trust it as they trust TLS.
        say(f"  panel            {url.replace(ports.HOST, 'localhost')}/")
        say(f"  API and its docs {url}/docs")
        if "admin" in found:
            say(f"  log in as        {found['admin']['email']} (password: admin.password in {self._stack_file})")
        if "demo_site_host" in found and "gateway" in found:
            say(f"  demo site        curl -H 'Host: {found['demo_site_host']}' {url}/")
            port = stack.ports.gateway_tls
            host = found["demo_site_host"]
            say(f"  the same by TLS  curl -k --resolve {host}:{port}:{ports.HOST} https://{host}:{port}/")
        if "ingest_token" in found:
            # The token is a secret, and what is said here is kept in logs.
            say(f"  push metrics     curl --data-binary 'load,host=a value=0.5' '{found['ingest']}/write' \\")
            say(f"                     -H 'Authorization: Bearer TOKEN' (ingest_token in {self._stack_file})")
        say(f"  cards            a simulator of the processor, {found['cards']} (docs/billing/payments.md)")
        say(f"  mail is kept in  {stack.run_dir / 'mail'}")
        say(f"  logs             {stack.run_dir / 'logs'}")
        say("Ctrl-C stops everything.")


def _migrate(stack: services.Stack, say: Any) -> None:
    """Roles, schema, migrations; a look is enough when all is current. Raises StackError when data and secrets differ."""
    owner = stack.dsn("hcc_owner")
    try:
        with psycopg.connect(owner) as connection:
            current = not migrate.pending(connection, migrate.read_migrations())
    except psycopg.Error:
        current = False
    if current:
        return
    try:
        migrate.bootstrap(stack.postgres.superuser_dsn, stack.secrets.roles, database=services.DATABASE)
    except psycopg.OperationalError as error:
        raise StackError(f"{stack.run_dir}: data and secrets do not fit ({error}); remove the folder to start anew") from error
    migrate.migrate(owner, say)


def _seed(stack: services.Stack) -> dict[str, Any]:
    settings = load_settings(stack.seed_environment())
    seeding = demo.seed(
        settings,
        gateway_url=stack.gateway_url,
        control_addr=f"{ports.HOST}:{stack.ports.control}",
        origin_addr=f"{ports.HOST}:{stack.ports.origin}",
        ingest_addr=f"{ports.HOST}:{stack.ports.ingest}",
        secrets=stack.secrets.demo,
    )
    found: dict[str, Any] = asyncio.run(seeding)
    found["is_new"] = asyncio.run(demo.trade(settings, f"{ports.HOST}:{stack.ports.origin}"))
    return found


def _describe(stack: services.Stack, seeded: dict[str, Any]) -> dict[str, Any]:
    at = stack.ports
    urls = {
        "gateway": at.gateway,
        "ops": at.ops,
        "control": at.control,
        "worker": at.worker,
        "ingest": at.ingest,
        "origin": at.origin,
        "cards": at.cards,
    }
    return {
        **{name: f"http://{ports.HOST}:{port}" for name, port in urls.items()},
        "gateway_tls": f"https://{ports.HOST}:{at.gateway_tls}",
        **seeded,
        "pg_dsn": stack.postgres.superuser_dsn,
        "redis_url": stack.redis.url,
        "mail": str(stack.run_dir / "mail"),
    }


if __name__ == "__main__":
    sys.exit(command(argparse.Namespace()))
