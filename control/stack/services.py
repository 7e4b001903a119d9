"""The programs of a stack, and what each may know: every one gets the few settings it needs and no more."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from uuid import UUID

import msgspec

from control.stack import probes, stripe_simulator
from control.stack.launch import Launch, plain_environment
from control.stack.ports import HOST, Ports
from control.stack.postgres import PrivatePostgres
from control.stack.redis import PrivateRedis
from control.stack.secrets import StackSecrets
from control.stack.supervisor import Service

DATABASE = "hcc"
_DRAIN_PATIENCE = 15.0
"""Seconds to end in order: gateway, control and worker give their requests and jobs ten of them."""
_PASSED_ON = (
    "HCC_LOG_LEVEL",
    "HCC_OTEL_ENDPOINT",
    "HCC_GATEWAY_THREADS",
    "HCC_GATEWAY_ACCESS_LOG",
    "HCC_CONTROL_WORKERS",
    "HCC_ARGON2_MEMORY_KIB",
)


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything of one stack is."""

    run_dir: Path
    ports: Ports
    secrets: StackSecrets
    postgres: PrivatePostgres
    redis: PrivateRedis

    @property
    def gateway_url(self) -> str:
        return f"http://{HOST}:{self.ports.gateway}"

    @property
    def panel_url(self) -> str:
        """As browsers know it: passkeys need a name, and who comes back from a payment's page must come back to the same."""
        return f"http://localhost:{self.ports.gateway}"

    @property
    def panel_origins(self) -> str:
        """By a name, which passkeys need; browsers trust it as they trust TLS."""
        return f"http://localhost:{self.ports.gateway},https://localhost:{self.ports.gateway_tls}"

    @property
    def cards_url(self) -> str:
        return f"http://{HOST}:{self.ports.cards}"

    def dsn(self, role: str) -> str:
        return self.postgres.dsn(role, self.secrets.roles[role], DATABASE)

    def common(self) -> dict[str, str]:
        """What every process of ours may know."""
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        return {**plain_environment(), "PYTHONUNBUFFERED": "1", "HCC_ENV": "dev", "HCC_LOG_FORMAT": "console", **passed}

    def control_environment(self) -> dict[str, str]:
        """Settings of the control plane's server."""
        return {
            **self.common(),
            "DATABASE_URL": self.dsn("hcc_app"),
            "REDIS_URL": self.redis.url,
            "HCC_ENCRYPTION_KEYS": self.secrets.encryption_keys,
            "HCC_CERTIFICATE_KEYS": self.secrets.certificate_keys,
            "HCC_CONTROL_LISTEN_ADDR": f"{HOST}:{self.ports.control}",
            "HCC_PUBLIC_URL": self.panel_url,
            "HCC_PANEL_ORIGINS": self.panel_origins,
            "HCC_SMTP_URL": f"smtp://{HOST}:{self.ports.mail}",
            "HCC_WEBHOOK_ALLOW_PRIVATE": "1",
            "HCC_STRIPE_API_BASE": self.cards_url,
            "STRIPE_API_KEY": stripe_simulator.KEY,
            "STRIPE_WEBHOOK_SECRET": self.secrets.card_events,
        }

    def worker_environment(self) -> dict[str, str]:
        """Settings of the job worker."""
        return {
            **self.control_environment(),
            "HCC_WORKER_DATABASE_URL": self.dsn("hcc_worker"),
            "HCC_WORKER_LISTEN_ADDR": f"{HOST}:{self.ports.worker}",
            "HCC_CHECK_ALLOW_PRIVATE": "all",
            "HCC_INGEST_URL": f"http://{HOST}:{self.ports.ingest}",
        }

    def gateway_environment(self) -> dict[str, str]:
        """Settings of the gateway: no encryption keys but those of certificates, no role but its own."""
        return {
            **self.common(),
            "API_LISTEN_ADDR": f"{HOST}:{self.ports.gateway},https://{HOST}:{self.ports.gateway_tls}",
            "HCC_GATEWAY_OPS_ADDR": f"{HOST}:{self.ports.ops}",
            "HCC_GATEWAY_DATABASE_URL": self.dsn("hcc_gateway"),
            "HCC_CERTIFICATE_KEYS": self.secrets.certificate_keys,
            "REDIS_URL": self.redis.url,
            "HCC_GATEWAY_METRICS_URL": f"http://{HOST}:{self.ports.ingest}",
            "HCC_GATEWAY_METRICS_TOKEN": self.secrets.demo["gateway_token"],
            "HCC_GATEWAY_STATE": str(self.run_dir / "gateway" / "snapshot.json"),
        }

    def ingest_environment(self) -> dict[str, str]:
        """Settings of the ingester and of the writer of its logs."""
        return {
            **self.common(),
            "HCC_INGEST_DATABASE_URL": self.dsn("hcc_ingest"),
            "HCC_INGEST_LISTEN_ADDR": f"{HOST}:{self.ports.ingest}",
            "HCC_INGEST_DATA": str(self.run_dir / "ingest" / "logs"),
            "HCC_INGEST_LOG_MIB": "2048",
        }

    def seed_environment(self) -> dict[str, str]:
        """Settings for laying the demo data, used in this process only."""
        return {**self.worker_environment(), "HCC_OWNER_DATABASE_URL": self.dsn("hcc_owner")}


