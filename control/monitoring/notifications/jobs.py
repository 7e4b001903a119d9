"""Alerts become notifications, notifications become attempts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter

from control.automation.webhooks.sending import Outcome
from control.core import jobs, metrics
from control.core.crypto import KeyringError
from control.core.db import Scope
from control.core.envelope import now
from control.core.jobs import Work
from control.monitoring.notifications import dispatch
from control.monitoring.notifications import queries as q
from control.monitoring.notifications.sending import Due, send

log = structlog.get_logger("hcc.notifications")
DELAYS = (5, 15, 60, 300, 900, 3600)
"""Seconds until the next attempt, after the first, second, … one failed; after an hour and a half it is old."""
NOTIFICATIONS = Counter(
    "hcc_notifications_total", "Notifications by kind of channel and outcome", ["channel", "outcome"], registry=metrics.REGISTRY
)


@jobs.task("monitoring.notify")
async def notify(work: Work, *, organization_id: str) -> None:
    """Tell what one organisation is to be told now."""
    await dispatch.dispatch(work.runtime.database, UUID(organization_id), now())


@jobs.task("monitoring.remind", cron="* * * * * */10", retry=False, lock="monitoring.remind")
async def remind(work: Work, *, timestamp: int) -> None:
    """Waits that are over, repetitions, escalation; and whatever a lost job should have told."""
    del timestamp
    await dispatch.dispatch_all(work.runtime.database, now)


@jobs.task("monitoring.deliver")
async def deliver(work: Work, *, notification_id: str, organization_id: str, attempts: int) -> None:
    """Make attempt number `attempts`. No transaction is open while the receiver is spoken to."""
    runtime = work.runtime
    scope = Scope(UUID(organization_id))
    async with runtime.database.transaction(scope) as tx:
        due = await tx.maybe(Due, q.SQL.due, id=UUID(notification_id), attempts=attempts)
    if due is None:
        raise jobs.Skip(f"attempt {attempts} of {notification_id} was made")
    try:
        outcome = await send(runtime, due) if due.wanted else Outcome(None, 0, "the channel is switched off")
    except KeyringError as error:
        outcome = Outcome(None, 0, str(error))
    final = attempts >= len(DELAYS) or not due.wanted
    status = "succeeded" if outcome.error is None else "failed" if final else "retrying"
    again = now() + timedelta(seconds=DELAYS[attempts]) if status == "retrying" else None
    async with runtime.database.transaction(scope) as tx:
        settled = await tx.run(
            q.SQL.settle, id=due.id, attempts=attempts, status=status, response_status=outcome.status, response_ms=outcome.ms,
            error=outcome.error, next_attempt_at=again,
        )  # fmt: skip
        if settled and again is not None:
            await dispatch.queue(tx, due.id, due.organization_id, attempts + 1, at=again)
    NOTIFICATIONS.labels(due.kind, status).inc()
    log.info("notification", notification_id=notification_id, channel=due.kind, attempt=attempts + 1, outcome=status)
