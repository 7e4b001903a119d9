"""The queue and the outbox of the whole platform, for its staff. What is done again is written into the platform's audit log."""

from __future__ import annotations

from typing import Any

from psycopg.errors import UniqueViolation

from control.automation.queue import queries as q
from control.automation.queue.models import Job, OutboxEvent, Step, Tally
from control.core import outbox
from control.core.context import Context
from control.core.errors import Conflict, Forbidden, NotFound
from control.core.pagination import PageRequest, like

SORTABLE = {"id": "j.id", "task": "j.task_name", "status": "j.status", "attempts": "j.attempts", "scheduled_at": "j.scheduled_at"}
EVENTS_SORTABLE = {"id": "id", "topic": "topic", "attempts": "attempts"}
_LARGEST = 2**63 - 1


def _staff(ctx: Context) -> None:
    """Jobs belong to no organisation, so that no permission of a reseller's role may open them."""
    if ctx.principal.user_type != "admin":
        raise Forbidden("This is for the staff of the platform.")


async def jobs(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Job], int]:
    """The jobs of all organisations. Raises Forbidden."""
    _staff(ctx)
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.job_count, **params)
        return await tx.all(Job, wanted.sorted(q.SQL.jobs), **params), total


async def tallies(ctx: Context) -> dict[str, int]:
    """How many jobs there are of each status. Raises Forbidden."""
    _staff(ctx)
    async with ctx.transaction() as tx:
        return {one.status: one.jobs for one in await tx.all(Tally, q.SQL.by_status)}


async def job(ctx: Context, job_id: int) -> tuple[Job, list[Step]]:
    """One job and what happened to it, the newest first. Raises NotFound, Forbidden."""
    _staff(ctx)
    async with ctx.transaction() as tx:
        found = await tx.maybe(Job, q.SQL.job, id=min(job_id, _LARGEST))
        if found is None:
            raise NotFound("job")
        return found, await tx.all(Step, q.SQL.job_history, id=found.id)


async def job_again(ctx: Context, job_id: int) -> None:
    """Queue a failed job again, at once. Raises NotFound, Conflict for one that has not failed, or whose like waits already."""
    found, _ = await job(ctx, job_id)
    try:
        async with ctx.transaction() as tx:
            if not await tx.value(q.SQL.job_again, id=found.id):
                raise Conflict("Only a failed job can be tried again.")
            await ctx.audit(
                tx, "job.retried", "job", found.id, organization_id=ctx.principal.home_organization_id, after={"task": found.task}
            )
    except UniqueViolation:
        raise Conflict("A job like this one waits already; it does the work.") from None


async def events(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[OutboxEvent], int]:
    """The events of the organisations in reach. Raises Forbidden."""
    _staff(ctx)
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.event_count, **filters)
        return await tx.all(OutboxEvent, wanted.sorted(q.SQL.events), **filters), total


async def state(ctx: Context) -> outbox.State:
    """How far the relay is behind. Raises Forbidden."""
    _staff(ctx)
    async with ctx.transaction() as tx:
        return await tx.one(outbox.State, q.SQL.outbox_state)


async def event(ctx: Context, event_id: int) -> OutboxEvent:
    """One event. Raises NotFound, Forbidden."""
    _staff(ctx)
    async with ctx.transaction() as tx:
        found = await tx.maybe(OutboxEvent, q.SQL.event, id=min(event_id, _LARGEST))
    if found is None:
        raise NotFound("event")
    return found


async def event_again(ctx: Context, event_id: int) -> None:
    """Let a dead event be handed on again. Raises NotFound, Conflict for one that is not dead."""
    found = await event(ctx, event_id)
    async with ctx.transaction() as tx:
        if not await tx.value(q.SQL.event_again, id=found.id):
            raise Conflict("Only an event that was given up can be tried again.")
        await ctx.audit(
            tx, "event.retried", "outbox_event", found.id, organization_id=found.organization_id, after={"topic": found.topic}
        )
