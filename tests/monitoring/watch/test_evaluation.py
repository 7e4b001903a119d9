"""Rules over real samples, with a clock that is moved by hand."""

from __future__ import annotations

from typing import Any

import pytest

from control.core.runtime import Runtime
from control.monitoring.alerts.evaluation import evaluate_due
from tests.monitoring.watch.support import Scene

OVER: dict[str, Any] = {"expression": "load > 5", "labels": {"team": "ops"}}


async def _phases(scene: Scene, *minutes: float, alert: str = "rule web ops") -> list[str]:
    found = []
    for minute in minutes:
        scene.at(minute)
        await scene.evaluate()
        found.append((await scene.alerts()).get(alert, "-"))
    return found


async def test_a_rule_fires_and_recovers(scene: Scene) -> None:
    rule = await scene.rule(**OVER, for_s=60, annotations={"summary": "{{ labels.host }} at {{ value }}, {{ labels.team }}"})
    scene.sent("load", 9, 9, 9, 1, 1, until=5, host="web")
    assert await _phases(scene, 1, 2, 3, 4.5) == ["pending", "firing", "firing", "resolved"]
    alert = (await scene.world.get("anna", "/v1/monitoring/alerts")).json()["data"][0]
    assert alert["labels"] == {"host": "web", "team": "ops", "alertname": "rule", "severity": "warning"}
    assert alert["annotations"] == {"summary": "web at 9, ops"}
    changes = (await scene.world.get("anna", f"/v1/monitoring/alert-changes?alert_id={alert['id']}&sort_order=asc")).json()[
        "data"
    ]
    assert [(c["before"], c["after"]) for c in changes] == [
        ("inactive", "pending"),
        ("pending", "firing"),
        ("firing", "resolved"),
    ]
    found = (await scene.world.get("anna", f"/v1/monitoring/rules/{rule['id']}")).json()["data"]
    assert (found["health"], found["error"]) == ("ok", None)
    topics = scene.sql("SELECT topic FROM hcc.outbox_events WHERE topic LIKE 'alert.%%' ORDER BY id")
    assert topics == [("alert.firing",), ("alert.resolved",)]


async def test_it_survives_a_restart(scene: Scene, settings: Any) -> None:
    await scene.rule(**OVER, for_s=120)
    scene.sent("load", 9, 9, 9, 9, until=3, host="web")
    assert await _phases(scene, 0, 1) == ["pending", "pending"]
    await scene.worker.stop()
    scene.worker = Runtime(settings, settings.worker_database_url)
    await scene.worker.start()
    assert await _phases(scene, 2) == ["firing"]
    await scene.worker.stop()


async def test_what_was_missed_is_not_made_up_for(scene: Scene) -> None:
    """The worker was away for an hour: one evaluation, at the moment it is, and the wait goes on where it was."""
    rule = await scene.rule(**OVER, for_s=120)
    scene.sent("load", *[9] * 65, until=64, host="web")
    assert await _phases(scene, 0, 60.2, 61.2, 62.2) == ["pending", "pending", "firing", "firing"]
    found = (await scene.world.get("anna", f"/v1/monitoring/rules/{rule['id']}")).json()["data"]
    assert found["missed"] == 59
    scene.at(62.5)
    assert await scene.evaluate() == 0
    lag = scene.sql("SELECT lag_ms FROM hcc.alert_evaluations")
    assert lag == [(12_000,)]


RECOVERY = [
    ("the condition alone", {}, ["firing", "resolved", "resolved"]),
    ("a recovery condition", {"recovery": "load < 3"}, ["firing", "firing", "resolved"]),
    ("kept firing", {"keep_firing_for_s": 90}, ["firing", "recovering", "recovering"]),
]


@pytest.mark.parametrize(("name", "fields", "expected"), RECOVERY, ids=[case[0] for case in RECOVERY])
async def test_recovery(scene: Scene, name: str, fields: dict[str, Any], expected: list[str]) -> None:
    await scene.rule(**OVER, **fields)
    scene.sent("load", 9, 4, 2, until=2, host="web")
    assert await _phases(scene, 0, 1, 2) == expected


