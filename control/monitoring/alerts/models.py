"""Alert rules and alerts as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.monitoring.alerts.machine import NoData
from control.monitoring.labels import LabelName, LabelSet, Severity

RuleKind = Literal["query", "anomaly"]
Expression = Annotated[str, Meta(min_length=1, max_length=8000)]
Patience = Annotated[int, Meta(ge=0, le=604_800)]
AlertPhase = Literal["pending", "firing", "recovering", "no_data", "resolved"]
Annotations = dict[LabelName, Annotated[str, Meta(max_length=2000)]]


class Anomaly(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a value is unusual: its robust score against the `history` values before it, `step_s` seconds apart each.

    The score is how many standard deviations a value is away, as median and median deviation tell. `recover_below` is the score
    under which it is usual again; `season` compares with the same time that many steps earlier instead of with what went just
    before.
    """

    score: Annotated[float, Meta(gt=0, le=1000)] = 3.5
    recover_below: Annotated[float, Meta(gt=0, le=1000)] | None = None
    history: Annotated[int, Meta(ge=3, le=1440)] = 60
    step_s: Annotated[int, Meta(ge=10, le=3600)] = 60
    season: Annotated[int, Meta(ge=2, le=1440)] | None = None
    direction: Literal["above", "below", "both"] = "both"


class AlertRule(msgspec.Struct, kw_only=True):
    """A rule, and how its last evaluation went. `lag_ms` is how late it began; `missed` ones are never made up for."""

    id: UUID
    organization_id: UUID
    name: str
    kind: RuleKind
    expression: str
    recovery: str | None
    anomaly: Anomaly | None
    interval_s: int
    for_s: int
    keep_firing_for_s: int
    no_data: NoData
    severity: Severity
    labels: dict[str, str]
    annotations: dict[str, str]
    is_active: bool
    health: Literal["new", "ok", "unknown", "error"]
    error: str | None
    checked_at: datetime | None
    took_ms: int
    lag_ms: int
    missed: int
    version: int
    created_at: datetime
    updated_at: datetime


class NewAlertRule(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`expression` is PromQL that gives a value for each series in trouble. Times are seconds.

    `recovery` is PromQL that gives a series once its trouble is over; without it that is when `expression` no longer gives it.
    Labels and annotations may hold `{{ labels.NAME }}` and `{{ value | percent }}` (or `bytes`, `humanize`, `duration`, `round`).
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    expression: Expression
    kind: RuleKind = "query"
    recovery: Expression | None = None
    anomaly: Anomaly | None = None
    interval_s: Annotated[int, Meta(ge=10, le=86_400)] = 60
    for_s: Patience = 0
    keep_firing_for_s: Patience = 0
    no_data: NoData = "ok"
    severity: Severity = "warning"
    labels: LabelSet = {}
    annotations: Annotations = {}
    is_active: bool = True


class Alert(msgspec.Struct, kw_only=True):
    """One series in trouble, or one that was. `source` is what found it: a rule, a check, a stuck check, or ingestion."""

    id: UUID
    organization_id: UUID
    source: Literal["rule", "check", "stuck", "ingestion"]
    source_id: UUID
    name: str
    severity: Severity
    labels: dict[str, str]
    annotations: dict[str, str]
    phase: AlertPhase
    since: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    known_at: datetime
    value: float | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    acknowledged_note: str
    version: int
    updated_at: datetime


class Acknowledgement(msgspec.Struct, forbid_unknown_fields=True):
    """Why nobody needs to be told again for now."""

    note: Annotated[str, Meta(max_length=500)] = ""


class AlertChange(msgspec.Struct, kw_only=True):
    """One step in the life of an alert."""

    id: UUID
    organization_id: UUID
    alert_id: UUID
    name: str
    labels: dict[str, str]
    before: str
    after: str
    value: float | None
    at: datetime


class ExpressionTrial(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A rule to be tried without being kept."""

    expression: Expression


class TrialResult(msgspec.Struct, kw_only=True):
    """What the expression gives now: each series in trouble with its value. `shows_data` says whether series can be told apart
    from those without data."""

    series: list[dict[str, str]]
    values: list[float | None]
    shows_data: bool
