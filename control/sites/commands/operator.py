"""Who acts when somebody runs commands on the machine: the platform's superadmin, without a request.

The commands call the services of the API, so that the same checks, audit entries and events are theirs.
"""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from control.core import audit
from control.core.context import Context
from control.core.db import Access, Transaction
from control.core.permissions import Principal
from control.core.runtime import Runtime
from control.core.settings import Settings, SettingsError, load
from control.sites.bodies.upstream import Target, UpstreamTls
from control.sites.checks import hosts
from control.sites.checks.hosts import HostError
from control.sites.sites.models import Site

_ORGANIZATION = "SELECT id FROM hcc.organizations WHERE slug = %(slug)s AND deleted_at IS NULL"
_PLATFORM = "SELECT id FROM hcc.organizations WHERE kind = 'platform'"
_SITE = """
SELECT id, organization_id, name, hosts, is_active, https_redirect, hsts_s, maintenance, error_pages, revision, version,
       created_at, updated_at
  FROM hcc.gateway_sites WHERE hosts @> ARRAY[%(host)s::text] AND deleted_at IS NULL
"""
_WITH_JOBS = "SET LOCAL search_path = hcc, jobs"
_NOBODY = UUID(int=0)


class CommandError(Exception):
    """What was asked cannot be done; the message says why and what to do."""


class Operator(Context):
    """The context of a command, for one organisation."""

    def __init__(self, runtime: Runtime, platform: UUID, organization_id: UUID) -> None:
        self.runtime = runtime
        self._principal = Principal(
            user_id=_NOBODY,
            organization_id=organization_id,
            home_organization_id=platform,
            user_type="admin",
            roles=["superadmin"],
            permissions=["*"],
        )

    @property
    def principal(self) -> Principal:
        return self._principal

    @property
    def actor(self) -> audit.Actor:
        return audit.Actor(kind="system", organization_id=self._principal.home_organization_id)

    @asynccontextmanager
    async def transaction(self, access: Access | None = None) -> AsyncIterator[Transaction]:
        """As for a request; services queue jobs in it, where the role that owns the schema does not look by itself."""
        async with super().transaction(access) as tx:
            await tx.run(_WITH_JOBS)
            yield tx

    def if_match(self, version: int) -> None:
        """A command has read nothing before that could be out of date."""

    async def audit_read(self, tx: Transaction, subject_type: str, subject_id: object, *, organization_id: UUID) -> None:
        """Whoever runs the machine sees the database anyway."""

    def inside(self, organization_id: UUID) -> Operator:
        """The same for another organisation."""
        return Operator(self.runtime, self._principal.home_organization_id, organization_id)


@asynccontextmanager
async def operating(slug: str | None = None) -> AsyncIterator[Operator]:
    """Work for an organisation, or for the platform. Raises SettingsError, CommandError."""
    runtime = Runtime(_settings())
    await runtime.start()
    try:
        async with runtime.database.pool.connection() as connection:
            found = await (await connection.execute(_PLATFORM)).fetchone()
            if found is None:
                raise CommandError("There is no platform yet; `hcc admin create` makes it.")
            platform = organization_id = found[0]
            if slug is not None:
                found = await (await connection.execute(_ORGANIZATION, {"slug": slug})).fetchone()
                if found is None:
                    raise CommandError(f"There is no organisation {slug!r}.")
                organization_id = found[0]
        yield Operator(runtime, platform, organization_id)
    finally:
        await runtime.stop()


def _settings() -> Settings:
    settings = load()
    if not settings.owner_database_url:
        raise SettingsError(["HCC_OWNER_DATABASE_URL is not set: sites are changed here as role hcc_owner"])
    # Nothing that commands do is sealed with this keyring, nor does anybody reach them from outside: what `production` demands
    # of a server is not asked of an operator.
    unused = "unused:" + base64.b64encode(os.urandom(32)).decode()
    return msgspec.structs.replace(
        settings,
        env="dev",
        database_url=settings.owner_database_url,
        encryption_keys=settings.encryption_keys or unused,
        redis_url="",
        db_pool_min=0,
        db_pool_max=2,
        db_acquire_timeout=5,
    )


async def site_of(operator: Operator, text: str) -> tuple[Operator, Site]:
    """The site that answers to a host name, and the operator inside its organisation. Raises CommandError."""
    try:
        host = hosts.served(text, staff=True)
    except HostError as error:
        raise CommandError(f"{text!r} {error}") from None
    async with operator.transaction() as tx:
        found = await tx.maybe(Site, _SITE, host=host)
    if found is None:
        raise CommandError(f"No site answers to {host}; `hcc site list` shows all, `hcc site add` makes one.")
    return operator.inside(found.organization_id), found


def targets_of(texts: list[str]) -> tuple[list[Target], UpstreamTls | None]:
    """Targets from URLs, and TLS when they are https. Raises CommandError."""
    found: list[Target] = []
    schemes: set[str] = set()
    for text in texts:
        if text.startswith("unix:"):
            found.append(Target(text))
            schemes.add("http")
            continue
        parts = urlsplit(text if "://" in text else f"http://{text}")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
            raise CommandError(f"{text!r} is no target; write http://host:port, https://host:port or unix:/path.")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        try:
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        except ValueError:
            raise CommandError(f"{text!r} has no usable port.") from None
        found.append(Target(f"{host}:{port}"))
        schemes.add(parts.scheme)
    if len(schemes) > 1:
        raise CommandError("The targets of one upstream are all http or all https.")
    return found, UpstreamTls() if schemes == {"https"} else None


def show(data: object, lines: list[str], *, as_json: bool) -> int:
    """Print JSON or lines; exit code 0."""
    print(msgspec.json.encode(data).decode() if as_json else "\n".join(lines))
    return 0