NO_DATA = [("ok", "resolved"), ("keep", "firing"), ("alert", "no_data")]


@pytest.mark.parametrize(("policy", "expected"), NO_DATA, ids=[policy for policy, _ in NO_DATA])
async def test_one_of_several_goes_away(scene: Scene, policy: str, expected: str) -> None:
    """Others still send, so that ingestion works: it is this series that has no data."""
    await scene.rule(**OVER, no_data=policy)
    scene.sent("load", 9, until=0, host="web")
    scene.sent("load", *[1] * 8, until=7, host="other")
    assert await _phases(scene, 0, 7) == ["firing", expected]


async def test_the_rule_itself_has_no_data(scene: Scene) -> None:
    await scene.rule(expression="nosuch > 1", no_data="alert")
    scene.sent("load", 1, 1, until=1, host="web")
    assert await _phases(scene, 1, alert="rule") == ["no_data"]
    scene.sent("nosuch", 0, until=2, host="web")
    scene.sent("load", 1, until=2, host="web")
    assert await _phases(scene, 2, alert="rule") == ["resolved"]


async def test_ingestion_was_away(scene: Scene) -> None:
    """Nothing of the organisation comes any more: no storm but one alert, and rules wait until they can look again."""
    await scene.rule(**OVER, no_data="alert")
    await scene.rule(name="other", expression="rate(hits[5m]) < 0.5")
    scene.sent("load", 9, until=0, host="web")
    scene.sent("load", 1, until=0, host="quiet")
    scene.sent("hits", *range(0, 660, 60), until=0, host="web")
    # Somebody else's values come, so it is this organisation's trouble.
    scene.sql("INSERT INTO hcc.metric_segments (ingester, segment, values, minutes, written_at)"
              " VALUES (gen_random_uuid(), 1, 1, '{}', now() + interval '1 hour')")  # fmt: skip
    scene.at(0)
    await scene.evaluate()
    assert await scene.alerts() == {"rule web ops": "firing"}
    for minute in (4, 8, 20):
        scene.at(minute)
        await scene.evaluate()
        assert await scene.alerts() == {"rule web ops": "firing", "MetricsSilent": "firing"}, minute
    health = dict(scene.sql("SELECT r.name, e.health FROM hcc.alert_rules r JOIN hcc.alert_evaluations e ON e.rule_id = r.id"))
    assert health == {"rule": "unknown", "other": "unknown"}
    # It is back: what needs the newest value alone is known first, rates once their window is clear of the hole.
    scene.sent("load", *[1] * 10, until=30, host="web")
    scene.sent("hits", *range(0, 600, 60), until=30, host="web")
    scene.at(30)
    await scene.evaluate()
    assert await scene.alerts() == {"rule web ops": "resolved", "MetricsSilent": "resolved"}


async def test_everybody_is_silent(scene: Scene) -> None:
    """Then it is the platform's trouble: no customer is told."""
    await scene.rule(**OVER)
    scene.sent("load", 9, until=0, host="web")
    assert await _phases(scene, 0) == ["firing"]
    scene.at(20)
    await scene.evaluate()
    assert await scene.alerts() == {"rule web ops": "firing"}


async def test_the_database_was_away(scene: Scene) -> None:
    """Values waited on disk and come late: while they do nothing is known, afterwards there was no outage."""
    await scene.rule(expression="rate(hits[5m]) < 0.5", for_s=0)
    scene.sent("hits", *range(0, 660, 60), until=0, host="web")
    await _phases(scene, 0)
    scene.at(30)
    await scene.evaluate()
    scene.sent("hits", *range(660, 1860, 60), until=20, host="web")
    await _phases(scene, 31)
    assert scene.sql("SELECT filled, ended IS NULL FROM hcc.ingest_outages ORDER BY began") == [(True, False), (False, True)]
    scene.sent("hits", *range(660, 2580, 60), until=32, host="web")
    await _phases(scene, 32)
    assert scene.sql("SELECT filled, ended IS NULL FROM hcc.ingest_outages ORDER BY began") == [(True, False), (True, False)]
    await _phases(scene, 33)
    assert scene.sql("SELECT health FROM hcc.alert_evaluations") == [("ok",)]
    assert "rule web" not in await scene.alerts()