def storage(stack: Stack) -> list[Service]:
    """PostgreSQL and Redis."""
    return [
        Service(
            name="postgres",
            launch=stack.postgres.launch,
            prepare=stack.postgres.prepare,
            ready=probes.called(stack.postgres.answers),
            patience=20.0,
        ),
        Service(name="redis", launch=stack.redis.launch, prepare=stack.redis.prepare, ready=probes.called(stack.redis.answers)),
    ]


def platform(stack: Stack) -> list[Service]:
    """The platform's own processes, the demo site and the mail sink."""
    ports = stack.ports
    mail = stack.run_dir / "mail"
    return [
        _python(stack, "gateway", "control.cli", ["gateway"], stack.gateway_environment(), probes.http(ports.ops, "/healthz")),
        _python(stack, "control", "control.cli", ["control"], stack.control_environment(), probes.http(ports.control, "/livez")),
        _python(stack, "worker", "control.cli", ["worker"], stack.worker_environment(), probes.tcp(ports.worker)),
        _python(stack, "ingest", "control.cli", ["ingest"], stack.ingest_environment(), probes.http(ports.ingest, "/readyz")),
        _python(
            stack,
            "ingest-writer",
            "control.cli",
            ["ingest-writer"],
            stack.ingest_environment(),
            probes.locked(stack.run_dir / "ingest" / "logs" / "writer.lock"),
        ),
        _python(
            stack,
            "origin",
            "control.stack.origin",
            [f"{HOST}:{ports.origin}"],
            plain_environment(),
            probes.http(ports.origin, "/"),
        ),
        _python(
            stack,
            "mail",
            "control.stack.mailsink",
            [f"{HOST}:{ports.mail}", "."],
            plain_environment(),
            probes.tcp(ports.mail),
            mail,
        ),
    ]


def cards(stack: Stack, seller_id: UUID) -> Service:
    """The card processor's stand-in, which sends its events to a seller."""
    return _python(
        stack,
        "cards",
        "control.stack.stripe_simulator",
        [
            "--port",
            str(stack.ports.cards),
            "--webhook",
            f"{stack.gateway_url}/v1/payments/webhooks/stripe/{seller_id}",
            "--state",
            "state.json",
        ],
        {**plain_environment(), stripe_simulator.SIGNED_WITH: stack.secrets.card_events},
        probes.tcp(stack.ports.cards),
    )


def _python(
    stack: Stack, name: str, module: str, args: list[str], env: dict[str, str], ready: probes.Probe, folder: Path | None = None
) -> Service:
    cwd = folder or stack.run_dir / name
    cwd.mkdir(parents=True, exist_ok=True, mode=0o700)
    argv = [sys.executable, "-m", module, *args]
    # Granian's main process has workers to end; the others have nobody, and losing them at once is safe.
    death = signal.SIGTERM if name in {"gateway", "control", "ingest"} else signal.SIGKILL
    launch = Launch(name=name, argv=argv, env=env, cwd=cwd, death_signal=death)
    return Service(name=name, launch=lambda: launch, ready=ready, patience=_DRAIN_PATIENCE)
