"""The rules and dashboards that come with the platform, read from the files beside this one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

FOLDER = Path(__file__).parent
Key = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{1,62}$")]
Expression = Annotated[str, Meta(min_length=1, max_length=8000)]
Unit = Literal["", "bytes", "bytes/s", "per_second", "percent", "seconds", "time", "count", "yes_no"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alert rule. `expression` is PromQL that gives a value for each series in trouble, `recovery` one that gives a series
    once its trouble is over; times are seconds. `summary` may hold `{{ labels.NAME }}` and `{{ value | percent }}`."""

    id: Key
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    expression: Expression
    severity: Literal["info", "warning", "critical"]
    summary: Annotated[str, Meta(min_length=1, max_length=2000)]
    recovery: Expression | None = None
    for_s: Annotated[int, Meta(ge=0)] = 0


class Panel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plot. `percent` is of a share from 0 to 1, `time` seconds since 1970. `legend` may hold `{{ labels.NAME }}`."""

    title: Annotated[str, Meta(min_length=1, max_length=100)]
    query: Expression
    unit: Unit = ""
    legend: str = ""


class Dashboard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Panels that are looked at together. Queries hold `$NAME` for each variable; its values are those of the label `variable`
    of the metric `of`."""

    id: Key
    title: str
    variable: str
    of: str
    panels: list[Panel]

    def query(self, panel: Panel, chosen: str) -> str:
        """The panel's query for one value of the variable, which is quoted for where it stands."""
        quoted = chosen.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return panel.query.replace(f"${self.variable}", quoted)


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1)]
    title: Annotated[str, Meta(min_length=1, max_length=100)]
    about: Annotated[str, Meta(min_length=1, max_length=500)]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    pack: _Head
    rules: list[Rule]


class Pack(msgspec.Struct, frozen=True):
    """Rules that are installed together. `version` grows whenever one of them changes; `id` is the file's name."""

    id: str
    version: int
    title: str
    about: str
    rules: tuple[Rule, ...]


@cache
def packs() -> tuple[Pack, ...]:
    """All packs, by the names of their files. Raises ValueError when a rule stands twice, by its id or by its name."""
    found: list[Pack] = []
    known: set[str] = set()
    for path in sorted((FOLDER / "rules").glob("*.toml")):
        read = msgspec.toml.decode(path.read_bytes(), type=_File)
        for rule in read.rules:
            if known & {rule.id, rule.name}:
                raise ValueError(f"{path.name}: rule {rule.id} ({rule.name}) stands twice")
            known |= {rule.id, rule.name}
        rules = tuple(_trimmed(rule) for rule in read.rules)
        found.append(Pack(path.stem, read.pack.version, read.pack.title, read.pack.about, rules))
    return tuple(found)


def _trimmed(rule: Rule) -> Rule:
    recovery = None if rule.recovery is None else rule.recovery.strip()
    return msgspec.structs.replace(rule, expression=rule.expression.strip(), recovery=recovery)


def rules() -> tuple[Rule, ...]:
    """The rules of all packs."""
    return tuple(rule for pack in packs() for rule in pack.rules)


@cache
def dashboards() -> tuple[Dashboard, ...]:
    """All dashboards, by the names of their files."""
    return tuple(
        msgspec.toml.decode(path.read_bytes(), type=Dashboard) for path in sorted((FOLDER / "dashboards").glob("*.toml"))
    )
