"""Built-in rules of an organisation, and built-in dashboards."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, NotFound, ValidationFailed
from control.core.words import N_, said
from control.monitoring.alerts.reading import looks
from control.monitoring.builtin import queries as q
from control.monitoring.builtin.installing import CHANGES, install
from control.monitoring.builtin.models import (
    BuiltinDashboard,
    BuiltinPack,
    BuiltinRule,
    ChosenDashboard,
    DashboardPanel,
    InstallationOutcome,
    PackInstallation,
    PackOutcome,
)
from control.monitoring.builtin.reading import Dashboard, Pack, Rule, dashboards, packs
from control.monitoring.query import service as queries
from control.monitoring.query.labels import NAME
from control.monitoring.query.matchers import Matcher

_MOST_VALUES = 1000


class _Standing(msgspec.Struct):
    pack: str
    version: int
    rules: int


async def every_pack(ctx: Context) -> list[BuiltinPack]:
    """All packs, with what the caller's organisation has of them."""
    async with ctx.transaction() as tx:
        rows = await tx.all(_Standing, q.SQL.standing, organization_id=ctx.principal.organization_id)
    standing = {row.pack: row for row in rows}
    return [_shown(pack, standing.get(pack.id)) for pack in packs()]


async def one_pack(ctx: Context, pack_id: str) -> BuiltinPack:
    """One pack. Raises NotFound."""
    pack = _pack(pack_id)
    return next(one for one in await every_pack(ctx) if one.id == pack.id)


async def install_packs(ctx: Context, tx: Transaction, data: PackInstallation) -> InstallationOutcome:
    """Install or update packs of the caller's organisation. Raises ValidationFailed for a pack that is none; Conflict."""
    known = {pack.id: pack for pack in packs()}
    wanted = list(dict.fromkeys(known if data.packs is None else data.packs))
    if wrong := [name for name in wanted if name not in known]:
        words, shown = N_("has %(name)s, which is no pack: %(choices)s"), ", ".join(known)
        raise ValidationFailed([FieldError("/packs", said(words, name=name, choices=shown)) for name in wrong])
    owner = ctx.principal.organization_id
    done = []
    for name in wanted:
        outcome = await install(tx, owner, known[name], restore=data.restore)
        done.append(outcome)
        if changed := [rule for rule in outcome.rules if rule.outcome in CHANGES]:
            told = PackOutcome(pack=name, version=outcome.version, rules=changed)
            await ctx.audit(tx, "builtin_pack.installed", "builtin_pack", name, organization_id=owner, after=told)
            await events.emit(tx, "builtin_pack.installed", owner, told)
    return InstallationOutcome(packs=done)


async def remove_pack(ctx: Context, pack_id: str) -> int:
    """Delete the rules of a pack, changed ones too, and their alerts; how many rules. Raises NotFound, also for a pack that is
    not installed."""
    pack, owner = _pack(pack_id), ctx.principal.organization_id
    async with ctx.transaction() as tx:
        await tx.run(q.SQL.lock, organization_id=owner)
        rows = await tx.all(_Standing, q.SQL.standing, organization_id=owner)
        if pack.id not in {row.pack for row in rows}:
            raise NotFound("pack; it is not installed")
        count = int(await tx.value(q.SQL.remove, organization_id=owner, pack=pack.id))
        await ctx.audit(
            tx, "builtin_pack.removed", "builtin_pack", pack.id, organization_id=owner, before={"pack": pack.id, "rules": count}
        )
        await events.emit(tx, "builtin_pack.removed", owner, {"pack": pack.id, "rules": count})
    return count


def every_dashboard() -> list[BuiltinDashboard]:
    """All dashboards."""
    return [BuiltinDashboard(**_board(one, None)) for one in dashboards()]


async def dashboard(ctx: Context, dashboard_id: str, value: str | None) -> ChosenDashboard:
    """One dashboard with the values to choose from, and its queries for one of them. Raises NotFound."""
    found = next((one for one in dashboards() if one.id == dashboard_id), None)
    if found is None:
        raise NotFound("dashboard")
    values = await queries.label_values(ctx, found.variable, [[Matcher(NAME, "=", found.of)]], _MOST_VALUES)
    return ChosenDashboard(**_board(found, value), values=values, value=value)


def _board(board: Dashboard, value: str | None) -> dict[str, Any]:
    panels = [
        DashboardPanel(
            title=panel.title,
            query=panel.query if value is None else board.query(panel, value),
            unit=panel.unit,
            legend=panel.legend,
        )
        for panel in board.panels
    ]
    return {"id": board.id, "title": board.title, "variable": board.variable, "of": board.of, "panels": panels}


def _pack(pack_id: str) -> Pack:
    found = next((pack for pack in packs() if pack.id == pack_id), None)
    if found is None:
        raise NotFound("pack")
    return found


def _shown(pack: Pack, standing: _Standing | None) -> BuiltinPack:
    rules = [_rule(rule) for rule in pack.rules]
    return BuiltinPack(
        id=pack.id,
        title=pack.title,
        about=pack.about,
        version=pack.version,
        installed_version=None if standing is None else standing.version,
        installed_rules=0 if standing is None else standing.rules,
        is_current=standing is not None and standing.version == pack.version,
        metrics=sorted({name for rule in rules for name in rule.metrics}),
        rules=rules,
    )


def _rule(rule: Rule) -> BuiltinRule:
    return BuiltinRule(
        id=rule.id,
        name=rule.name,
        summary=rule.summary,
        expression=rule.expression,
        recovery=rule.recovery,
        for_s=rule.for_s,
        severity=rule.severity,
        metrics=list(metrics_of(rule.expression)),
    )


@cache
def metrics_of(expression: str) -> tuple[str, ...]:
    """The names of the series that a built-in expression looks at; of those there are few, and they do not change."""
    matchers = [matcher for look in looks(expression, 0) for matcher in look.matchers]
    return tuple(sorted({matcher.value for matcher in matchers if matcher.name == NAME and matcher.op == "="}))
