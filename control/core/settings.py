"""Every setting of the platform in one typed place, read from the environment.

A secret `NAME` may also come from the file named by `NAME_FILE`, or from systemd's credentials folder
(`LoadCredential=NAME:…`), so that it need not stand in the environment.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

Seconds = Annotated[int, Meta(ge=1)]


class Setting(msgspec.Struct, frozen=True):
    """How one field is read: its environment name, what it is for, and whether it is shown."""

    name: str
    why: str
    secret: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a process. Times are in seconds, sizes in the unit of their name."""

    env: Annotated[str, Meta(pattern="^(dev|production|test)$")] = "production"
    database_url: str = ""
    worker_database_url: str = ""
    gateway_database_url: str = ""
    ingest_database_url: str = ""
    owner_database_url: str = ""
    gateway_metrics_token: str = ""
    db_pool_min: Annotated[int, Meta(ge=0, le=1000)] = 5
    db_pool_max: Annotated[int, Meta(ge=1, le=1000)] = 20
    db_max_lifetime: Seconds = 1800
    db_max_idle: Seconds = 600
    db_connect_timeout: Seconds = 10
    db_acquire_timeout: Seconds = 30
    redis_url: str = ""
    control_listen: str = "127.0.0.1:8003"
    control_workers: Annotated[int, Meta(ge=1, le=256)] = 1
    worker_listen: str = "127.0.0.1:8009"
    public_url: str = "http://localhost:8000"
    panel_origins: str = ""
    trusted_proxies: str = "127.0.0.1/32,::1/128"
    encryption_keys: str = ""
    certificate_keys: str = ""
    jwt_issuer: str = "hcc"
    jwt_audience: str = "hcc"
    jwt_access_ttl: Seconds = 900
    jwt_refresh_ttl: Seconds = 604_800
    smtp_url: str = "smtp://127.0.0.1:25"
    mail_from: str = "hcc <no-reply@localhost>"
    mail_bounce_domain: str = ""
    webhook_allow_private: bool = False
    worker_location: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,63}$")] = "default"
    check_allow_private: Annotated[str, Meta(pattern="^(none|platform|all)$")] = "none"
    ingest_url: str = ""
    vies_url: str = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    exchange_rates_url: str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
    stripe_api_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api_base: str = ""
    log_format: Annotated[str, Meta(pattern="^(json|console)$")] = "json"
    log_level: Annotated[str, Meta(pattern="^(DEBUG|INFO|WARNING|ERROR)$")] = "INFO"
    otel_endpoint: str = ""
    argon2_memory_kib: Annotated[int, Meta(ge=8192)] = 47_104
    password_workers: Annotated[int, Meta(ge=1, le=64)] = 2
    memory_limit_mib: Annotated[int, Meta(ge=64)] = 1024