async def test_anomalies(scene: Scene) -> None:
    await scene.rule(
        kind="anomaly", expression="temperature", anomaly={"score": 6, "recover_below": 3, "history": 20, "step_s": 60}
    )
    usual = [20 + (n * 7 % 5) / 5 for n in range(40)]
    scene.sent("temperature", *usual[:30], 35, *usual[31:33], until=2, host="web")
    assert await _phases(scene, -1, 0, 1, alert="rule web") == ["-", "firing", "resolved"]


async def test_a_broken_rule_says_so(scene: Scene) -> None:
    """Twice the same labels: the expression is good, its answer is not."""
    rule = await scene.rule(expression="load / on() group_left limit > 1")
    scene.sent("load", 1, until=0, host="web")
    scene.sent("limit", 1, until=0, host="a")
    scene.sent("limit", 1, until=0, host="b")
    await _phases(scene, 0)
    found = (await scene.world.get("anna", f"/v1/monitoring/rules/{rule['id']}")).json()["data"]
    assert found["health"] == "error"
    assert "many-to-many" in found["error"] or "duplicate" in found["error"]


async def test_others_see_and_evaluate_nothing_of_it(scene: Scene) -> None:
    """Values of another organisation fire nothing here."""
    await scene.rule(**OVER)
    other = Scene(scene.world, scene.settings, scene.worker, "birch")
    other.sent("load", 9, until=0, host="web")
    await _phases(scene, 0)
    assert await scene.alerts() == {}


async def test_two_workers_share_the_rules(scene: Scene) -> None:
    await scene.rule(**OVER)
    scene.sent("load", 9, until=0, host="web")
    assert [await evaluate_due(scene.worker, lambda: scene.now) for _ in range(2)] == [1, 0]


WRONG = [
    ({"expression": "load >"}, "/expression"),
    ({"expression": "1"}, "/expression"),
    ({"expression": "load[5m]"}, "/expression"),
    ({"expression": "load", "recovery": "x("}, "/recovery"),
    ({"expression": "load", "labels": {"severity": "x"}}, "/labels/severity"),
    ({"expression": "load", "annotations": {"a": "{{ nosuch }}"}}, "/annotations/a"),
    ({"expression": "load", "kind": "anomaly"}, "/anomaly"),
    ({"expression": "load", "kind": "anomaly", "anomaly": {"score": 3, "recover_below": 4}}, "/anomaly/recover_below"),
]


@pytest.mark.parametrize(("fields", "pointer"), WRONG, ids=[pointer for _, pointer in WRONG])
async def test_rules_that_are_none(scene: Scene, fields: dict[str, Any], pointer: str) -> None:
    answer = await scene.world.send("anna", "POST", "/v1/monitoring/rules", {"name": "rule", **fields})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["error"]["details"]["errors"]] == [pointer]


async def test_a_trial(scene: Scene) -> None:
    scene.now = scene.start
    scene.sent("load", 9, until=-0.5, host="web")
    answer = await scene.world.send("anna", "POST", "/v1/monitoring/rules/try", {"expression": "load > 5"})
    assert answer.json()["data"] == {"series": [{"__name__": "load", "host": "web"}], "values": [9.0], "shows_data": True}


async def test_switching_off_ends_its_alerts(scene: Scene) -> None:
    rule = await scene.rule(**OVER)
    scene.sent("load", 9, until=0, host="web")
    await _phases(scene, 0)
    body = {"name": "rule", **OVER, "is_active": False}
    assert (await scene.world.send("anna", "PUT", f"/v1/monitoring/rules/{rule['id']}", body)).status_code == 200
    assert await scene.alerts() == {"rule web ops": "resolved"}
    scene.at(3)
    assert await scene.evaluate() == 0
