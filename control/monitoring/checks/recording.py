"""A try's outcome becomes state, history and alerts, in one transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.db import Database, Scope, Transaction
from control.core.ids import new_id
from control.monitoring.alerts import ledger
from control.monitoring.alerts.judging import Sighting
from control.monitoring.alerts.machine import Timing, Verdict
from control.monitoring.checks import queries as q
from control.monitoring.checks.models import CheckKind, Expects
from control.monitoring.checks.outcome import Local, Outcome, Overall, advance, combined
from control.monitoring.labels import Severity
from control.monitoring.query.labels import NONE


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A check as a worker needs it."""

    id: UUID
    organization_id: UUID
    name: str
    kind: CheckKind
    target: str
    expects: Expects
    sealed: bytes | None
    interval_s: int
    timeout_s: int
    retries: int
    quorum: int
    severity: Severity
    labels: dict[str, str]
    is_active: bool
    beat_at: datetime | None = None
    waits_since: datetime | None = None


class _Open(msgspec.Struct):
    id: UUID
    state: Overall


_VERDICTS: dict[Overall, Verdict] = {"down": "true", "up": "false", "unknown": "unknown", "new": "unknown"}


async def record(
    database: Database, check: Due, location: str, outcome: Outcome, milliseconds: float | None, now: datetime
) -> Overall | None:
    """Write down one try; what the check as a whole is then. None when the check was deleted meanwhile."""
    async with database.transaction(Scope(check.organization_id)) as tx:
        states = await tx.all(Local, q.SQL.lock_states, check_id=check.id)
        before = next((one for one in states if one.location == location), None)
        if before is None:
            return None
        after = advance(before, ok=outcome.ok, now=now, retries=check.retries, interval_s=check.interval_s)
        figures = Jsonb(outcome.figures)
        await tx.run(
            q.SQL.set_state, check_id=check.id, location=location, state=after.state, since=after.since, at=now,
            failures=after.failures, message=outcome.message, ms=milliseconds, figures=figures, retry_at=after.retry_at,
        )  # fmt: skip
        await tx.run(
            q.SQL.add_result, id=new_id(), organization_id=check.organization_id, check_id=check.id, location=location, at=now,
            ok=outcome.ok, ms=milliseconds, message=outcome.message, figures=figures,
        )  # fmt: skip
        mine = Local(location, after.state, after.since, now, after.failures)
        return await settle(tx, check, [mine, *(one for one in states if one.location != location)], outcome.message, now)


async def settle(tx: Transaction, check: Due, states: list[Local], message: str, now: datetime) -> Overall:
    """All locations together: the span that is open, and the alert."""
    overall = combined(states, now=now, interval_s=check.interval_s, quorum=check.quorum)
    if overall == "new":
        return overall
    running = await tx.maybe(_Open, q.SQL.open_span, check_id=check.id)
    if running is None or running.state != overall:
        if running is not None:
            await tx.run(q.SQL.end_span, id=running.id, at=now)
        await tx.run(
            q.SQL.begin_span, id=new_id(), organization_id=check.organization_id, check_id=check.id, state=overall, at=now,
            message=message,
        )  # fmt: skip
    source = source_of(check, message)
    known = await ledger.known(tx, source, [NONE])
    if overall == "down" or known:
        timing = Timing(interval_s=check.interval_s)
        await ledger.apply(tx, source, known, [Sighting(NONE, _VERDICTS[overall])], timing, now)
    return overall


def source_of(check: Due, message: str) -> ledger.Source:
    """The check as its alert sees it."""
    plain = message.replace("{{", "{").replace("}}", "}")
    return ledger.Source(
        kind="check", id=check.id, organization_id=check.organization_id, name="CheckDown", severity=check.severity,
        labels={**check.labels, "check": check.name, "kind": check.kind, "target": check.target},
        annotations={"summary": f"{check.name} is down: {plain}"},
    )  # fmt: skip