ENVIRONMENT: dict[str, Setting] = {
    "env": Setting("HCC_ENV", "dev, test or production; production refuses weak settings"),
    "database_url": Setting("DATABASE_URL", "PostgreSQL as role hcc_app", secret=True),
    "worker_database_url": Setting("HCC_WORKER_DATABASE_URL", "PostgreSQL as role hcc_worker", secret=True),
    "gateway_database_url": Setting("HCC_GATEWAY_DATABASE_URL", "PostgreSQL as role hcc_gateway", secret=True),
    "ingest_database_url": Setting("HCC_INGEST_DATABASE_URL", "PostgreSQL as role hcc_ingest", secret=True),
    "owner_database_url": Setting("HCC_OWNER_DATABASE_URL", "PostgreSQL as role hcc_owner; migrations only", secret=True),
    "gateway_metrics_token": Setting(
        "HCC_GATEWAY_METRICS_TOKEN",
        "with what gateways push to HCC_GATEWAY_METRICS_URL: `hcc ingest-token create --for-others`",
        secret=True,
    ),
    "db_pool_min": Setting("HCC_DB_POOL_MIN", "connections kept warm"),
    "db_pool_max": Setting("HCC_DB_POOL_MAX", "connections at most"),
    "db_max_lifetime": Setting("HCC_DB_MAX_LIFETIME", "seconds after which a connection is replaced"),
    "db_max_idle": Setting("HCC_DB_MAX_IDLE", "seconds after which an idle connection is closed"),
    "db_connect_timeout": Setting("HCC_DB_CONNECT_TIMEOUT", "seconds for a new connection"),
    "db_acquire_timeout": Setting("HCC_DB_ACQUIRE_TIMEOUT", "seconds that a request waits for a connection"),
    "redis_url": Setting("REDIS_URL", "Redis or Valkey; without it caches are off", secret=True),
    "control_listen": Setting("HCC_CONTROL_LISTEN_ADDR", "address of the API and the panels, host:port"),
    "control_workers": Setting("HCC_CONTROL_WORKERS", "processes that serve the API"),
    "worker_listen": Setting("HCC_WORKER_LISTEN_ADDR", "address of the worker's health and metrics, host:port"),
    "public_url": Setting("HCC_PUBLIC_URL", "how users reach the platform; used in mail"),
    "panel_origins": Setting(
        "HCC_PANEL_ORIGINS", "where browsers open the panel, comma separated; passkeys work there. Empty is HCC_PUBLIC_URL"
    ),
    "trusted_proxies": Setting("HCC_CONTROL_TRUSTED_PROXIES", "networks whose X-Forwarded-For is believed (the gateways)"),
    "encryption_keys": Setting(
        "HCC_ENCRYPTION_KEYS", "id:base64 of 32 bytes, comma separated, the first one encrypts", secret=True
    ),
    "certificate_keys": Setting(
        "HCC_CERTIFICATE_KEYS", "as HCC_ENCRYPTION_KEYS, for private keys of certificates; gateways need these alone", secret=True
    ),
    "jwt_issuer": Setting("HCC_JWT_ISSUER", "iss of our tokens"),
    "jwt_audience": Setting("HCC_JWT_AUDIENCE", "aud of our tokens"),
    "jwt_access_ttl": Setting("HCC_JWT_ACCESS_TTL", "seconds that an access token is good"),
    "jwt_refresh_ttl": Setting("HCC_JWT_REFRESH_TTL", "seconds that a refresh token is good"),
    "smtp_url": Setting("HCC_SMTP_URL", "outgoing mail, smtp[s]://user:password@host:port", secret=True),
    "mail_from": Setting("HCC_MAIL_FROM", "From of the platform's mail"),
    "mail_bounce_domain": Setting("HCC_MAIL_BOUNCE_DOMAIN", "domain of the envelope sender, so that bounces find their mail"),
    "webhook_allow_private": Setting("HCC_WEBHOOK_ALLOW_PRIVATE", "let webhooks reach private addresses (dev only)"),
    "worker_location": Setting("HCC_WORKER_LOCATION", "from where a worker makes checks: a short name of the place"),
    "check_allow_private": Setting(
        "HCC_CHECK_ALLOW_PRIVATE", "whose checks reach private addresses: none, platform or all (dev only)"
    ),
    "ingest_url": Setting("HCC_INGEST_URL", "where workers push results of checks as metrics; empty is nowhere"),
    "vies_url": Setting("HCC_VIES_URL", "REST interface of VIES, which is asked for VAT ids; empty asks nobody"),
    "exchange_rates_url": Setting(
        "HCC_EXCHANGE_RATES_URL", "reference rates of the European Central Bank, fetched every working day; empty fetches none"
    ),
    "stripe_api_key": Setting("STRIPE_API_KEY", "with what the platform itself charges cards", secret=True),
    "stripe_webhook_secret": Setting("STRIPE_WEBHOOK_SECRET", "signs Stripe's events to the platform itself", secret=True),
    "stripe_api_base": Setting(
        "HCC_STRIPE_API_BASE", "another address than Stripe's own, such as the simulator's (not production)"
    ),
    "log_format": Setting("HCC_LOG_FORMAT", "json or console"),
    "log_level": Setting("HCC_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR"),
    "otel_endpoint": Setting("HCC_OTEL_ENDPOINT", "OTLP/HTTP collector for traces; empty is off"),
    "argon2_memory_kib": Setting("HCC_ARGON2_MEMORY_KIB", "memory of one password hash"),
    "password_workers": Setting("HCC_PASSWORD_WORKERS", "password hashes at one time"),
    "memory_limit_mib": Setting("HCC_MEMORY_LIMIT_MIB", "resident memory above which /health says degraded"),
}


