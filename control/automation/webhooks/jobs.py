"""Events become deliveries, deliveries become attempts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from control.automation.webhooks import queries as q
from control.automation.webhooks import service
from control.automation.webhooks.sending import Outcome, attempt
from control.core import audit, jobs, metrics
from control.core.crypto import place
from control.core.db import Scope, Transaction
from control.core.envelope import now
from control.core.events import Event, on
from control.core.jobs import Work
from control.core.runtime import Runtime

log = structlog.get_logger("hcc.webhooks")

DELAYS = (5, 30, 120, 600, 3_600, 21_600, 86_400)
"""Seconds until the next attempt, after the first, second, … one failed; then the delivery has failed."""
_GONE = 410


class _Subscribed(msgspec.Struct, frozen=True):
    id: UUID


class _Due(msgspec.Struct, frozen=True):
    id: UUID
    organization_id: UUID
    endpoint_id: UUID
    event_id: UUID
    body: dict[str, Any]
    attempts: int
    url: str
    secret: bytes
    wanted: bool


@on("*")
async def fan_out(tx: Transaction, event: Event) -> None:
    """One delivery for each endpoint of the event's organisation that asked for its topic."""
    for endpoint in await tx.all(_Subscribed, q.SQL.subscribed, organization_id=event.organization_id, topic=event.topic):
        await service.add_delivery(tx, endpoint.id, event)


@jobs.task("webhooks.deliver")
async def deliver(work: Work, *, delivery_id: str, organization_id: str, attempts: int) -> None:
    """Make attempt number `attempts`. No transaction is open while the receiver is spoken to.

    A crash in between sends the same event with the same webhook-id again.
    """
    runtime = work.runtime
    scope = Scope(UUID(organization_id))
    async with runtime.database.transaction(scope) as tx:
        due = await tx.maybe(_Due, q.SQL.delivery_due, id=UUID(delivery_id), attempts=attempts)
    if due is None:
        raise jobs.Skip(f"attempt {attempts} of {delivery_id} was made")
    if due.wanted:
        outcome = await _send(runtime, due)
    else:
        outcome = Outcome(None, 0, "the webhook is switched off or deleted")
    async with runtime.database.transaction(scope) as tx:
        status = await _settle(tx, due, outcome)
    metrics.WEBHOOKS.labels(status).inc()
    log.info(
        "webhook attempt", delivery_id=delivery_id, attempt=attempts + 1, outcome=status, status=outcome.status, ms=outcome.ms
    )


async def _send(runtime: Runtime, due: _Due) -> Outcome:
    secret = runtime.keyring.open(due.secret, place("webhook_endpoints", "secret", due.endpoint_id)).decode()
    return await attempt(
        due.url,
        secret,
        str(due.event_id),
        msgspec.json.encode(due.body),
        https_only=runtime.settings.env == "production",
        allow_private=runtime.settings.webhook_allow_private,
    )


async def _settle(tx: Transaction, due: _Due, outcome: Outcome) -> str:
    """Write down what came of the attempt and queue the next one, together."""
    final = due.attempts >= len(DELAYS) or outcome.status == _GONE or not due.wanted
    status = "succeeded" if outcome.error is None else "failed" if final else "retrying"
    next_attempt_at = now() + timedelta(seconds=DELAYS[due.attempts]) if status == "retrying" else None
    settled = await tx.run(
        q.SQL.settle,
        id=due.id,
        attempts=due.attempts,
        status=status,
        response_status=outcome.status,
        response_ms=outcome.ms,
        error=outcome.error,
        next_attempt_at=next_attempt_at,
    )
    if not settled:
        return "overtaken"
    if next_attempt_at is not None:
        await service.queue(tx, due.id, due.organization_id, due.attempts + 1, at=next_attempt_at)
    if outcome.status == _GONE and await tx.run(q.SQL.disable, id=due.endpoint_id, reason="the receiver answered 410 Gone"):
        await audit.record(tx, audit.SYSTEM, "webhook.disabled", "webhook", due.endpoint_id, organization_id=due.organization_id)
    return status
