"""A newer version of a rule and what an organisation made of the older one become one rule. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from control.core.errors import ValidationFailed
from control.monitoring.alerts.models import NewAlertRule
from control.monitoring.alerts.service import check
from control.monitoring.builtin.models import Difference
from control.monitoring.builtin.reading import Rule

Fields = dict[str, Any]
_MAPS = ("labels", "annotations")


class Merged(msgspec.Struct, frozen=True):
    """The rule as it should be, fields that stay as the organisation has them, and those that both sides changed."""

    rule: NewAlertRule
    yours: list[str]
    differs: list[Difference]


def as_alert_rule(rule: Rule) -> NewAlertRule:
    """A built-in rule as an alert rule."""
    return NewAlertRule(
        name=rule.name,
        expression=rule.expression,
        recovery=rule.recovery,
        for_s=rule.for_s,
        severity=rule.severity,
        annotations={"summary": rule.summary},
    )


def merge(given: NewAlertRule, mine: NewAlertRule, new: NewAlertRule) -> Merged:
    """Field by field, and label by label: what the organisation left as it was given follows the new version.

    Whether a rule is switched on is the organisation's alone. Where the parts of both do not make a rule, its own stays whole.
    """
    old, own, next_ = _flat(given), _flat(mine), _flat(new)
    fields: Fields = {}
    yours: list[str] = []
    differs: list[Difference] = []
    for name in {**next_, **old, **own}:
        before, have, comes = old.get(name), own.get(name), next_.get(name)
        fields[name] = comes if have == before else have
        if have not in (before, comes):
            yours.append(name)
            if comes != before:
                differs.append(Difference(field=name, yours=have, builtin=comes))
    made = _whole(fields, is_active=mine.is_active)
    try:
        check(made)
    except ValidationFailed:
        apart = [name for name in {**next_, **own} if own.get(name) != next_.get(name)]
        differs = [Difference(field=name, yours=own.get(name), builtin=next_.get(name)) for name in apart]
        return Merged(mine, apart, differs)
    return Merged(made, yours, differs)


def _flat(rule: NewAlertRule) -> Fields:
    """`labels.team` and so on stand beside the other fields; what is absent is None."""
    built = msgspec.to_builtins(rule)
    del built["is_active"]
    maps = {f"{name}.{key}": value for name in _MAPS for key, value in built.pop(name).items()}
    return {**built, **maps}


def _whole(fields: Fields, *, is_active: bool) -> NewAlertRule:
    maps: dict[str, dict[str, str]] = {name: {} for name in _MAPS}
    rest: Fields = {}
    for name, value in fields.items():
        head, dot, key = name.partition(".")
        if not dot:
            rest[name] = value
        elif value is not None:
            maps[head][key] = value
    return msgspec.convert({**rest, **maps, "is_active": is_active}, NewAlertRule)
