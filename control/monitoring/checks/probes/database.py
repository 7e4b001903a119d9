"""Databases: PostgreSQL answers `SELECT 1`, Redis answers PING."""

from __future__ import annotations

import time
from urllib.parse import unquote, urlsplit

import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from control.monitoring.checks.models import PORTS, Expects
from control.monitoring.checks.outcome import Outcome
from control.monitoring.checks.places import addresses


async def probe(target: str, _expects: Expects, secret: str | None, allow_private: bool, limit: float) -> Outcome:
    """Connect, log in and ask. No query but the simplest is ever sent."""
    parts = urlsplit(target)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    address = str((await addresses(host, port, allow_private=allow_private))[0])
    began = time.perf_counter()
    user = unquote(parts.username) if parts.username else None
    if parts.scheme.startswith("postgres"):
        return await _postgresql(host, address, port, user or "postgres", secret, unquote(parts.path.strip("/")), limit)
    # Redis verifies a certificate against the host it connects to, so TLS there needs the address in the certificate.
    client = Redis(
        host=address, port=port, db=int(parts.path.strip("/") or 0), username=user, password=secret, ssl=parts.scheme == "rediss",
        socket_timeout=limit, socket_connect_timeout=limit,
    )  # fmt: skip
    try:
        await client.ping()
    except RedisError as error:
        return Outcome(False, str(error)[:300] or type(error).__name__)
    finally:
        await client.aclose()
    return Outcome(True, "PONG", {"query_seconds": time.perf_counter() - began})


async def _postgresql(
    host: str, address: str, port: int, user: str, password: str | None, name: str, limit: float
) -> Outcome:  # fmt: skip
    began = time.perf_counter()
    try:
        connecting = psycopg.AsyncConnection.connect(
            host=host, hostaddr=address, port=port, user=user, password=password, dbname=name or user, autocommit=True,
            connect_timeout=max(2, int(limit)), application_name="hcc-check",
        )  # fmt: skip
        async with await connecting as connection:
            connected = time.perf_counter()
            await connection.execute("SELECT 1")
    except psycopg.Error as error:
        words = " ".join(str(error).split())
        return Outcome(False, words.replace(password, "…")[:300] if password else words[:300])
    figures = {"connect_seconds": connected - began, "query_seconds": time.perf_counter() - connected}
    return Outcome(True, "answers", figures)
