"""Configuration flows one way: PostgreSQL says that something changed, one consistent snapshot is read and handed over.

A snapshot is made of sections with the hash of their content, one for the platform, one for API keys, one for bans, one a site,
one an organisation that says something of security, and one a certificate, so that the gateway compiles only what is new and
refuses only what is wrong. What it made of each site is written back. Revocations, bans and which sites are watched come by
channels of their own.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID

import msgspec
import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from dataplane.log import Log
from dataplane.security import read_security

SNAPSHOT_VERSION = 1
DEBOUNCE_SECONDS = 0.05
"""Several statements of one change arrive together; the snapshot is read once, after them."""
LONGEST_DEBOUNCE_SECONDS = 1.0
"""Changes that never pause are read all the same."""
REREAD_SECONDS = 30.0
"""Keys retire and revocations end by time, without a notification."""
_LONGEST_BACK_OFF = 5.0
_CONNECT_SECONDS = 5

Apply = Callable[[bytes], bytes]
Revoke = Callable[[list[str], int], object]
Ban = Callable[[bytes], object]
Watch = Callable[[str, int], object]


class Section(msgspec.Struct):
    """A part of a snapshot that stands or falls by itself."""

    id: str
    hash: str
    body: msgspec.Raw


class Snapshot(msgspec.Struct):
    """What `Gateway.apply` takes, as JSON."""

    version: int
    sections: list[Section]


class Report(msgspec.Struct):
    """What the gateway made of a snapshot."""

    applied: list[str]
    unchanged: list[str]
    refused: list[dict[str, str]]


class Revocation(msgspec.Struct):
    """A session that ended, and until when its tokens would have been good (Unix seconds)."""

    sid: str
    until: int


class Watching(msgspec.Struct):
    """A site of which somebody wants to see single requests, for so many seconds from now: clocks may differ."""

    site: str
    seconds: int


def section(name: str, body: dict[str, Any]) -> Section:
    """A section with the hash of its content. Keys are sorted, so that equal content has equal hashes."""
    encoded = msgspec.json.encode(body, order="deterministic")
    return Section(name, hashlib.sha256(encoded).hexdigest(), msgspec.Raw(encoded))


class Reading(msgspec.Struct):
    """A snapshot, and the revision of each site in it by the id of its section."""

    snapshot: bytes
    revisions: dict[str, int]


async def read_snapshot(connection: AsyncConnection[Any], issuer: str, audience: str) -> Reading:
    """Read everything in one transaction, so that the parts fit together."""
    async with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:

        async def rows(statement: LiteralString) -> list[dict[str, Any]]:
            await cursor.execute(statement)
            return await cursor.fetchall()

        platform = (await rows("SELECT trusted_proxies, defaults, response_headers FROM hcc.gateway_config_platform"))[0]
        keys = await rows("SELECT kid, public_jwk FROM hcc.gateway_config_keys ORDER BY kid")
        revoked = await rows("SELECT session_id, until FROM hcc.gateway_config_revoked ORDER BY session_id")
        api_keys = await rows(
            "SELECT id, prefix, hash, organization_id, user_id, user_type, scopes, roles, expires"
            " FROM hcc.gateway_config_api_keys ORDER BY id"
        )
        certificates = await rows("SELECT id, hosts, chain_pem, key_sealed FROM hcc.gateway_config_certificates ORDER BY id")
        sites = await rows(
            "SELECT id, organization_id, name, hosts, https_redirect, hsts_s, maintenance, error_pages, revision"
            " FROM hcc.gateway_config_sites ORDER BY id"
        )
        upstreams = await rows(
            "SELECT id, site_id, name, policy, hash_key, targets, protocol, tls, connect_ms, first_byte_ms, between_bytes_ms,"
            " total_ms, health, outlier, retry, breaker FROM hcc.gateway_config_upstreams ORDER BY site_id, name"
        )
        routes = await rows(
            "SELECT id, site_id, path_prefix, path, path_pattern, methods, priority, upstream, canary, redirect, respond,"
            " strip_prefix, rewrite, request_headers, response_headers, security_headers, cors, compress, auth, rate_limits,"
            " max_body, max_in_flight, validate, maintenance, total_ms"
            " FROM hcc.gateway_config_routes ORDER BY site_id, id"
        )
        security = await read_security(rows)
    body = {
        "trusted_proxies": platform["trusted_proxies"],
        "jwt": {"issuer": issuer, "audience": audience, "leeway_s": 5, "keys": [k["public_jwk"] for k in keys]},
        "revoked_sessions": [{"sid": r["session_id"], "until": r["until"]} for r in revoked],
        "defaults": platform["defaults"],
        "response_headers": platform["response_headers"],
        "challenge": security.challenge,
        "detection": security.detection,
    }
    revisions = {f"site:{site['id']}": site.pop("revision") for site in sites}
    upstreams_of, routes_of = _by_site(upstreams), _by_site(routes)
    for route in (route for found in routes_of.values() for route in found):
        route["waf"] = security.policies.get(route["id"])
    for site in sites:
        site["security"] = security.of_site(site["id"])
    sections = [
        section("platform", body),
        section("api_keys", {"keys": api_keys}),
        section("bans", {"bans": security.bans}),
        *(section(f"security:{owner}", {"organization_id": owner, **said}) for owner, said in security.scopes.items()),
        *(_site(site, upstreams_of.get(site["id"], []), routes_of.get(site["id"], [])) for site in sites),
        *(section(f"certificate:{certificate['id']}", certificate) for certificate in certificates),
    ]
    return Reading(msgspec.json.encode(Snapshot(SNAPSHOT_VERSION, sections)), revisions)


def _by_site(rows: list[dict[str, Any]]) -> dict[UUID, list[dict[str, Any]]]:
    """Rows by their site, which goes out of them."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.pop("site_id")].append(row)
    return found


