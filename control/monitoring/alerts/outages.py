"""When no values of an organisation come, nothing is known: its rules wait, and one alert says so instead of a storm of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from control.core.db import Transaction
from control.core.ids import new_id
from control.monitoring.alerts import ledger
from control.monitoring.alerts import queries as q
from control.monitoring.alerts.judging import Sighting
from control.monitoring.alerts.machine import Timing
from control.monitoring.alerts.reading import Look
from control.monitoring.query.labels import NONE

BOUND = timedelta(seconds=120)
"""Values of a living agent are younger than this: senders push every 10 to 60 s, and are seconds on their way."""
REMEMBERED = timedelta(days=8)
"""An expression may look back so far past an outage."""
_PAST = timedelta(days=2)
"""How far back the newest value is looked for. An outage is noted within minutes, and stays until values come."""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class Outage(msgspec.Struct, frozen=True):
    """A time without values; `ended` is None while it lasts."""

    id: UUID
    began: datetime
    ended: datetime | None
    filled: bool = False


async def watch(tx: Transaction, organization_id: UUID, now: datetime) -> list[Outage]:
    """Note what begins or ends at `now`; the outages that expressions may still look at."""
    newest: datetime | None = await tx.value(q.SQL.newest, after=now - _PAST, until=now + BOUND)
    found = await tx.all(Outage, q.SQL.outages, organization_id=organization_id, after=now - REMEMBERED)
    running = next((one for one in found if one.ended is None), None)
    if newest is not None and newest >= now - BOUND:
        if running is not None:
            await _end(tx, running, now)
    elif newest is not None and running is None:
        await tx.run(q.SQL.outage_begins, id=new_id(), organization_id=organization_id, began=newest)
    elif newest is not None and running is not None and newest > running.began + BOUND:
        # Values from meanwhile come in: the writer works off what it kept. What they fill is no outage any more.
        await tx.run(q.SQL.outage_ends, id=running.id, ended=newest, filled=True)
        await tx.run(q.SQL.outage_begins, id=new_id(), organization_id=organization_id, began=newest)
    after = await tx.all(Outage, q.SQL.outages, organization_id=organization_id, after=now - REMEMBERED)
    silent = any(one.ended is None for one in after)
    await _tell(tx, organization_id, now, silent=silent)
    return after


async def _end(tx: Transaction, outage: Outage, now: datetime) -> None:
    """It is over; when values of the time in between came afterwards, there was none."""
    between = await tx.value(q.SQL.newest, after=outage.began, until=max(outage.began, now - BOUND))
    filled = between is not None and between > outage.began + (now - outage.began) / 2
    await tx.run(q.SQL.outage_ends, id=outage.id, ended=now, filled=filled)


async def _tell(tx: Transaction, organization_id: UUID, now: datetime, *, silent: bool) -> None:
    """One alert of the organisation, unless nobody's values come: that is the platform's trouble, and the platform is told."""
    source = ledger.Source(
        kind="ingestion",
        id=organization_id,
        organization_id=organization_id,
        name="MetricsSilent",
        severity="critical",
        annotations={"summary": "No metrics arrive. Rules that need them are not evaluated until they do."},
    )
    before = await ledger.known(tx, source, [NONE])
    if not silent and not before:
        return
    verdict = "true" if silent else "false"
    if silent and not await tx.value(q.SQL.anybody_writes, since=now - BOUND):
        verdict = "true" if await tx.value(q.SQL.kind_of_organization, id=organization_id) == "platform" else "unknown"
    seen = [Sighting(NONE, verdict)]  # type: ignore[arg-type]  # one of the verdicts
    await ledger.apply(tx, source, before, seen, Timing(), now)


def touched(outages: Sequence[Outage], looks: Sequence[Look]) -> bool:
    """Whether an expression looks at a time of which values are missing. The newest value of a series may be `BOUND` old."""
    for look in looks:
        start = _FIRST + timedelta(microseconds=look.start) - (BOUND if look.instant else timedelta())
        end = _FIRST + timedelta(microseconds=look.end)
        for one in outages:
            if one.began + BOUND <= end and (one.ended is None or one.ended > start):
                return True
    return False
