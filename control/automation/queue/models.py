"""Jobs and events as staff see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

JobStatus = Literal["todo", "doing", "succeeded", "failed", "cancelled", "aborted"]
EventState = Literal["waiting", "relayed", "dead"]


class Job(msgspec.Struct, kw_only=True):
    """One job of the queue. `arguments` are ids, never secrets; `attempts` are those before the present one."""

    id: int
    queue: str
    task: str
    status: JobStatus
    attempts: int
    priority: int
    arguments: dict[str, Any]
    scheduled_at: datetime | None
    lock: str | None
    changed_at: datetime | None


class Step(msgspec.Struct):
    """What happened to a job, and when."""

    what: str
    at: datetime | None


class Tally(msgspec.Struct):
    """How many jobs there are of a status."""

    status: str
    jobs: int


class OutboxEvent(msgspec.Struct, kw_only=True):
    """An event that committed work left, and how far it came. `dead_at` is when it was given up."""

    id: int
    event_id: UUID
    organization_id: UUID
    topic: str
    payload: Any
    created_at: datetime
    relayed_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    dead_at: datetime | None

    @property
    def state(self) -> EventState:
        if self.relayed_at is not None:
            return "relayed"
        return "waiting" if self.dead_at is None else "dead"
