"""Verdicts become alerts: the machine's state, kept so that it survives restarts, with a note of every change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core import events, jobs
from control.core.db import Transaction
from control.core.ids import new_id
from control.monitoring.alerts import queries as q
from control.monitoring.alerts import templates
from control.monitoring.alerts.judging import Sighting
from control.monitoring.alerts.machine import ALIGHT, Phase, State, Timing, begin, step
from control.monitoring.labels import Severity
from control.monitoring.query.labels import Labels, labels

MOST = 1_000
"""Series of one rule of which something is kept."""


class TooManyError(Exception):
    """A rule has more series in trouble than are kept."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What finds alerts, with the words that they get."""

    kind: Literal["rule", "check", "stuck", "ingestion"]
    id: UUID
    organization_id: UUID
    name: str
    severity: Severity
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Known(msgspec.Struct):
    """An alert as it was before."""

    id: UUID
    fingerprint: bytes
    name: str
    severity: Severity
    series: dict[str, str]
    labels: dict[str, str]
    annotations: dict[str, str]
    phase: Phase
    since: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    known_at: datetime
    value: float | None

    @property
    def state(self) -> State:
        return State(
            phase=self.phase, since=self.since, known_at=self.known_at, fired_at=self.fired_at, resolved_at=self.resolved_at
        )

    @property
    def of(self) -> Labels:
        return labels(self.series)


def fingerprint(series: Labels) -> bytes:
    """What makes a series itself within its source, whatever labels the source adds."""
    return hashlib.sha256("\0".join(part for pair in series for part in pair).encode()).digest()[:16]


async def known(tx: Transaction, source: Source, seen: Iterable[Labels] = ()) -> list[Known]:
    """The source's alerts that are not over, and those of the series `seen`; other evaluations of it wait until this transaction
    ends."""
    prints = [fingerprint(series) for series in seen]
    return await tx.all(
        Known, q.SQL.known, organization_id=source.organization_id, source=source.kind, source_id=source.id, prints=prints
    )


async def apply(
    tx: Transaction, source: Source, before: Sequence[Known], seen: Sequence[Sighting], timing: Timing, now: datetime
) -> int:
    """Take each series one step on; how many changed their phase. `before` are those that `known` gave for them.

    Raises TooManyError before anything is written.
    """
    by_print = {one.fingerprint: one for one in before}
    fresh = {fingerprint(one.series) for one in seen} - by_print.keys()
    living = sum(one.phase != "resolved" for one in before)
    if len(fresh) + living > MOST:
        raise TooManyError(f"more than {MOST} series are in trouble at once; aggregate them")
    changed = 0
    for one in seen:
        was = by_print.get(fingerprint(one.series))
        state = was.state if was is not None else begin(now)
        after = step(state, one.verdict, now, timing)
        if after != state:
            changed += await _write(tx, source, was, one, state.phase, after)
    if changed:
        await jobs.defer(tx, "monitoring.notify", organization_id=str(source.organization_id))
    return changed


async def _write(tx: Transaction, source: Source, was: Known | None, seen: Sighting, before: Phase, after: State) -> bool:
    if after.phase == "inactive":
        if was is None:
            return False
        await tx.run(q.SQL.forget_pending, id=was.id)
        return False
    words = _words(source, was, seen, after)
    alert_id = was.id if was is not None else new_id()
    value = seen.value if seen.value is not None or was is None else was.value
    await tx.run(
        q.SQL.put, id=alert_id, organization_id=source.organization_id, source=source.kind, source_id=source.id,
        fingerprint=fingerprint(seen.series), name=source.name, severity=source.severity, series=Jsonb(dict(seen.series)),
        labels=Jsonb(words["labels"]), annotations=Jsonb(words["annotations"]), phase=after.phase, since=after.since,
        fired_at=after.fired_at, resolved_at=after.resolved_at, known_at=after.known_at, value=value,
    )  # fmt: skip
    if after.phase == before:
        return False
    told = {"id": alert_id, "name": source.name, "severity": source.severity, "phase": after.phase, **words, "value": value}
    await tx.run(
        q.SQL.note_change, id=new_id(), organization_id=source.organization_id, alert_id=alert_id, name=source.name,
        labels=Jsonb(words["labels"]), before=before, after=after.phase, value=value, at=after.known_at,
    )  # fmt: skip
    if after.phase in ALIGHT and before not in ALIGHT:
        await events.emit(tx, "alert.firing", source.organization_id, told)
    elif after.phase == "resolved":
        await events.emit(tx, "alert.resolved", source.organization_id, told)
    return True


def _words(source: Source, was: Known | None, seen: Sighting, after: State) -> dict[str, Any]:
    """Labels and annotations. They stay while an alert is on its way out: the values are no longer those in trouble."""
    if was is not None and seen.verdict != "true" and after.phase != "no_data":
        return {"labels": was.labels, "annotations": was.annotations}
    series = dict(seen.series)
    added = {name: templates.fill(text, series, seen.value) for name, text in source.labels.items()}
    whole = {**series, **added, "alertname": source.name, "severity": source.severity}
    return {
        "labels": {name: value for name, value in whole.items() if value},
        "annotations": {name: templates.fill(text, whole, seen.value) for name, text in source.annotations.items()},
    }
