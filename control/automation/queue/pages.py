"""Jobs and the outbox for the platform's staff: what waits, what failed, and trying it again."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.accounts.organizations import service as organizations
from control.automation.queue import service
from control.automation.queue.models import EventState, Job, JobStatus, OutboxEvent
from control.automation.webhooks.pages import AUTOMATION
from control.core.context import Context
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.bulk import Many
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("jobs:read"), needs("jobs:write")
MENU = (
    Entry(
        label=N_("Jobs"), path="/jobs", icon="queue", permission="jobs:read", group=AUTOMATION, for_types=frozenset({"admin"}),
    ),
    Entry(
        label=N_("Outbox"), path="/outbox", icon="send", permission="jobs:read", group=AUTOMATION, for_types=frozenset({"admin"}),
    ),
)  # fmt: skip
JOBS = {
    "todo": Badge(N_("Waiting"), "info"),
    "doing": Badge(N_("At work"), "info"),
    "succeeded": Badge(N_("Done"), "success"),
    "failed": Badge(N_("Failed"), "error"),
    "cancelled": Badge(N_("Cancelled")),
    "aborted": Badge(N_("Cancelled")),
}
EVENTS = {
    "waiting": Badge(N_("Waiting"), "info"),
    "relayed": Badge(N_("Handed on"), "success"),
    "dead": Badge(N_("Given up"), "error"),
}
STEPS = {
    "deferred": N_("Queued"),
    "started": N_("Begun"),
    "deferred_for_retry": N_("Queued again"),
    "failed": N_("Failed"),
    "succeeded": N_("Done"),
    "cancelled": N_("Cancelled"),
    "abort_requested": N_("To be stopped"),
    "aborted": N_("Stopped"),
    "scheduled": N_("Planned"),
    "retried": N_("Tried again"),
}
"""What happens to a job."""
SAID_BELOW = (
    N_("Only a failed job can be tried again."),
    N_("A job like this one waits already; it does the work."),
    N_("Only an event that was given up can be tried again."),
    N_("This is for the staff of the platform."),
)
RETRY = Many(
    path="/jobs/retry", back="/jobs", writes=_WRITE, label=N_("Try again"), icon="repeat", kind=int,
    text=N_("Each is queued again, with what it was given."), work=service.job_again,
)  # fmt: skip

QUEUE = Table(
    name="jobs",
    path="/jobs",
    service=service.jobs,
    sortable=service.SORTABLE,
    by="id",
    tie="j.id",
    columns=(
        Column(name="task", label=N_("Task"), sort="task", cell="link"),
        Column(name="status", label=N_("State"), sort="status", cell="badge", of=lambda row: JOBS[row.status]),
        Column(name="attempts", label=N_("Attempts"), sort="attempts", cell="number"),
        Column(name="changed_at", label=N_("Changed"), cell="moment"),
        Column(name="scheduled_at", label=N_("Planned for"), sort="scheduled_at", cell="moment"),
        Column(name="queue", label=N_("Queue"), is_hidden=True),
        Column(name="id", label=N_("Number"), sort="id", cell="code", is_hidden=True),
    ),
    filters=(
        Filter(name="status", label=N_("State"), kind=JobStatus, words={n: b.label for n, b in JOBS.items() if n != "aborted"}),
        Filter(name="task", label=N_("Task"), input="hidden"),
    ),
    link="/jobs/{id}",
    search=N_("Task"),
    empty=N_("There are no jobs."),
    bulk=(RETRY.choice,),
)


class Placed(OutboxEvent, kw_only=True):
    """An event, and what its organisation is called."""

    organization: str


async def _events(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Placed], int]:
    rows, total = await service.events(ctx, wanted, filters)
    names = await organizations.names(ctx, (row.organization_id for row in rows))
    return [Placed(organization=names.get(row.organization_id, ""), **msgspec.structs.asdict(row)) for row in rows], total


HAND_ON = Many(
    path="/outbox/retry", back="/outbox", writes=_WRITE, label=N_("Try again"), icon="repeat", kind=int,
    text=N_("Each is handed on again."), work=service.event_again,
)  # fmt: skip

OUTBOX = Table(
    name="outbox",
    path="/outbox",
    service=_events,
    sortable=service.EVENTS_SORTABLE,
    by="id",
    columns=(
        Column(name="topic", label=N_("Event"), sort="topic", cell="link"),
        Column(name="organization", label=N_("Organization")),
        Column(name="state", label=N_("State"), cell="badge", of=lambda row: EVENTS[row.state]),
        Column(name="attempts", label=N_("Attempts"), sort="attempts", cell="number"),
        Column(name="last_error", label=N_("Last error")),
        Column(name="created_at", label=N_("Created"), cell="moment"),
        Column(name="next_attempt_at", label=N_("Next attempt"), cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="state", label=N_("State"), kind=EventState, words={name: badge.label for name, badge in EVENTS.items()}),
        Filter(name="topic", label=N_("Event")),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/outbox/{id}",
    empty=N_("There are no events."),
    bulk=(HAND_ON.choice,),
)


@show("/jobs", _READ)
async def jobs(ui: UiOf) -> Response[str]:
    """The queue: how much there is of each state, and the jobs."""
    return await QUEUE.page(ui, "automation/jobs.html", tallies=await service.tallies(ui.ctx), states=JOBS)


@show("/jobs/{job_id:int}", _READ)
async def job(ui: UiOf, job_id: FromPath[int]) -> Response[str]:
    """One job, with what it works on and what happened to it."""
    found, history = await service.job(ui.ctx, job_id)
    return ui.page(
        "automation/job.html",
        job=found,
        state=_state(found),
        history=history,
        steps=STEPS,
        arguments=_pretty(found.arguments),
        may_retry=ui.ctx.principal.may("jobs:write") and found.status == "failed",
    )


def _state(row: Job) -> Badge:
    return JOBS[row.status]


def _pretty(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


@act("/jobs/{job_id:int}/retry", _WRITE)
async def retry_job(ui: UiOf, job_id: FromPath[int]) -> Response[Any]:
    """Queue it again."""
    await service.job_again(ui.ctx, job_id)
    return ui.go(f"/jobs/{job_id}", ui.words(N_("The job waits for a worker again.")))


@show("/outbox", _READ)
async def outbox(ui: UiOf) -> Response[str]:
    """The outbox: how far it is behind, and the events."""
    return await OUTBOX.page(ui, "automation/outbox.html", state=await service.state(ui.ctx))


@show("/outbox/{event_id:int}", _READ)
async def event(ui: UiOf, event_id: FromPath[int]) -> Response[str]:
    """One event, and how far it came."""
    found = await service.event(ui.ctx, event_id)
    names = await organizations.names(ui.ctx, [found.organization_id])
    return ui.page(
        "automation/event.html",
        event=found,
        state=EVENTS[found.state],
        organization=names.get(found.organization_id, str(found.organization_id)),
        payload=_pretty(found.payload),
        may_retry=ui.ctx.principal.may("jobs:write") and found.state == "dead",
    )


@act("/outbox/{event_id:int}/retry", _WRITE)
async def retry_event(ui: UiOf, event_id: FromPath[int]) -> Response[Any]:
    """Let it be handed on again."""
    await service.event_again(ui.ctx, event_id)
    return ui.go(f"/outbox/{event_id}", ui.words(N_("The event is handed on again.")))


PAGES = [HAND_ON.page(), RETRY.page(), jobs, job, retry_job, outbox, event, retry_event]
