"""What installing a pack does to the rules of an organisation, in one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.db import Transaction
from control.core.errors import Conflict
from control.core.ids import new_id
from control.core.words import said
from control.monitoring.alerts import queries as alerts
from control.monitoring.alerts.models import NewAlertRule
from control.monitoring.alerts.service import RULE, columns
from control.monitoring.builtin import queries as q
from control.monitoring.builtin.merging import as_alert_rule, merge
from control.monitoring.builtin.models import PackOutcome, RuleOutcome
from control.monitoring.builtin.reading import Pack

CHANGES = {"added", "updated", "retired", "released"}
"""Outcomes after which something is different."""
_OWN = tuple(name for name in NewAlertRule.__struct_fields__)


class _Name(msgspec.Struct):
    name: str


class _Given(msgspec.Struct, kw_only=True):
    """A rule as it was given, and as it is; the fields of a deleted rule are null."""

    key: str
    version: int
    given: dict[str, Any]
    rule_id: UUID | None
    name: str | None
    kind: str | None
    expression: str | None
    recovery: str | None
    anomaly: dict[str, Any] | None
    interval_s: int | None
    for_s: int | None
    keep_firing_for_s: int | None
    no_data: str | None
    severity: str | None
    labels: dict[str, str] | None
    annotations: dict[str, str] | None
    is_active: bool | None

    def now(self) -> NewAlertRule:
        return msgspec.convert({name: getattr(self, name) for name in _OWN}, NewAlertRule)

    def then(self) -> NewAlertRule:
        return msgspec.convert(self.given, NewAlertRule)


async def install(tx: Transaction, organization_id: UUID, pack: Pack, *, restore: bool = False) -> PackOutcome:
    """Bring an organisation's rules to the pack's version. Raises Conflict when there would be too many rules.

    Done again it changes nothing. `restore` brings back what was deleted.
    """
    await tx.run(q.SQL.lock, organization_id=organization_id)
    rows = await tx.all(_Given, q.SQL.given, organization_id=organization_id, pack=pack.id)
    names = {row.name for row in await tx.all(_Name, q.SQL.names, organization_id=organization_id)}
    work = _Work(tx, organization_id, pack, {row.key: row for row in rows}, names)
    return PackOutcome(pack=pack.id, version=pack.version, rules=await work.all(restore=restore))


class _Work:
    """One pack, rule by rule."""

    def __init__(
        self, tx: Transaction, organization_id: UUID, pack: Pack, given: dict[str, _Given], names: set[str]
    ) -> None:  # fmt: skip
        self._tx, self._owner, self._pack, self._given, self._names = tx, organization_id, pack, given, names

    async def all(self, *, restore: bool) -> list[RuleOutcome]:
        """What became of each rule."""
        found = []
        for rule in self._pack.rules:
            new, old = as_alert_rule(rule), self._given.get(rule.id)
            if old is not None and old.rule_id is not None:
                found.append(await self._update(rule.id, old, old.rule_id, new))
            elif old is not None and not restore:
                await self._put(rule.id, new, None, unless=old)
                found.append(RuleOutcome(id=rule.id, name=new.name, rule_id=None, outcome="deleted"))
            else:
                found.append(await self._add(rule.id, new))
        kept = {rule.id for rule in self._pack.rules}
        return found + [await self._retire(key, old) for key, old in self._given.items() if key not in kept]

    async def _add(self, key: str, new: NewAlertRule) -> RuleOutcome:
        if new.name in self._names:
            return RuleOutcome(id=key, name=new.name, rule_id=None, outcome="name_taken")
        if len(self._names) >= RULE.most:
            raise Conflict(said("An organization has at most %(most)s alert rules; delete some first.", most=RULE.most))
        rule_id = new_id()
        await self._tx.run(alerts.SQL.rule_insert, id=rule_id, organization_id=self._owner, **columns(new))
        await self._put(key, new, rule_id)
        self._names.add(new.name)
        return RuleOutcome(id=key, name=new.name, rule_id=rule_id, outcome="added")

    async def _update(self, key: str, old: _Given, rule_id: UUID, new: NewAlertRule) -> RuleOutcome:
        mine = old.now()
        merged = merge(old.then(), mine, new)
        rule = merged.rule
        if rule.name != mine.name and rule.name in self._names:
            rule = msgspec.structs.replace(rule, name=mine.name)
        changed = rule != mine
        if changed:
            await self._tx.run(alerts.SQL.rule_update, id=rule_id, **columns(rule))
            self._names = (self._names - {mine.name}) | {rule.name}
        await self._put(key, new, rule_id, unless=old)
        return RuleOutcome(
            id=key, name=rule.name, rule_id=rule_id, outcome="updated" if changed else "unchanged", yours=merged.yours,
            differs=merged.differs,
        )  # fmt: skip

    async def _retire(self, key: str, old: _Given) -> RuleOutcome:
        """The newer version has no such rule any more."""
        await self._tx.run(q.SQL.forget, organization_id=self._owner, pack=self._pack.id, key=key)
        if old.rule_id is None:
            return RuleOutcome(id=key, name=old.then().name, rule_id=None, outcome="retired")
        mine = old.now()
        if mine != msgspec.structs.replace(old.then(), is_active=mine.is_active):
            return RuleOutcome(id=key, name=mine.name, rule_id=old.rule_id, outcome="released")
        await self._tx.run(alerts.SQL.rule_delete, id=old.rule_id)
        self._names.discard(mine.name)
        return RuleOutcome(id=key, name=mine.name, rule_id=None, outcome="retired")

    async def _put(self, key: str, new: NewAlertRule, rule_id: UUID | None, unless: _Given | None = None) -> None:
        """Note what was given, unless that stands there already."""
        if unless is not None and unless.version == self._pack.version and unless.then() == new:
            return
        await self._tx.run(
            q.SQL.put, organization_id=self._owner, pack=self._pack.id, key=key, version=self._pack.version,
            given=Jsonb(msgspec.to_builtins(new)), rule_id=rule_id,
        )  # fmt: skip
