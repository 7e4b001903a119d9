"""Checks from the API to their state, history, alerts and metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from control.core.runtime import Runtime
from control.monitoring.checks import stuck
from control.monitoring.checks.outcome import Local, advance, combined
from control.monitoring.checks.pushing import line
from control.monitoring.checks.running import Runner
from tests.ingest.support import Ingester, Writer, until
from tests.monitoring.watch.pages import Pages, serving
from tests.monitoring.watch.support import Scene
from tests.world import World

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def _local(state: str, failures: int = 0, age: int = 10, location: str = "a") -> Local:
    return Local(location, state, NOW - timedelta(hours=1), NOW - timedelta(seconds=age), failures)  # type: ignore[arg-type]


ADVANCED = [
    ("new", 0, True, "up", 0, None),
    ("up", 1, True, "up", 0, None),
    ("up", 0, False, "up", 1, 20),
    ("up", 1, False, "up", 2, 20),
    ("up", 2, False, "down", 3, None),
    ("down", 3, False, "down", 4, None),
    ("down", 4, True, "up", 0, None),
    ("new", 2, False, "down", 3, None),
]


@pytest.mark.parametrize(("state", "failures", "ok", "then", "counted", "retry"), ADVANCED)
def test_retries_before_down(state: str, failures: int, ok: bool, then: str, counted: int, retry: int | None) -> None:
    after = advance(_local(state, failures), ok=ok, now=NOW, retries=2, interval_s=60)
    again = None if after.retry_at is None else (after.retry_at - NOW).seconds
    assert (after.state, after.failures, again) == (then, counted, retry)


COMBINED = [
    ([("up", 10)], 1, "up"),
    ([("down", 10), ("up", 10)], 1, "down"),
    ([("down", 10), ("up", 10)], 2, "up"),
    ([("down", 10), ("down", 10)], 2, "down"),
    ([("down", 10), ("up", 500)], 1, "down"),
    ([("down", 500), ("up", 10)], 1, "up"),
    ([("up", 500)], 1, "unknown"),
    ([("new", 10)], 1, "new"),
    ([("new", 10), ("up", 10)], 1, "up"),
]


@pytest.mark.parametrize(("states", "quorum", "expected"), COMBINED)
def test_locations_together(states: list[tuple[str, int]], quorum: int, expected: str) -> None:
    of = [_local(state, age=age, location=str(n)) for n, (state, age) in enumerate(states)]
    assert combined(of, now=NOW, interval_s=60, quorum=quorum) == expected


def test_lines() -> None:
    text = line({"check": "a b,c=d\\", "empty": " ", "kind": "http"}, {"up": 1.0, "wait_seconds": 0.25}, NOW)
    assert text == "check,check=a\\ b\\,c\\=d/,kind=http up=1.0,wait_seconds=0.25 1767571200000"


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    async with serving() as running:
        running.put("/", "all is well")
        yield running


@pytest.fixture
def runner(scene: Scene, worker_runtime: Runtime) -> Runner:
    return Runner(worker_runtime, lambda: scene.now)


async def make(world: World, **fields: Any) -> dict[str, Any]:
    answer = await world.send("anna", "POST", "/v1/monitoring/checks", {"name": "site", "kind": "http", **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


async def _look(scene: Scene, runner: Runner, seconds: float) -> int:
    scene.at(seconds / 60)
    begun = await runner.look()
    await runner.settle()
    return begun


async def _state(scene: Scene, check: dict[str, Any]) -> tuple[str, str]:
    found = (await scene.world.get("anna", f"/v1/monitoring/checks/{check['id']}")).json()["data"]
    return found["state"], found["message"]


async def test_a_site_goes_down_and_comes_back(scene: Scene, runner: Runner, pages: Pages) -> None:
    check = await make(scene.world, target=f"{pages.url}/", retries=1, labels={"team": "web"})
    assert await _look(scene, runner, 0) == 1
    assert await _state(scene, check) == ("up", "status 200")
    assert await _look(scene, runner, 30) == 0
    pages.put("/", "oops", 500)
    assert await _look(scene, runner, 60) == 1
    assert (await _state(scene, check))[0] == "up"
    assert await scene.alerts() == {}
    # Seen again after 20 seconds, not a whole interval later.
    assert await _look(scene, runner, 81) == 1
    assert (await _state(scene, check))[0] == "down"
    [alert] = (await scene.world.get("anna", f"/v1/monitoring/alerts?source_id={check['id']}")).json()["data"]
    assert (alert["phase"], alert["name"], alert["severity"]) == ("firing", "CheckDown", "critical")
    assert alert["labels"]["team"] == "web"
    assert alert["annotations"]["summary"] == "site is down: status 500 instead of 200-399"
    pages.put("/", "fine")
    await _look(scene, runner, 180)
    assert (await _state(scene, check))[0] == "up"
    [alert] = (await scene.world.get("anna", f"/v1/monitoring/alerts?source_id={check['id']}")).json()["data"]
    assert alert["phase"] == "resolved"
    results = (await scene.world.get("anna", f"/v1/monitoring/checks/{check['id']}/results?sort_order=asc")).json()["data"]
    assert [one["ok"] for one in results] == [True, False, False, True]
    spans = scene.sql("SELECT state, ended IS NULL FROM hcc.check_spans ORDER BY began")
    assert spans == [("up", False), ("down", False), ("up", True)]


async def test_locations(scene: Scene, runner: Runner, worker_runtime: Runtime, pages: Pages) -> None:
    """Two must say so; a worker makes the checks of its own location alone."""
    other = Runner(worker_runtime, lambda: scene.now)
    other.location = "elsewhere"
    check = await make(scene.world, target=f"{pages.url}/", retries=0, locations=["default", "elsewhere"], quorum=2)
    pages.put("/", "oops", 500)
    assert await _look(scene, runner, 0) == 1
    assert (await _state(scene, check))[0] == "unknown"
    assert await _look(scene, other, 1) == 1
    assert (await _state(scene, check))[0] == "down"
    found = (await scene.world.get("anna", f"/v1/monitoring/checks/{check['id']}/locations")).json()["data"]
    assert [(one["location"], one["state"]) for one in found] == [("default", "down"), ("elsewhere", "down")]


async def test_a_heartbeat(scene: Scene, runner: Runner) -> None:
    check = await make(scene.world, kind="heartbeat", expects={"grace_s": 30}, retries=0)
    path = "/v1/heartbeats/" + check["push_url"].rpartition("/")[2]
    await _look(scene, runner, 0)
    assert await _state(scene, check) == ("up", "waiting for the first sign of life")
    await _look(scene, runner, 150)
    assert (await _state(scene, check))[0] == "down"
    for method in ("GET", "POST"):
        assert (await scene.world.client.request(method, path)).status_code == 200
    scene.sql("UPDATE hcc.check_states SET beat_at = %s", scene.now)
    await _look(scene, runner, 152)
    assert await _state(scene, check) == ("up", "in time")
    assert (await scene.world.client.get(path + "x")).status_code == 404
    shown = await scene.world.get("anna", f"/v1/monitoring/checks/{check['id']}")
    assert "push_url" not in shown.json()["data"]


async def test_a_stuck_check_is_an_alert(scene: Scene, runner: Runner, worker_runtime: Runtime, pages: Pages) -> None:
    check = await make(scene.world, target=f"{pages.url}/")

    async def judged(seconds: float) -> dict[str, str]:
        scene.at(seconds / 60)
        await stuck.look(worker_runtime.database, lambda: scene.now)
        return await scene.alerts()

    await _look(scene, runner, 0)
    assert await judged(1) == {}
    # The worker looks on, but this check gives nothing.
    scene.sql("UPDATE hcc.check_states SET due_at = now() + interval '1 day'")
    for seconds in range(30, 200, 30):
        await _look(scene, runner, seconds)
    assert await judged(200) == {"CheckStuck site": "firing"}
    assert (await _state(scene, check))[0] == "unknown"
    scene.sql("UPDATE hcc.check_states SET due_at = now()")
    await _look(scene, runner, 210)
    assert await judged(211) == {"CheckStuck site": "resolved"}
    assert (await _state(scene, check))[0] == "up"


async def test_a_pause_is_no_storm(scene: Scene, runner: Runner, worker_runtime: Runtime, pages: Pages) -> None:
    """All workers were away for an hour. When they are back nothing counts as stuck before it had its time."""
    for name in ("one", "two"):
        await make(scene.world, name=name, target=f"{pages.url}/")
    await _look(scene, runner, 0)
    scene.at(60)
    async with worker_runtime.database.transaction(_nobody()) as tx:
        from control.monitoring.checks import queries as q
        from control.monitoring.checks.running import PAUSED

        await tx.run(q.SQL.here, location="default", at=scene.now, paused=PAUSED)
    assert await stuck.look(worker_runtime.database, lambda: scene.now) == 0
    assert await scene.alerts() == {}


def _nobody() -> Any:
    from control.core.db import NOBODY

    return NOBODY


async def test_inner_addresses_need_the_operator(
    scene: Scene, worker_runtime: Runtime, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = await make(scene.world, target=f"{pages.url}/", retries=0)
    for setting, expected in (("none", "down"), ("platform", "down"), ("all", "up")):
        strict = msgspec.structs.replace(worker_runtime.settings, check_allow_private=setting)
        monkeypatch.setattr(worker_runtime, "settings", strict)
        scene.sql("UPDATE hcc.check_states SET due_at = now()")
        await _look(scene, Runner(worker_runtime, lambda: scene.now), 0)
        assert (await _state(scene, check))[0] == expected, setting


async def test_a_secret_is_not_shown(scene: Scene, runner: Runner, pages: Pages) -> None:
    check = await make(scene.world, target=f"{pages.url}/", secret="Bearer s3cret")
    await _look(scene, runner, 0)
    assert "Authorization: Bearer s3cret" in pages.asked[0]
    shown = await scene.world.get("anna", f"/v1/monitoring/checks/{check['id']}")
    assert shown.json()["data"]["has_secret"] is True
    stored = scene.sql("SELECT c::text FROM hcc.checks c UNION ALL SELECT a::text FROM hcc.audit_log a")
    everything = shown.text + str(stored)
    assert "s3cret" not in everything
    body = {"name": "renamed", "kind": "http", "target": f"{pages.url}/"}
    assert (await scene.world.send("anna", "PUT", f"/v1/monitoring/checks/{check['id']}", body)).json()["data"][
        "has_secret"
    ] is True


async def test_switched_off(scene: Scene, runner: Runner, pages: Pages) -> None:
    check = await make(scene.world, target=f"{pages.url}/nosuch", retries=0)
    await _look(scene, runner, 0)
    assert (await _state(scene, check))[0] == "down"
    body = {"name": "site", "kind": "http", "target": f"{pages.url}/nosuch", "is_active": False}
    assert (await scene.world.send("anna", "PUT", f"/v1/monitoring/checks/{check['id']}", body)).status_code == 200
    assert list((await scene.alerts()).values()) == ["resolved"]
    assert (await _state(scene, check))[0] == "new"
    assert await _look(scene, runner, 300) == 0


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "http", "target": "ftp://x.example/"}, "/target"),
    ({"kind": "http", "target": "http://x.example/", "expects": {"receive": "x"}}, "/expects/receive"),
    ({"kind": "tcp", "target": "x.example"}, "/target"),
    ({"kind": "dns", "target": "x.example", "secret": "x"}, "/secret"),
    ({"kind": "heartbeat", "target": "x"}, "/target"),
    ({"kind": "database", "target": "mysql://x/y"}, "/target"),
    ({"kind": "database", "target": "postgresql://u:p@x/y"}, "/target"),
    ({"kind": "icmp", "target": "x.example", "interval_s": 20, "timeout_s": 20}, "/timeout_s"),
    ({"kind": "icmp", "target": "x.example", "quorum": 2}, "/quorum"),
    ({"kind": "http", "target": "http://x.example/", "expects": {"headers": {"a b": "c"}}}, "/expects/headers/a b"),
    ({"kind": "http", "target": "http://x.example/", "expects": {"headers": {"host": "c"}}}, "/expects/headers/host"),
]


@pytest.mark.parametrize(("fields", "pointer"), WRONG, ids=[f"{f['kind']} {p}" for f, p in WRONG])
async def test_checks_that_are_none(world: World, fields: dict[str, Any], pointer: str) -> None:
    answer = await world.send("anna", "POST", "/v1/monitoring/checks", {"name": "x", **fields})
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["error"]["details"]["errors"]] == [pointer]


async def test_results_are_metrics(scene: Scene, worker_runtime: Runtime, pages: Pages, urls: Any, tmp_path: Any) -> None:
    """Through a real ingester and its writer, with the token that follows from the platform's key."""
    ingester = Ingester(tmp_path / "logs", urls["hcc_ingest"])
    writer = Writer(tmp_path / "logs", urls["hcc_ingest"])
    try:
        await asyncio.to_thread(ingester.wait)
        worker_runtime.settings = msgspec.structs.replace(worker_runtime.settings, ingest_url=ingester.url)
        runner = Runner(worker_runtime, lambda: scene.now)
        await make(scene.world, target=f"{pages.url}/")
        scene.now = datetime.now(UTC) + timedelta(seconds=1)
        assert await runner.look() == 1
        await runner.settle()
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(100):
                await runner.pusher.flush(client)
                if not runner.pusher._waiting:
                    break
                await asyncio.sleep(0.1)  # until the ingester has heard of the token

        def stored() -> list[tuple[Any, ...]]:
            with psycopg.connect(urls["hcc_owner"]) as owner:
                return owner.execute(
                    "SELECT s.name, s.labels->>'check', m.value FROM hcc.metric_series s"
                    " JOIN hcc.metric_samples m ON m.series = s.id WHERE s.organization_id = %s AND s.name = 'check_up'",
                    (scene.world.organizations["apple"],),
                ).fetchall()

        assert await asyncio.to_thread(until, stored, "the result in the database") == [("check_up", "site", 1.0)]
    finally:
        ingester.kill()
        writer.kill()