def _site(site: dict[str, Any], upstreams: list[dict[str, Any]], routes: list[dict[str, Any]]) -> Section:
    site_id = site.pop("id")
    body = {"site_id": site_id, **site, "upstreams": {u.pop("name"): u for u in upstreams}, "routes": routes}
    return section(f"site:{site_id}", body)


class ConfigFeed:
    """Keeps a gateway's configuration current for as long as it runs. PostgreSQL away is waited for, never an end."""

    def __init__(self, database_url: str, apply: Apply, revoke: Revoke, ban: Ban, watch: Watch, log: Log) -> None:
        self._url = database_url
        self._apply = apply
        self._revoke = revoke
        self._ban = ban
        self._watch = watch
        self._log = log
        self._issuer = os.environ.get("HCC_JWT_ISSUER") or "hcc"
        self._audience = os.environ.get("HCC_JWT_AUDIENCE") or "hcc"
        self._name = os.environ.get("HCC_GATEWAY_NAME") or socket.gethostname()
        self._generation = 0
        self._reported: dict[str, tuple[int, str | None]] = {}
        self.connected = False

    async def run(self) -> None:
        """Until cancelled: connect, listen, read, apply; after a failure again, with growing pauses."""
        pause = 0.2
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS, application_name="hcc-gateway"
                ) as connection:
                    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
                    await connection.execute("LISTEN hcc_gateway")
                    await connection.execute("LISTEN hcc_revocations")
                    await connection.execute("LISTEN hcc_bans")
                    await connection.execute("LISTEN hcc_watches")
                    self.connected = True
                    self._reported = {}
                    pause = 0.2
                    await self._follow(connection)
            except (psycopg.Error, OSError) as error:
                self._log("configuration source away", error=type(error).__name__, again_in_s=round(pause, 1))
            finally:
                self.connected = False
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_BACK_OFF)

    async def _follow(self, connection: AsyncConnection[Any]) -> None:
        watched = await connection.execute("SELECT site_id::text, seconds FROM hcc.gateway_config_watches")
        for site_id, seconds in await watched.fetchall():
            self._watch(site_id, seconds)
        while True:
            await self._read(connection)
            await self._until_changed(connection)

    async def _until_changed(self, connection: AsyncConnection[Any]) -> None:
        """Return when the snapshot may be out of date; pass on revocations, bans and watches meanwhile."""
        timeout = REREAD_SECONDS
        changed_at: float | None = None
        while changed_at is None or time.monotonic() - changed_at < LONGEST_DEBOUNCE_SECONDS:
            quiet = True
            async for note in connection.notifies(timeout=timeout, stop_after=1):
                quiet = False
                if note.channel == "hcc_revocations":
                    self._pass_on(note.payload)
                elif note.channel == "hcc_bans":
                    self._pass_ban_on(note.payload)
                elif note.channel == "hcc_watches":
                    self._pass_watch_on(note.payload)
                elif changed_at is None:
                    changed_at = time.monotonic()
                    timeout = DEBOUNCE_SECONDS
            if quiet:
                return

    def _pass_on(self, payload: str) -> None:
        try:
            revocation = msgspec.json.decode(payload, type=Revocation)
        except msgspec.DecodeError:
            self._log("revocation not understood")
            return
        self._revoke([revocation.sid], revocation.until)

    def _pass_ban_on(self, payload: str) -> None:
        try:
            self._ban(payload.encode())
        except ValueError as error:
            self._log("ban not understood", error=str(error))

    def _pass_watch_on(self, payload: str) -> None:
        try:
            watching = msgspec.json.decode(payload, type=Watching)
        except msgspec.DecodeError:
            self._log("watch not understood")
            return
        self._watch(watching.site, watching.seconds)

    async def _read(self, connection: AsyncConnection[Any]) -> None:
        reading = await read_snapshot(connection, self._issuer, self._audience)
        # Compiling takes no lock that serving needs, but it does take time: not on the event loop.
        raw = await asyncio.to_thread(self._apply, reading.snapshot)
        report = msgspec.json.decode(raw, type=Report)
        if report.applied or report.refused:
            self._log("configuration applied", applied=len(report.applied), refused=[r.get("id") for r in report.refused])
        self._generation += 1
        await self._report(connection, report, reading.revisions)

    async def _report(self, connection: AsyncConnection[Any], report: Report, revisions: dict[str, int]) -> None:
        """Write down what was refused, and of sites what is new since the last time."""
        errors = {refused["id"]: refused["error"] for refused in report.refused}
        found = {name: (revision, errors.get(name)) for name, revision in revisions.items()}
        fresh = {name: what for name, what in found.items() if self._reported.get(name) != what}
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO hcc.gateway_reports (gateway, generation, refused, reported_at) VALUES (%s, %s, %s, now())"
                " ON CONFLICT (gateway) DO UPDATE"
                " SET generation = excluded.generation, refused = excluded.refused, reported_at = now()",
                (self._name, self._generation, Jsonb(report.refused)),
            )
            if fresh:
                await connection.execute(
                    "SELECT hcc.gateway_report_sites(%s, %s::uuid[], %s::bigint[], %s::text[])",
                    (
                        self._name,
                        [name.removeprefix("site:") for name in fresh],
                        [revision for revision, _ in fresh.values()],
                        [error for _, error in fresh.values()],
                    ),
                )
        self._reported = found
