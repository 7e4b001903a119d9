"""Uptime as a table, and the page that the public sees."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from control.core.ids import new_id
from control.core.runtime import Runtime
from control.monitoring.status.public import by_slug
from control.monitoring.status.uptime import Interval, Span, closed, days, united, uptime
from tests.monitoring.watch.support import Scene
from tests.world import World

START = datetime(2026, 1, 5, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def spans(text: str) -> list[Span]:
    """`up 0-5, down 5-6`, in hours."""
    found = []
    for part in text.split(", "):
        if part:
            state, times = part.split(" ")
            begins, ends = times.split("-")
            found.append(Span(state, at(float(begins)), at(float(ends))))  # type: ignore[arg-type]
    return found


def times(text: str) -> list[Interval]:
    return united((at(float(a)), at(float(b))) for a, b in (part.split("-") for part in text.split(", ") if part))


# spans, maintenance, hours up, down, unknown, maintenance of ten, share
FIGURES = [
    ("up 0-10", "", 10, 0, 0, 0, 1.0),
    ("up 0-9, down 9-10", "", 9, 1, 0, 0, 0.9),
    ("", "", 0, 0, 10, 0, None),
    ("up 4-8", "", 4, 0, 6, 0, 1.0),
    ("up 0-4, unknown 4-6, down 6-8, up 8-10", "", 6, 2, 2, 0, 0.75),
    ("up 0-5, down 5-6, up 6-10", "5-6", 9, 0, 0, 1, 1.0),
    ("up 0-5, down 5-7, up 7-10", "5-6", 8, 1, 0, 1, 8 / 9),
    ("down 0-10", "0-10", 0, 0, 0, 10, None),
    ("down 0-10", "2-5, 4-6, 8-12", 0, 4, 0, 6, 0.0),
    ("up -5-20", "-3-1", 9, 0, 0, 1, 1.0),
    ("up 2-6", "0-4", 2, 0, 4, 4, 1.0),
    ("unknown 0-10", "2-3", 0, 0, 9, 1, None),
]


@pytest.mark.parametrize(("of", "planned", "up", "down", "unknown", "maintenance", "share"), FIGURES)
def test_uptime(of: str, planned: str, up: float, down: float, unknown: float, maintenance: float, share: float | None) -> None:
    text = of.replace(" -5-20", " 0-20")
    planned = planned.replace("-3-1", "0-1")
    found = uptime(spans(text), times(planned), START, at(10))
    assert [one / 3600 for one in (found.up_s, found.down_s, found.unknown_s, found.maintenance_s)] == [
        up,
        down,
        unknown,
        maintenance,
    ]
    assert found.share == (None if share is None else pytest.approx(share))


def test_what_no_longer_is_known() -> None:
    """The worker ended at five: the present span does not go on without it."""
    open_span = [Span("up", at(0), None)]
    assert uptime(closed(open_span, at(10), at(5)), [], START, at(10)).unknown_s == 5 * 3600
    assert uptime(closed(open_span, at(10), at(12)), [], START, at(10)).unknown_s == 0
    assert uptime(closed([Span("up", at(8), None)], at(10), at(5)), [], START, at(10)).up_s == 0


def test_days() -> None:
    found = days(spans("up 0-36, down 36-48, up 48-60"), times("40-44"), at(60), 3)
    assert [str(day.day) for day in found] == ["2026-01-05", "2026-01-06", "2026-01-07"]
    assert [day.uptime.share for day in found] == [1.0, 0.6, 1.0]
    assert found[2].uptime.up_s == 12 * 3600


async def _page(world: World, **fields: Any) -> dict[str, Any]:
    answer = await world.send("anna", "POST", "/v1/monitoring/status-pages", {"slug": "apple", "title": "Apple & Co", **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


async def _check(scene: Scene, name: str) -> str:
    answer = await scene.world.send(
        "anna", "POST", "/v1/monitoring/checks", {"name": name, "kind": "icmp", "target": "192.0.2.1"}
    )
    return str(answer.json()["data"]["id"])


def _was(scene: Scene, check: str, state: str, hours: float, until: float | None) -> None:
    now = scene.start
    scene.sql(
        "INSERT INTO hcc.check_spans (id, organization_id, check_id, state, began, ended) VALUES (%s, %s, %s, %s, %s, %s)",
        new_id(), scene.world.organizations["apple"], check, state, now - timedelta(hours=hours),
        None if until is None else now - timedelta(hours=until),
    )  # fmt: skip
    scene.sql("UPDATE hcc.check_states SET last_at = %s WHERE check_id = %s", now, check)


async def test_the_public_page(scene: Scene, runtime: Runtime) -> None:
    check, other = await _check(scene, "web"), await _check(scene, "mail")
    _was(scene, check, "up", 48, 4)
    _was(scene, check, "down", 4, 2)
    _was(scene, check, "up", 2, None)
    page = await _page(
        scene.world,
        components=[{"check_id": check, "name": "Website <b>"}, {"check_id": other, "name": "Mail", "group": "Inside"}],
        is_public=True,
    )
    body = {"name": "night", "starts_at": (scene.start - timedelta(hours=4)).isoformat(), "duration_s": 3600,
            "matchers": [{"name": "check", "value": "web"}]}  # fmt: skip
    assert (await scene.world.send("anna", "POST", "/v1/monitoring/maintenance-windows", body)).status_code == 201
    found = await by_slug(runtime, "apple", scene.start)
    web, mail = found.components
    day = web.last_24_hours
    assert [round(seconds / 3600, 3) for seconds in (day.up_s, day.down_s, day.unknown_s, day.maintenance_s)] == [22, 1, 0, 1]
    assert day.share == pytest.approx(22 / 23, abs=1e-6)
    assert (web.state, mail.state, mail.last_90_days.share) == ("up", "unknown", None)
    assert web.last_90_days.unknown_s == pytest.approx((90 - 2) * 86_400)

    shown = await scene.world.client.get("/status/apple")
    assert shown.status_code == 200
    assert "Website &lt;b&gt;" in shown.text
    assert "Apple &amp; Co" in shown.text
    assert "<script" not in shown.text
    assert "script-src" not in shown.headers["content-security-policy"]
    assert "set-cookie" not in shown.headers
    german = await scene.world.client.get("/status/apple", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert 'lang="de"' in german.text
    assert "Accept-Language" in german.headers["vary"]
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    for wanted in ('lang="en"', "<main", "<h1", 'role="img"', 'scope="row"'):
        assert wanted in shown.text
    assert len(re.findall(r"<h1\b", shown.text)) == 1
    answer = (await scene.world.client.get("/status/apple.json")).json()
    assert [component["name"] for component in answer["components"]] == ["Website <b>", "Mail"]
    assert str(check) not in str(answer), "nothing but what is meant for the public"
    assert "192.0.2.1" not in str(answer)
    preview = (await scene.world.get("anna", f"/v1/monitoring/status-pages/{page['id']}/preview")).json()["data"]
    assert preview["title"] == "Apple & Co"


async def test_maintenance_now(scene: Scene, runtime: Runtime) -> None:
    check = await _check(scene, "web")
    _was(scene, check, "down", 1, None)
    await _page(scene.world, components=[{"check_id": check, "name": "Web"}], is_public=True)
    assert (await by_slug(runtime, "apple", scene.start)).state == "down"
    body = {"name": "all", "starts_at": (scene.start - timedelta(minutes=5)).isoformat(), "duration_s": 3600}
    await scene.world.send("anna", "POST", "/v1/monitoring/maintenance-windows", body)
    found = await by_slug(runtime, "apple", scene.start)
    assert (found.state, [planned.name for planned in found.maintenance]) == ("maintenance", ["all"])


async def test_what_is_not_public(scene: Scene) -> None:
    await _page(scene.world)
    for path in ("/status/apple", "/status/apple.json", "/status/nosuch", "/status/" + "a" * 300):
        assert (await scene.world.client.get(path)).status_code == 404
    answer = await scene.world.send("bert", "POST", "/v1/monitoring/status-pages", {"slug": "apple", "title": "x"})
    assert answer.status_code == 409


async def test_incidents(scene: Scene) -> None:
    page = await _page(scene.world, is_public=True)
    body = {"page_id": page["id"], "title": "Mail is late", "text": "We look into it.", "impact": "major"}
    made = (await scene.world.send("anna", "POST", "/v1/monitoring/incidents", body)).json()["data"]
    path = f"/v1/monitoring/incidents/{made['id']}"
    for status, text in (("identified", "A disk."), ("resolved", "Replaced.")):
        answer = await scene.world.send("anna", "POST", f"{path}/updates", {"status": status, "text": text})
        assert answer.status_code == 200, answer.text
    found = (await scene.world.get("anna", path)).json()["data"]
    assert [(update["status"], update["text"]) for update in found["updates"]] == [
        ("resolved", "Replaced."), ("identified", "A disk."), ("investigating", "We look into it."),
    ]  # fmt: skip
    assert found["resolved_at"] is not None
    shown = (await scene.world.client.get("/status/apple.json")).json()
    assert [(one["title"], one["status"], len(one["updates"])) for one in shown["incidents"]] == [("Mail is late", "resolved", 3)]
    assert "created_by" not in str(shown)
    assert (await scene.world.send("bert", "POST", "/v1/monitoring/incidents", body)).status_code == 404


async def test_components_are_own_checks(scene: Scene) -> None:
    check = await _check(scene, "web")
    body = {"slug": "birch", "title": "x", "components": [{"check_id": check, "name": "x"}]}
    assert (await scene.world.send("bert", "POST", "/v1/monitoring/status-pages", body)).status_code == 422
