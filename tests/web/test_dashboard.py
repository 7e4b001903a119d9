"""The dashboard: what needs somebody comes first, each card stands by itself, and none takes the page along."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from control.core.settings import Settings
from control.security.events import service as events
from control.web import ui as web_ui
from tests.monitoring.kept import keep, roll_up
from tests.sites.pem import make
from tests.web.conftest import LogIn
from tests.web.test_escaping import PROBES, Danger
from tests.world import World

CARD = re.compile(r'hx-get="(/cards/[a-z-]+)"')
FAILED = "These figures are not to be had right now."


@pytest.mark.parametrize("who", ["root", "agent", "nora", "ned", "anna", "alex"])
async def test_every_card_has_something_to_say(log_in: LogIn, who: str) -> None:
    browser = await log_in(who)
    await browser.get("/dashboard")
    paths = CARD.findall(browser.page)
    assert paths[0] == "/cards/attention"
    assert ("/cards/platform" in paths) == (who in ("root", "agent"))
    for path in paths:
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        assert FAILED not in browser.page, path


async def test_a_card_that_fails_says_so(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any) -> Any:
        raise RuntimeError("no such table")

    async def waits(*_: Any) -> Any:
        await asyncio.Event().wait()

    browser = await log_in("anna")
    monkeypatch.setattr(web_ui, "_PART_SECONDS", 0.05)
    for work in (fails, waits):
        monkeypatch.setattr(events, "tally", work)
        answer = await browser.get("/cards/security")
        assert answer.status_code == 200
        assert FAILED in browser.page
        assert "no such table" not in browser.page


async def test_what_needs_somebody(log_in: LogIn, world: World, settings: Settings) -> None:
    browser = await log_in("anna")
    await browser.get("/cards/attention")
    assert "All is well." in browser.page
    for host, until in (("soon.example", 20), ("now.example", 3), ("later.example", 60)):
        pair = make([host], until=timedelta(days=until))
        made = await world.send("anna", "POST", "/v1/certificates", {"chain_pem": pair.pem, "private_key_pem": pair.key_pem})
        assert made.status_code == 201, made.text
    await browser.get("/cards/attention")
    assert "certificates end within 30 days" in browser.page
    assert "All is well." not in browser.page
    await browser.get("/cards/certificates")
    assert "soon.example" in browser.page
    assert "later.example" not in browser.page
    assert browser.page.index("now.example") < browser.page.index("soon.example")
    assert re.search(r"tone-error\">[23] days", browser.page) is not None
    assert re.search(r"tone-warning\">(19|20) days", browser.page) is not None
    other = await log_in("bert")
    await other.get("/cards/attention")
    assert "All is well." in other.page, "another customer's certificates"


async def test_the_platform_and_its_queue(log_in: LogIn, settings: Settings) -> None:
    with psycopg.connect(settings.owner_database_url) as connection:
        for name, age in (("gate-1", "1 second"), ("gate-2", "1 hour")):
            connection.execute(
                "INSERT INTO hcc.gateway_reports (gateway, generation, reported_at) VALUES (%s, 1, now() - %s::interval)",
                (name, age),
            )
        connection.execute(
            "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'mail.send', 'failed')"
        )
    browser = await log_in("root")
    await browser.get("/cards/platform")
    assert FAILED not in browser.page
    assert browser.page.index("gate-2") < browser.page.index("gate-1"), "what is silent comes first"
    assert "Start one with hcc worker." in browser.page, "no worker runs"
    await browser.get("/cards/jobs")
    assert 'href="/jobs?status=failed"' in browser.page
    await browser.get("/cards/attention")
    for words in ("gateways are silent", "workers give a sign of life", "jobs failed"):
        assert words in browser.page, words
    assert browser.page.index("gateways are silent") < browser.page.index("jobs failed"), "errors before warnings"


def counters(start: str, **labels: str) -> list[Any]:
    """Three hours of counters that rise evenly: nine of ten requests are answered well."""
    now = int(time.time())
    kept = []
    for status, rate in (("2xx", 9.0), ("5xx", 1.0)):
        points = [(now - 10_800 + at, at * rate) for at in range(0, 10_800, 10)]
        kept.append(({"__name__": f"{start}_requests_total", "class": status, **labels}, points))
    for le in ("0.1", "+Inf"):
        points = [(now - 10_800 + at, at * 10.0) for at in range(0, 10_800, 10)]
        kept.append(({"__name__": f"{start}_request_seconds_bucket", "le": le, **labels}, points))
    return kept


@pytest.mark.parametrize(("who", "start", "owner"), [("root", "hcc_gateway", "platform"), ("anna", "hcc_site", "apple")])
async def test_traffic_and_errors(log_in: LogIn, world: World, settings: Settings, who: str, start: str, owner: str) -> None:
    keep(settings, world.organizations[owner], counters(start, gateway="g1", site=str(world.organizations["apple"])))
    for step in (60, 300, 3600):
        roll_up(settings, step)
    browser = await log_in(who)
    await browser.get("/cards/traffic")
    assert browser.page.count("data-plot=") == 2
    await browser.get("/cards/errors")
    shown = re.search(r"text-2xl[^>]*>([^<]*)<", browser.page)
    assert shown is not None, browser.page
    assert shown[1].replace("\u00a0", " ") == "10 %"
    other = await log_in("bert")
    await other.get("/cards/errors")
    assert "No requests were counted in this time." in other.page


@pytest.mark.parametrize("probe", PROBES)
async def test_what_others_named_is_text(log_in: LogIn, world: World, probe: str) -> None:
    await world.send("anna", "POST", "/v1/monitoring/checks", {"name": probe, "kind": "icmp", "target": "shop.example"})
    browser = await log_in("anna")
    for path in ("/cards/uptime", "/uptime", "/cards/attention"):
        await browser.get(path)
        assert Danger(browser.page).found == [], path


async def test_uptime_of_own_services(log_in: LogIn, world: World, settings: Settings) -> None:
    made = await world.send("anna", "POST", "/v1/monitoring/checks", {"name": "Ping", "kind": "icmp", "target": "shop.example"})
    check_id, at = made.json()["data"]["id"], datetime.now(UTC)
    with psycopg.connect(settings.owner_database_url) as connection:
        for state, began, ended in (("up", 50, 26), ("down", 26, 25), ("up", 25, None)):
            connection.execute(
                "INSERT INTO hcc.check_spans (id, organization_id, check_id, state, began, ended)"
                " VALUES (gen_random_uuid(), %s, %s, %s, %s, %s)",
                (world.organizations["apple"], check_id, state, at - timedelta(hours=began),
                 None if ended is None else at - timedelta(hours=ended)),
            )  # fmt: skip
        connection.execute("UPDATE hcc.check_states SET last_at = %s WHERE check_id = %s", (at, check_id))
    browser = await log_in("alex")
    await browser.get("/uptime")
    assert "Ping" in browser.page
    assert re.search(r"[12] days? with an outage", browser.page) is not None
    assert browser.page.count('bg-base-content/40" title') >= 26, "days before it was watched are not known"
    other = await log_in("bert")
    await other.get("/uptime")
    assert "Nothing is checked yet." in other.page
