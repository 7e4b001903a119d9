"""Packs of built-in rules and dashboards as the API shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.monitoring.builtin.reading import Key, Unit
from control.monitoring.labels import Severity

Outcome = Literal["added", "updated", "unchanged", "deleted", "name_taken", "retired", "released"]


class BuiltinRule(msgspec.Struct, kw_only=True):
    """A rule as it comes with the platform. `metrics` are the names of the series that it looks at; times are seconds."""

    id: str
    name: str
    summary: str
    expression: str
    recovery: str | None
    for_s: int
    severity: Severity
    metrics: list[str]


class BuiltinPack(msgspec.Struct, kw_only=True):
    """Rules that are installed together, and what the organisation has of them: `installed_rules` of the version
    `installed_version`, null where it has none. `is_current` says whether that is the newest."""

    id: str
    title: str
    about: str
    version: int
    installed_version: int | None
    installed_rules: int
    is_current: bool
    metrics: list[str]
    rules: list[BuiltinRule]


class PackInstallation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which packs, all unless named. `restore` brings back rules that the organisation deleted."""

    packs: Annotated[list[Key], Meta(max_length=50)] | None = None
    restore: bool = False


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A field that the organisation changed, and a newer version too: the organisation's own value stays."""

    field: str
    yours: Any
    builtin: Any


class RuleOutcome(msgspec.Struct, kw_only=True):
    """What became of one rule.

    `added`, `updated` to a newer version, `unchanged`; `deleted` by the organisation, and left so; `name_taken` by a rule of the
    organisation's own, and left out; `retired` with the newer version, and gone; `released`: retired, but changed by the
    organisation, whose own it is now. `yours` are the fields that the organisation changed, which stay.
    """

    id: str
    name: str
    rule_id: UUID | None
    outcome: Outcome
    yours: list[str] = []
    differs: list[Difference] = []


class PackOutcome(msgspec.Struct, kw_only=True):
    """What an installation did with one pack."""

    pack: str
    version: int
    rules: list[RuleOutcome]


class InstallationOutcome(msgspec.Struct, kw_only=True):
    """What an installation did."""

    packs: list[PackOutcome]


class DashboardPanel(msgspec.Struct, kw_only=True):
    """One plot. `percent` is of a share from 0 to 1, `time` seconds since 1970. `legend` may hold `{{ labels.NAME }}`."""

    title: str
    query: str
    unit: Unit
    legend: str


class BuiltinDashboard(msgspec.Struct, kw_only=True):
    """Plots that are looked at together. Queries hold `$VARIABLE` until a value is chosen, which is one of the label `variable`
    of the metric `of`."""

    id: str
    title: str
    variable: str
    of: str
    panels: list[DashboardPanel]


class ChosenDashboard(BuiltinDashboard, kw_only=True):
    """With the values that there are to choose from, at most 1,000, and the queries for `value` where one was given."""

    values: list[str]
    value: str | None
