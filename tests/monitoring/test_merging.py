"""A newer version of a built-in rule meets what an organisation made of the older one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from control.monitoring.alerts.models import Anomaly, NewAlertRule
from control.monitoring.builtin.merging import as_alert_rule, merge
from control.monitoring.builtin.reading import rules

GIVEN = NewAlertRule(
    name="Disk", expression="used > 0.9", recovery="used < 0.8", for_s=300, severity="warning", annotations={"summary": "full"}
)
# What the organisation changed, what the newer version changed, what comes out of it, what is kept, what both changed.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[str], list[str]]] = {
    "nothing": ({}, {}, {}, [], []),
    "only the version": ({}, {"expression": "used > 0.92"}, {"expression": "used > 0.92"}, [], []),
    "only the organisation": ({"expression": "used > 0.95"}, {}, {"expression": "used > 0.95"}, ["expression"], []),
    "different fields": (
        {"expression": "used > 0.95", "severity": "critical"},
        {"for_s": 600},
        {"expression": "used > 0.95", "severity": "critical", "for_s": 600},
        ["expression", "severity"],
        [],
    ),
    "the same field": (
        {"expression": "used > 0.95"},
        {"expression": "used > 0.92"},
        {"expression": "used > 0.95"},
        ["expression"],
        ["expression"],
    ),
    "both alike": ({"for_s": 600}, {"for_s": 600}, {"for_s": 600}, [], []),
    "a label of one's own": ({"labels": {"team": "a"}}, {}, {"labels": {"team": "a"}}, ["labels.team"], []),
    "labels side by side": (
        {"labels": {"team": "a"}},
        {"labels": {"part": "disk"}},
        {"labels": {"team": "a", "part": "disk"}},
        ["labels.team"],
        [],
    ),
    "a text of one's own beside a new one": (
        {"annotations": {"summary": "voll"}},
        {"annotations": {"summary": "full", "runbook": "r"}},
        {"annotations": {"summary": "voll", "runbook": "r"}},
        ["annotations.summary"],
        [],
    ),
    "a text taken away": ({"annotations": {}}, {}, {"annotations": {}}, ["annotations.summary"], []),
    "a recovery taken away": ({"recovery": None}, {"for_s": 60}, {"recovery": None, "for_s": 60}, ["recovery"], []),
    "switched off": ({"is_active": False}, {"for_s": 60}, {"is_active": False, "for_s": 60}, [], []),
}


@pytest.mark.parametrize(("mine", "new", "expected", "yours", "differs"), CASES.values(), ids=CASES.keys())
def test_merging(
    mine: dict[str, Any], new: dict[str, Any], expected: dict[str, Any], yours: list[str], differs: list[str]
) -> None:
    found = merge(GIVEN, msgspec.structs.replace(GIVEN, **mine), msgspec.structs.replace(GIVEN, **new))
    assert found.rule == msgspec.structs.replace(GIVEN, **expected)
    assert sorted(found.yours) == sorted(yours)
    assert [one.field for one in found.differs] == differs


def test_both_values_are_told() -> None:
    mine, new = (msgspec.structs.replace(GIVEN, for_s=seconds) for seconds in (60, 900))
    (one,) = merge(GIVEN, mine, new).differs
    assert (one.field, one.yours, one.builtin) == ("for_s", 60, 900)


def test_what_does_not_go_together_stays_as_it_is() -> None:
    """A rule that was made one of anomalies has no recovery, which the newer version brings."""
    mine = msgspec.structs.replace(GIVEN, kind="anomaly", recovery=None, anomaly=Anomaly(score=4))
    given = msgspec.structs.replace(GIVEN, recovery=None)
    found = merge(given, mine, GIVEN)
    assert found.rule == mine
    assert {one.field for one in found.differs} == {"kind", "anomaly", "recovery"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_rule_is_one_that_the_api_takes(rule: Any) -> None:
    """Merging looks the rule through as the API does, and leaves it as it is where something is wrong."""
    given = as_alert_rule(rule)
    new = msgspec.structs.replace(given, for_s=given.for_s + 1)
    assert merge(given, given, new).rule == new
