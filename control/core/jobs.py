"""Background work: a queue in PostgreSQL (procrastinate). A job is deferred in the transaction that causes it.

Arguments are ids, never secrets: whoever runs the database sees them. A job may run twice and must not mind.

    @jobs.task("accounts.export_user", retry=jobs.RETRY)
    async def export_user(work: Work, *, operation_id: str) -> None: ...

    await jobs.defer(tx, "accounts.export_user", operation_id=str(operation_id))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import procrastinate
import structlog
from procrastinate import JobContext, PsycopgConnector, RetryStrategy

from control.core import metrics
from control.core.db import Transaction
from control.core.runtime import Runtime

log = structlog.get_logger("hcc.jobs")

RETRY = RetryStrategy(max_attempts=6, exponential_wait=4)
"""Again after 4, 16, 64, 256, 1024 and 4096 seconds."""

app = procrastinate.App(connector=PsycopgConnector())


class Skip(Exception):  # no error: the job has nothing left to do
    """Ends a job as a success before its work, for example because an earlier run did it."""


class Work:
    """What a running job may use. `attempt` counts from 0; after the `last_attempt` an error is final."""

    def __init__(self, runtime: Runtime, job_id: int, attempt: int, *, last_attempt: bool = False) -> None:
        self.runtime = runtime
        self.job_id = job_id
        self.attempt = attempt
        self.last_attempt = last_attempt


def task(
    name: str,
    *,
    retry: RetryStrategy | bool = RETRY,
    queue: str = "default",
    cron: str | None = None,
    lock: str | None = None,
    priority: int = 0,
) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    """Register a job under a stable name. `cron` runs it on time as well; it then also gets `timestamp`. Jobs of a higher
    `priority` are taken first."""

    def register(body: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def run(context: JobContext, /, **arguments: Any) -> None:
            runtime = context.additional_context["runtime"]
            job = context.job
            work = Work(runtime, job.id or 0, job.attempts, last_attempt=_is_last(retry, job.attempts))
            try:
                await body(work, **arguments)
            except Skip as reason:
                log.info("job skipped", task=name, job_id=job.id, reason=str(reason))
            except Exception:
                metrics.JOBS.labels(name, "failed").inc()
                raise
            metrics.JOBS.labels(name, "succeeded").inc()

        registered: Any = app.task(name=name, pass_context=True, retry=retry, queue=queue, queueing_lock=lock, priority=priority)(
            run
        )
        if cron is not None:
            app.periodic(cron=cron)(registered)
        return body

    return register


def _is_last(retry: RetryStrategy | bool, attempts: int) -> bool:
    if isinstance(retry, bool):
        return not retry
    return retry.max_attempts is not None and attempts >= retry.max_attempts


async def defer(tx: Transaction, name: str, /, *, at: datetime | None = None, lock: str | None = None, **arguments: Any) -> int:
    """Queue a job that starts after this transaction commits, and never if it does not. Its id."""
    options: dict[str, Any] = {"connection": tx.connection}
    if at is not None:
        options["schedule_at"] = at
    if lock is not None:
        options["lock"] = lock
    if name in app.tasks:
        return await app.tasks[name].configure(**options).defer_async(**arguments)
    return await app.configure_task(name, allow_unknown=True, **options).defer_async(**arguments)
