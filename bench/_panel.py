"""The platform on private ports with the large data set: PostgreSQL, Redis, control, gateway and the sample origin."""

from __future__ import annotations

import asyncio
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg

from control import demo
from control.core import migrate
from control.core.settings import Settings, load
from control.demo_data import filling
from control.demo_data.operating.making import Size
from control.stack import ports, secrets, services
from control.stack.launch import Launch, spawn, stop_process
from control.stack.postgres import SMALL, PrivatePostgres
from control.stack.redis import PrivateRedis

# As `hcc up` has it, with as much memory as a server of this size gets.
POSTGRES = {**SMALL, "shared_buffers": "512MB", "max_wal_size": "4GB", "effective_cache_size": "2GB", "random_page_cost": "1.1"}
RESELLER = "reseller@nordwind.demo.example"
_PATIENCE = 60


class Place:
    """All of it, filled. `people` have an address and a password each."""

    def __init__(self, stack: ExitStack, folder: Path, share: float) -> None:
        folder.chmod(0o755)
        base = next(b for b in range(41_000, 49_000, 50) if not any(ports.taken(b + n) for n in range(11)))
        at = ports.from_base(base)
        secret = secrets.load(folder / "secrets")
        self.stack = services.Stack(
            run_dir=folder,
            ports=at,
            secrets=secret,
            postgres=PrivatePostgres(folder / "postgres", at.postgres, password=secret.postgres, settings=POSTGRES),
            redis=PrivateRedis(folder / "redis", at.redis, secret.redis),
        )
        self.stack.postgres.start()
        stack.callback(self.stack.postgres.stop)
        self.stack.redis.prepare()
        self.stack.redis.start()
        stack.callback(self.stack.redis.stop)
        migrate.bootstrap(self.stack.postgres.superuser_dsn, secret.roles, services.DATABASE)
        migrate.migrate(self.stack.dsn("hcc_owner"))
        self.settings: Settings = load(self.stack.seed_environment())
        origin = f"{ports.HOST}:{at.origin}"
        self.people: dict[str, Any] = asyncio.run(
            demo.seed(
                self.settings,
                gateway_url=self.stack.gateway_url,
                control_addr=f"{ports.HOST}:{at.control}",
                origin_addr=origin,
                secrets=secret.demo,
            )
        )
        asyncio.run(demo.trade(self.settings, origin))
        self.people["reseller"] = {"email": RESELLER, "password": self.people["customer"]["password"]}
        self.filled_s = self._fill(origin, share)
        ready = {"control": f"{at.control}/livez", "origin": f"{at.origin}/", "gateway": f"{at.ops}/readyz"}
        for service in services.platform(self.stack):
            if service.name in ready:
                self._start(stack, service.launch(), f"http://{ports.HOST}:{ready[service.name]}")
        self.control = f"http://{ports.HOST}:{at.control}"
        self.gateway = self.stack.gateway_url.replace(ports.HOST, "localhost")

    def _fill(self, origin: str, share: float) -> float:
        owner = self.stack.dsn("hcc_owner")
        with psycopg.connect(owner) as connection:
            found = dict(connection.execute("SELECT slug, id FROM hcc.organizations").fetchall())
        large = filling.Large(
            customers=round(10_000 * share),
            invoices=round(200_000 * share),
            subscriptions=round(5_000 * share),
            operating=Size(security_events=round(50_000 * share), audit=round(100_000 * share)),
        )
        began = time.monotonic()
        filling.fill(
            owner, platform=found["platform"], reseller=found["nordwind"], more=[found["shop"]], origin=origin, large=large
        )
        return time.monotonic() - began

    def _start(self, stack: ExitStack, launch: Launch, ready: str) -> None:
        log = (self.stack.run_dir / f"{launch.name}.log").open("wb")
        stack.callback(log.close)
        process: subprocess.Popen[bytes] = spawn(launch, output=log.fileno())
        stack.callback(stop_process, process, launch.stop_signal, patience=15)
        deadline = time.monotonic() + _PATIENCE
        while not _answers(ready):
            assert process.poll() is None, Path(log.name).read_text(errors="replace")[-4000:]
            assert time.monotonic() < deadline, f"{launch.name} is not ready"
            time.sleep(0.05)

    def sizes(self) -> dict[str, int]:
        """How much there is."""
        with psycopg.connect(self.stack.dsn("hcc_owner")) as connection:
            return {
                name: connection.execute(f"SELECT count(*) FROM hcc.{name}").fetchone()[0]  # type: ignore[index]  # it has a row
                for name in ("organizations", "customers", "invoices", "ledger_lines", "security_events", "audit_log")
            }


def _answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, timeout=2).status_code < 500
    return False
