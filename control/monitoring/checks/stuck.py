"""A check that gives no result any more is an alert of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from control.core.db import NOBODY, Database, Scope
from control.monitoring.alerts import ledger
from control.monitoring.alerts.judging import Sighting
from control.monitoring.alerts.machine import Timing
from control.monitoring.checks import queries as q
from control.monitoring.checks.outcome import Local
from control.monitoring.checks.recording import Due, settle
from control.monitoring.query.labels import NONE


class _Judged(msgspec.Struct, frozen=True):
    check_id: UUID
    organization_id: UUID
    stuck: bool


async def look(database: Database, now: Callable[[], datetime]) -> int:
    """Judge every check; how many are stuck. What they were is unknown from then on."""
    at = now()
    async with database.transaction(NOBODY) as tx:
        judged = await tx.all(_Judged, q.SQL.stuck, at=at)
    for one in judged:
        async with database.transaction(Scope(one.organization_id)) as tx:
            check = await tx.maybe(Due, q.SQL.due, id=one.check_id, location=None)
            if check is None:
                continue
            source = ledger.Source(
                kind="stuck", id=check.id, organization_id=check.organization_id, name="CheckStuck", severity="warning",
                labels={**check.labels, "check": check.name},
                annotations={"summary": "No result for three intervals; nothing is known of what it looks at."},
            )  # fmt: skip
            before = await ledger.known(tx, source, [NONE])
            verdict = Sighting(NONE, "true" if one.stuck else "false")
            await ledger.apply(tx, source, before, [verdict], Timing(interval_s=check.interval_s), at)
            if one.stuck:
                states = await tx.all(Local, q.SQL.lock_states, check_id=check.id)
                await settle(tx, check, states, "no results", at)
    return sum(one.stuck for one in judged)
