"""Results as metrics, by ingestion's own path: line protocol to `hcc-ingest`, with a token for each organisation.

The token follows from the platform's key, so that nothing has to be kept; only its hash is stored, as that of any token.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import httpx
import msgspec
import psycopg
import structlog
from prometheus_client import Counter
from psycopg_pool import PoolTimeout, TooManyRequests

from control.core import metrics
from control.core.db import Scope
from control.core.ids import new_id
from control.core.runtime import Runtime
from control.ingest_tokens import PREFIX, hashed
from control.monitoring.checks import queries as q

log = structlog.get_logger("hcc.checks")
MOST_WAITING = 20_000
"""Lines that wait while ingestion is away; the oldest give way."""
_EVERY = 1.0
_AT_ONCE = 2_000
_PATIENCE = 5.0
_RETRY_STATUSES = {401, 429, 500, 502, 503, 504}
"""401 too: an ingester hears of a new token within seconds."""
PUSHED = Counter("hcc_check_values_total", "Lines of check results by outcome", ["outcome"], registry=metrics.REGISTRY)


class Line(msgspec.Struct, frozen=True):
    """One line of one organisation; `tries` counts down."""

    organization_id: UUID
    text: str
    tries: int = 60


def line(labels: Mapping[str, str], figures: Mapping[str, float], at: datetime) -> str:
    """Measurement `check`, so that its series are `check_up`, `check_seconds` and so on. Times are milliseconds."""
    tags = "".join(f",{_escaped(name)}={_escaped(value)}" for name, value in sorted(labels.items()) if value.strip())
    fields = ",".join(f"{_escaped(name)}={value!r}" for name, value in sorted(figures.items()))
    return f"check{tags} {fields} {round(at.timestamp() * 1000)}"


def _escaped(text: str) -> str:
    # A backslash means different things to different readers of line protocol; labels do without.
    text = " ".join(text.replace("\\", "/").split())
    for mark in (",", "=", " "):
        text = text.replace(mark, "\\" + mark)
    return text


def token(runtime: Runtime, organization_id: UUID) -> str:
    """The token with which results of an organisation's checks are pushed."""
    return PREFIX + runtime.keyring.derive(f"check results of {organization_id}".encode()).hex()


class Pusher:
    """Gathers lines and pushes them every second."""

    def __init__(self, runtime: Runtime, url: str) -> None:
        self._runtime, self._url = runtime, url.rstrip("/")
        self._waiting: deque[Line] = deque(maxlen=MOST_WAITING)
        self._registered: set[UUID] = set()

    def add(self, organization_id: UUID, text: str) -> None:
        """Keep a line until it is pushed. Without an ingester's address nothing is kept."""
        if self._url:
            if len(self._waiting) == MOST_WAITING:
                PUSHED.labels("dropped").inc()
            self._waiting.append(Line(organization_id, text))

    async def run(self) -> None:
        """Push until cancelled."""
        if not self._url:
            return
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            while True:
                await asyncio.sleep(_EVERY)
                await self.flush(client)

    async def flush(self, client: httpx.AsyncClient) -> None:
        """Push what waits; what cannot be taken now waits on."""
        batches: dict[UUID, list[Line]] = {}
        for _ in range(min(len(self._waiting), _AT_ONCE)):
            one = self._waiting.popleft()
            batches.setdefault(one.organization_id, []).append(one)
        for organization_id, lines in batches.items():
            outcome = await self._push(client, organization_id, lines)
            PUSHED.labels(outcome).inc(len(lines))
            if outcome == "waiting":
                self._waiting.extend(msgspec.structs.replace(one, tries=one.tries - 1) for one in lines if one.tries > 1)

    async def _push(self, client: httpx.AsyncClient, organization_id: UUID, lines: list[Line]) -> str:
        try:
            secret = await self._token(organization_id)
            body = "\n".join(one.text for one in lines).encode()
            url = f"{self._url}/write?precision=ms"
            answer = await client.post(url, content=body, headers={"Authorization": f"Bearer {secret}"})
        except (httpx.HTTPError, psycopg.Error, PoolTimeout, TooManyRequests, OSError) as error:
            log.warning("check results wait for ingestion", error=type(error).__name__)
            return "waiting"
        if answer.status_code < 300:
            return "pushed"
        log.warning("check results were not taken", status=answer.status_code)
        return "waiting" if answer.status_code in _RETRY_STATUSES else "refused"

    async def _token(self, organization_id: UUID) -> str:
        made = token(self._runtime, organization_id)
        if organization_id not in self._registered:
            async with self._runtime.database.transaction(Scope(organization_id)) as tx:
                await tx.run(
                    q.SQL.add_token,
                    id=new_id(),
                    organization_id=organization_id,
                    prefix=made[: len(PREFIX) + 6],
                    hash=hashed(made),
                )
            self._registered.add(organization_id)
        return made
