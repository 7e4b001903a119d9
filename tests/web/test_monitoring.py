"""Monitoring in the browser: who sees it, and each kind of thing through its form."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import psycopg
import pytest

from control.core.ids import new_id
from control.core.settings import Settings
from tests.web.conftest import LogIn
from tests.web.test_escaping import PROBES, Danger
from tests.world import World

LISTS = {
    "alerts": "", "rules": "monitoring:write", "silences": "monitoring:write", "maintenance-windows": "monitoring:write",
    "inhibitions": "monitoring:write", "packs": "", "receivers": "monitoring:write",
    "notification-routes": "monitoring:write", "notifications": "", "checks": "monitoring:write", "dashboards": "",
    "query": "", "agents": "agents:write", "tokens": "ingest-tokens:write", "status-pages": "monitoring:write",
}  # fmt: skip
CHECK = {"name": "Front", "kind": "http", "target": "https://shop.example/", "interval_s": "60", "timeout_s": "10",
         "retries": "1", "quorum": "1", "locations": "default", "severity": "critical", "is_active": "true"}  # fmt: skip
RULE = {"name": "Busy", "expression": "host_load_5m > 8", "severity": "warning", "interval_s": "60", "for_s": "300",
        "keep_firing_for_s": "0", "no_data": "ok", "is_active": "true"}  # fmt: skip
SILENCE = {"matchers": 'host = web1\nalertname =~ "Disk.*"', "hours": "2", "reason": "a new disk"}
WINDOW = {"name": "Nightly backup", "day": "2026-11-30", "clock": "22:30", "timezone": "Europe/Berlin", "minutes": "90",
          "repeats": "daily", "until": "2026-12-24", "matchers": "host = web1", "is_active": "true"}  # fmt: skip
INHIBITION = {"name": "Host down", "source": "alertname = HostDown", "target": "severity = warning", "equal": "host",
              "is_active": "true"}  # fmt: skip
RECEIVER = {"name": "Night", "kind": "mail", "recipients": "night@example.com", "is_active": "true"}
ENDS = (datetime.now(UTC) + timedelta(days=2)).isoformat()
PAGE = {"title": "Our services", "slug": "ours", "components": "Front = Shop", "is_public": "true"}
# Place, what is typed, what is shown of it, what is typed instead.
FORMS = {
    "checks": (CHECK, "https://shop.example/", CHECK | {"keyword": "Welcome", "statuses": "200-299"}),
    "rules": (RULE, "host_load_5m &gt; 8", RULE | {"annotations": "summary = Load is {{ value }}"}),
    "silences": (SILENCE, "alertname =~ Disk.*", SILENCE | {"hours": "4"}),
    "receivers": (RECEIVER, "night@example.com", RECEIVER | {"recipients": "day@example.com"}),
    "maintenance-windows": (WINDOW, "22:30", WINDOW | {"repeats": "never", "until": ""}),
    "inhibitions": (INHIBITION, "severity = warning", INHIBITION | {"target": "severity =~ warning|info"}),
}
WRONG = {
    "checks": (CHECK | {"target": "https://", "statuses": "all"}, "f-statuses"),
    "rules": (RULE | {"expression": "sum(100%"}, "f-expression"),
    "silences": (SILENCE | {"matchers": "100%"}, "f-matchers"),
    "receivers": (RECEIVER | {"recipients": "nobody"}, "f-recipients"),
    "maintenance-windows": (WINDOW | {"minutes": "1500"}, "f-minutes"),
    "inhibitions": (INHIBITION | {"source": "100%"}, "f-source"),
    "status-pages": (PAGE | {"components": "no such check"}, "f-components"),
    "agents": ({"expires_in_s": "5"}, "f-expires_in_s"),
    "tokens": ({"name": ""}, "f-name"),
}


@pytest.mark.parametrize("who", ["root", "agent", "nora", "ned", "anna", "alex"])
async def test_who_sees_what(log_in: LogIn, world: World, who: str) -> None:
    me = (await world.get(who, "/v1/auth/me")).json()["data"]
    held = me["permissions"]

    def may(permission: str) -> bool:
        return "*" in held or permission in held or permission.partition(":")[0] + ":*" in held

    reads = {"dashboards": "metrics:read", "query": "metrics:read", "agents": "agents:read", "tokens": "ingest-tokens:read"}
    browser = await log_in(who)
    for name, writes in LISTS.items():
        path = f"/monitoring/{name}"
        assert (await browser.get(path)).status_code == (200 if may(reads.get(name, "monitoring:read")) else 403), name
        if writes:
            assert (f'href="{path}/new"' in browser.page) == may(writes), name
            assert (await browser.get(f"{path}/new")).status_code == (200 if may(writes) else 403), name


@pytest.mark.parametrize("name", list(FORMS))
async def test_each_form(log_in: LogIn, name: str) -> None:
    typed, shown, instead = FORMS[name]
    path = f"/monitoring/{name}"
    browser, other, reader = await log_in("anna"), await log_in("bert"), await log_in("alex")
    await browser.get(f"{path}/new")
    await browser.submit(path, typed)
    assert browser.answer.status_code == 200, browser.page
    assert shown in browser.page
    row = browser.answer.url.path
    assert (await reader.get(row)).status_code == 200
    assert "/edit" not in reader.page
    for below in ("", "/edit", "/delete"):
        assert (await other.get(row + below)).status_code == 404
    assert (await reader.post(f"{row}/delete")).status_code == 403
    await browser.get(f"{row}/edit")
    await browser.submit(f"{row}/edit", instead)
    assert "was changed" in browser.page, browser.page
    await browser.get(f"{row}/delete")
    word = browser.page.partition("Type ")[2].partition(" to confirm")[0]  # of some the name must be typed
    await browser.submit(f"{row}/delete", {"confirmation": word})
    if name == "silences":  # they end, and stay to be looked up
        assert "The silence is over." in browser.page
        return
    assert "deleted" in browser.page
    assert (await browser.get(row)).status_code == 404


@pytest.mark.parametrize("name", list(WRONG))
async def test_what_is_wrong_stands_beside_its_field(log_in: LogIn, name: str) -> None:
    typed, field = WRONG[name]
    browser = await log_in("anna")
    await browser.get(f"/monitoring/{name}/new")
    await browser.submit(f"/monitoring/{name}", typed)
    assert browser.answer.status_code == 422, browser.page
    assert f'href="#{field}"' in browser.page


async def test_a_heartbeat_says_where_its_signs_go_once(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/monitoring/checks/new")
    await browser.submit("/monitoring/checks", CHECK | {"kind": "heartbeat", "target": "", "grace_s": "60"})
    found = re.search(r"/v1/heartbeats/(hb_[A-Za-z0-9_-]+)", browser.page)
    assert found is not None
    assert (await world.client.get(f"/v1/heartbeats/{found[1]}")).status_code in (200, 202, 204)
    [row] = (await world.get("anna", "/v1/monitoring/checks")).json()["data"]
    await browser.get(f"/monitoring/checks/{row['id']}")
    assert found[1] not in browser.page


async def test_a_rule_is_tried_without_being_kept(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/monitoring/rules/new?expression=vector(3)%20%3E%202")
    assert "vector(3) &gt; 2" in browser.page
    await browser.post("/monitoring/rules/check", RULE | {"expression": "vector(3) > 2", "_action": "/monitoring/rules"})
    assert "In trouble now" in browser.page
    await browser.post("/monitoring/rules/check", RULE | {"expression": "vector(", "_action": "/monitoring/rules"})
    assert browser.answer.status_code == 422
    assert (await world.get("anna", "/v1/monitoring/rules")).json()["data"] == []


async def test_a_pack_is_installed_and_removed(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/monitoring/packs")
    await browser.submit("/monitoring/packs/server/install")
    assert "The rules are in force." in browser.page, browser.page
    rules = (await world.get("anna", "/v1/monitoring/rules?limit=100")).json()["data"]
    assert rules
    await browser.get("/monitoring/packs/server/remove")
    await browser.submit("/monitoring/packs/server/remove")
    assert "The pack was removed." in browser.page
    assert (await browser.get("/monitoring/packs/nothing/remove")).status_code == 404


async def test_tokens_and_claims_are_shown_once(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/monitoring/tokens/new")
    await browser.submit("/monitoring/tokens", {"name": "web1"})
    [row] = (await world.get("anna", "/v1/monitoring/ingest-tokens")).json()["data"]
    found = re.search(re.escape(row["prefix"]) + r"[A-Za-z0-9_-]{10,}", browser.page)
    assert found is not None, browser.page
    await browser.get(f"/monitoring/tokens/{row['id']}")
    assert found[0] not in browser.page
    await browser.get(f"/monitoring/tokens/{row['id']}/delete")
    await browser.submit(f"/monitoring/tokens/{row['id']}/delete")
    assert "The token was revoked." in browser.page
    await browser.get("/monitoring/agents/new")
    await browser.submit("/monitoring/agents", {"name": "web1", "expires_in_s": "3600"})
    assert "hcc-agent.pyz install" in browser.page
    await browser.get("/monitoring/agents/new")
    assert "hcc_claim_" not in browser.page
    revoke = re.search(r'action="(/monitoring/agents/claims/[^"]+/revoke)"', browser.page)
    assert revoke is not None
    await browser.submit(revoke[1])
    assert "good for nothing" in browser.page


async def test_a_status_page_and_an_incident(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/monitoring/checks/new")
    await browser.submit("/monitoring/checks", CHECK)
    await browser.get("/monitoring/status-pages/new")
    await browser.submit("/monitoring/status-pages", PAGE)
    assert "The page was added." in browser.page, browser.page
    page = browser.answer.url.path
    typed = {"title": "Shop is slow", "text": "We look.", "impact": "minor", "status": "investigating"}
    await browser.submit(f"{page}/incidents", typed)
    assert "The public is told." in browser.page, browser.page
    more = re.search(rf'href="({page}/incidents/[^"]+)"', browser.page)
    assert more is not None
    await browser.get(more[1])
    await browser.submit(more[1], {"status": "resolved", "text": "It is fast again."})
    assert "It is fast again." in browser.page
    await browser.get(f"{page}/edit")
    assert "Front = Shop" in browser.page
    public = await world.client.get("/status/ours")
    assert public.status_code == 200
    assert "Shop is slow" in public.text
    other = await log_in("bert")
    for path in (page, f"{page}/edit", more[1]):
        assert (await other.get(path)).status_code == 404
    assert (await other.post(f"{page}/incidents", typed)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"timezone": "Moon/Base"}, "f-timezone"),
        ({"day": "1066-10-14"}, "f-day"),
        ({"clock": "25:00"}, "f-clock"),
        ({"until": "9999-12-31"}, "f-until"),
        ({"repeats": "never"}, "f-until"),
        ({"matchers": "100%"}, "f-matchers"),
    ],
)
async def test_what_is_wrong_with_a_window(log_in: LogIn, typed: dict[str, str], field: str) -> None:
    browser = await log_in("anna")
    await browser.get("/monitoring/maintenance-windows/new")
    await browser.submit("/monitoring/maintenance-windows", WINDOW | typed)
    assert browser.answer.status_code == 422, browser.page
    assert f'href="#{field}"' in browser.page


async def test_a_window_begins_by_the_clock_of_its_zone(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/monitoring/maintenance-windows/new")
    await browser.submit("/monitoring/maintenance-windows", WINDOW)
    [row] = (await world.get("anna", "/v1/monitoring/maintenance-windows")).json()["data"]
    assert (row["starts_at"][:19], row["duration_s"]) == ("2026-11-30T21:30:00", 5400)
    await browser.get(f"/monitoring/maintenance-windows/{row['id']}/edit")
    assert 'value="22:30"' in browser.page
    await browser.get("/monitoring/maintenance-windows")
    assert "Planned" in browser.page


async def test_an_incident_is_deleted_after_a_question(log_in: LogIn, world: World) -> None:
    browser, reader, other = await log_in("anna"), await log_in("alex"), await log_in("bert")
    await browser.get("/monitoring/status-pages/new")
    await browser.submit("/monitoring/status-pages", PAGE | {"components": ""})
    page = browser.answer.url.path
    typed = {"title": "A mistake", "text": "Never mind.", "impact": "minor", "status": "resolved"}
    await browser.submit(f"{page}/incidents", typed)
    found = re.search(rf'href="({page}/incidents/[^"]+/delete)"', browser.page)
    assert found is not None, browser.page
    for visitor, status in ((reader, 403), (other, 404)):
        await visitor.get("/dashboard")
        assert (await visitor.post(found[1])).status_code == status
    await browser.get(found[1])
    assert "goes with it" in browser.page
    await browser.submit(found[1])
    assert "The incident was deleted." in browser.page
    assert (await world.get("anna", "/v1/monitoring/incidents")).json()["data"] == []


async def test_the_uptime_of_a_check(log_in: LogIn, world: World, settings: Settings) -> None:
    made = await world.send("anna", "POST", "/v1/monitoring/checks", {"name": "Ping", "kind": "icmp", "target": "shop.example"})
    check_id, at = made.json()["data"]["id"], datetime.now(UTC)
    spans = [("up", 10, 2), ("down", 2, 1), ("up", 1, None)]  # hours ago
    with psycopg.connect(settings.owner_database_url) as connection:
        for state, began, ended in spans:
            end = None if ended is None else at - timedelta(hours=ended)
            connection.execute(
                "INSERT INTO hcc.check_spans (id, organization_id, check_id, state, began, ended)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (new_id(), world.organizations["apple"], check_id, state, at - timedelta(hours=began), end),
            )
        connection.execute("UPDATE hcc.check_states SET last_at = %s WHERE check_id = %s", (at, check_id))
    browser = await log_in("anna")
    await browser.get(f"/monitoring/checks/{check_id}")
    assert "90\u00a0%" in browser.page, "nine of ten hours"
    assert (await (await log_in("bert")).get(f"/monitoring/checks/{check_id}")).status_code == 404


async def test_a_route_leads_to_a_receiver_which_is_tested(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/monitoring/receivers/new")
    await browser.submit("/monitoring/receivers", RECEIVER)
    receiver = browser.answer.url.path
    await browser.submit(f"{receiver}/test")
    assert "A test is on its way." in browser.page, browser.page
    typed = {"name": "All", "first": receiver.rpartition("/")[2], "position": "100", "after_minutes": "30", "is_active": "true",
             "repeat_interval_s": "14400", "group_wait_s": "30", "group_by": "alertname"}  # fmt: skip
    await browser.get("/monitoring/notification-routes/new")
    await browser.submit("/monitoring/notification-routes", typed)
    assert "The route was added." in browser.page, browser.page
    assert "Night" in browser.page
    [route] = (await world.get("anna", "/v1/monitoring/notification-routes")).json()["data"]
    assert route["steps"] == [{"channel_ids": [receiver.rpartition("/")[2]], "after_s": 0}]


@pytest.mark.parametrize("query", ["vector(1)", "host_load_5m", "sum(", "100 % 7", "<script>alert(1)</script>", "x" * 9000])
async def test_any_question_has_an_answer(log_in: LogIn, query: str) -> None:
    browser = await log_in("anna")
    answer = await browser.get("/monitoring/query?" + urlencode({"query": query, "span": 21_600}))
    assert answer.status_code == (200 if query in ("vector(1)", "host_load_5m", "100 % 7") else 422)
    assert Danger(browser.page).found == []


@pytest.mark.parametrize("probe", PROBES)
async def test_a_name_is_text(log_in: LogIn, world: World, probe: str) -> None:
    bodies: dict[str, dict[str, object]] = {
        "checks": {"name": probe, "kind": "icmp", "target": "shop.example"},
        "rules": {"name": probe, "expression": "vector(1)", "labels": {"team": "a"}},
        "silences": {"matchers": [{"name": "host", "value": probe}], "reason": probe, "ends_at": ENDS},
        "channels": {"name": probe, "kind": "mail", "recipients": ["a@example.com"]},
        "maintenance-windows": {"name": probe, "starts_at": ENDS, "duration_s": 3600},
        "inhibitions": {"name": probe, "source": [{"name": "a", "value": probe}], "target": [{"name": "b", "value": probe}]},
        "ingest-tokens": {"name": probe},
    }
    pages = [f"/monitoring/{name}" for name in LISTS]
    for name, body in bodies.items():
        made = await world.send("anna", "POST", f"/v1/monitoring/{name}", body)
        assert made.status_code == 201, made.text
        place = {"channels": "receivers", "ingest-tokens": "tokens"}.get(name, name)
        path = f"/monitoring/{place}/{made.json()['data']['id']}"
        pages += [path, f"{path}/delete"] + ([] if place == "tokens" else [f"{path}/edit"])
    browser = await log_in("anna")
    for path in pages:
        await browser.get(path)
        assert browser.answer.status_code == 200, path
        assert Danger(browser.page).found == [], path
