"""The page of all settings, and those of gateways, security and mail."""

from __future__ import annotations

import psycopg
import pytest

from control.core.settings import Settings
from control.web import ui as web_ui
from tests.billing.selling import Shop
from tests.web.conftest import LogIn
from tests.world import World

GATEWAYS = {
    "trusted_proxies": "192.0.2.0/24", "response_headers": "X-Served-By: hcc\nX-Frame-Options: DENY",
    "defaults.max_body": "1000000", "defaults.header_timeout_ms": "15000", "defaults.body_timeout_ms": "15000",
    "defaults.idle_timeout_ms": "60000", "defaults.keep_alive_ms": "75000", "defaults.tunnel_idle_ms": "3600000",
    "defaults.handshake_timeout_ms": "10000", "defaults.max_connections": "20000", "defaults.max_connections_per_client": "0",
    "defaults.max_in_flight": "0", "defaults.max_in_flight_per_client": "0", "defaults.max_header_bytes": "32768",
    "defaults.access_log_sample": "0.5",
}  # fmt: skip
SECURITY = {"challenge_difficulty": "18", "challenge_ttl_s": "3600", "event_days": "30", "never_ban": "192.0.2.0/24",
            "login_paths": "/login", "scanner_paths": "/wp-admin"}  # fmt: skip
DETECTOR = {"is_active": "true", "threshold": "7", "window_s": "60", "ban_s": "600", "most_ban_s": "86400"}


async def test_all_settings_by_what_one_may(log_in: LogIn, world: World) -> None:
    root, nora = await log_in("root"), await log_in("nora")
    await root.get("/settings")
    for path in ("/gateway/settings", "/security/settings", "/settings/mail", "/billing/settings"):
        assert f'href="{path}"' in root.page, path
    assert "All detectors watch" in root.page
    assert "Not tried yet" in root.page
    await nora.get("/settings")
    assert 'href="/gateway/settings"' not in nora.page
    assert "Incomplete: say who sells" in nora.page
    await Shop(world).open()
    await nora.get("/settings")
    assert "Incomplete" not in nora.page
    anna = await log_in("anna")
    await anna.get("/dashboard")
    assert 'href="/settings"' not in anna.page


async def test_a_setting_that_does_not_answer(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_ui, "_PART_SECONDS", 0.0)
    browser = await log_in("root")
    await browser.get("/settings")
    assert "Not known" in browser.page
    assert 'href="/settings/mail"' in browser.page


async def test_the_settings_of_gateways(log_in: LogIn, world: World) -> None:
    browser = await log_in("root")
    await browser.get("/gateway/settings/edit")
    for wrong, field in (
        ({"response_headers": "no colon"}, "f-response_headers"),
        ({"response_headers": "Bad Name: x"}, "f-response_headers"),
        ({"trusted_proxies": "everywhere"}, "f-trusted_proxies"),
        ({"defaults.max_connections": "0"}, "f-defaults-max_connections"),
    ):
        await browser.submit("/gateway/settings/edit", GATEWAYS | wrong)
        assert browser.answer.status_code == 422, browser.page
        assert f'href="#{field}"' in browser.page, wrong
    await browser.submit("/gateway/settings/edit", GATEWAYS)
    assert "The settings were changed." in browser.page, browser.page
    assert "X-Served-By: hcc" in browser.page
    kept = (await world.get("root", "/v1/gateway/settings")).json()["data"]
    assert kept["response_headers"] == {"X-Served-By": "hcc", "X-Frame-Options": "DENY"}
    assert (kept["defaults"]["max_body"], kept["defaults"]["access_log_sample"]) == (1_000_000, 0.5)
    reader = await log_in("agent")
    await reader.get("/gateway/settings")
    assert "/gateway/settings/edit" not in reader.page
    assert (await reader.post("/gateway/settings/edit", GATEWAYS)).status_code == 403


async def test_security_and_its_detectors(log_in: LogIn, world: World) -> None:
    browser = await log_in("root")
    await browser.get("/security/settings/edit")
    await browser.submit("/security/settings/edit", SECURITY | {"challenge_difficulty": "99"})
    assert 'href="#f-challenge_difficulty"' in browser.page
    await browser.submit("/security/settings/edit", SECURITY)
    assert "The settings were changed." in browser.page, browser.page
    assert (await world.get("root", "/v1/security/settings")).json()["data"]["never_ban"] == ["192.0.2.0/24"]
    edit = "/security/detectors/login/edit"
    assert f'href="{edit}"' in browser.page
    await browser.get(edit)
    await browser.submit(edit, DETECTOR | {"most_ban_s": "5"})
    assert 'href="#f-most_ban_s"' in browser.page
    await browser.submit(edit, {**DETECTOR, "is_active": ""})
    assert "The detector was changed." in browser.page
    found = {one["name"]: one for one in (await world.get("root", "/v1/security/detectors")).json()["data"]}
    assert (found["login"]["threshold"], found["login"]["is_active"]) == (7, False)
    assert (await browser.get("/security/detectors/nothing/edit")).status_code == 404
    await browser.get("/settings")
    assert "Some detectors are off" in browser.page
    nora = await log_in("nora")
    await nora.get("/dashboard")
    for path in (edit, "/security/settings/edit", "/gateway/settings/edit"):
        assert (await nora.post(path, DETECTOR)).status_code == 403, path


async def test_a_test_mail(log_in: LogIn, world: World, settings: Settings) -> None:
    browser = await log_in("root")
    await browser.get("/settings/mail")
    await browser.submit("/settings/mail/test")
    assert f"A mail to {world.email('root')} is on its way." in browser.page
    assert "Waiting" in browser.page
    with psycopg.connect(settings.owner_database_url) as connection:
        found = connection.execute("SELECT recipient, status FROM hcc.outgoing_mail WHERE template = 'test'").fetchall()
        assert found == [(world.email("root"), "pending")]
        connection.execute("UPDATE hcc.outgoing_mail SET status = 'failed', error = '<b>550 no'")
    await browser.get("/settings/mail")
    assert "&lt;b&gt;550 no" in browser.page
    await browser.get("/settings")
    assert "Does not go out" in browser.page
    agent = await log_in("agent")
    await agent.get("/settings/mail")
    assert "/settings/mail/test" not in agent.page
    assert (await agent.post("/settings/mail/test")).status_code == 403