class SettingsError(Exception):
    """One or more settings cannot be used; `problems` names each with what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_secret_or_value(setting: Setting, environ: Mapping[str, str]) -> str | None:
    """The text of one setting, from the environment, its _FILE, or systemd's credentials; None when absent."""
    if setting.name in environ:
        return environ[setting.name]
    if not setting.secret:
        return None
    if path := environ.get(f"{setting.name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / setting.name
        if credential.is_file():
            return credential.read_text(encoding="utf-8").strip()
    return None


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings. Raises SettingsError naming each variable that is wrong."""
    environ = os.environ if environ is None else environ
    hints = get_type_hints(Settings, include_extras=True)
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field, setting in ENVIRONMENT.items():
        try:
            text = read_secret_or_value(setting, environ)
            if text is None or text == "":
                continue
            values[field] = msgspec.convert(text, hints[field], strict=False)
        except OSError as error:
            problems.append(f"{setting.name}_FILE: {error.strerror}: {error.filename}")
        except msgspec.ValidationError as error:
            problems.append(f"{setting.name}: {error} ({setting.why})")
    if not values.get("encryption_keys") and environ.get("HCC_ENCRYPTION_KEY"):
        values["encryption_keys"] = "k1:" + environ["HCC_ENCRYPTION_KEY"]
    if problems:
        raise SettingsError(problems)
    settings = Settings(**values)
    if settings.db_pool_min > settings.db_pool_max:
        raise SettingsError(["HCC_DB_POOL_MIN is above HCC_DB_POOL_MAX"])
    return settings


def check(settings: Settings) -> list[str]:
    """What a process would miss with these settings, in words; empty when all is well."""
    missing = [
        f"{ENVIRONMENT[field].name} is not set: {ENVIRONMENT[field].why}"
        for field in ("database_url", "encryption_keys")
        if not getattr(settings, field)
    ]
    from control.core import origins
    from control.core.crypto import Keyring, KeyringError

    missing += origins.problems(settings)

    for field in ("encryption_keys", "certificate_keys"):
        if keys := getattr(settings, field):
            try:
                Keyring.parse(keys)
            except KeyringError as error:
                missing.append(f"{ENVIRONMENT[field].name}: {error}")
    if settings.env == "production":
        if settings.webhook_allow_private:
            missing.append("HCC_WEBHOOK_ALLOW_PRIVATE must be off in production: customers could reach inner services")
        if settings.check_allow_private == "all":
            missing.append("HCC_CHECK_ALLOW_PRIVATE must not be all in production: customers could reach inner services")
        if settings.stripe_api_base:
            missing.append("HCC_STRIPE_API_BASE must be empty in production: payments would not be real")
        if not settings.public_url.startswith("https://"):
            missing.append("HCC_PUBLIC_URL must start with https:// in production")
    return missing


def command(args: argparse.Namespace) -> int:
    """`hcc config show|check`: what is in force, with secrets hidden, and what is wrong."""
    settings: Settings | None = None
    try:
        settings = load()
    except SettingsError as error:
        problems = error.problems
    else:
        problems = check(settings)
    if args.action == "show":
        if settings is None:
            print("\n".join(problems), file=sys.stderr)
            return 1
        rows = [
            {
                "name": setting.name,
                "value": ("(set)" if getattr(settings, field) else "(not set)") if setting.secret else getattr(settings, field),
                "why": setting.why,
            }
            for field, setting in ENVIRONMENT.items()
        ]
        if args.json:
            print(msgspec.json.encode(rows).decode())
        else:
            for row in rows:
                print(f"{row['name']}={row['value']}    # {row['why']}")
        return 0
    if args.json:
        print(msgspec.json.encode({"ok": not problems, "problems": problems}).decode())
    else:
        print("\n".join(problems) if problems else "All settings are good.")
    return 1 if problems else 0
