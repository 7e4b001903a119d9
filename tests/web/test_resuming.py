"""A session that ends while somebody types, and acts that want the password again: nothing typed is lost."""

from __future__ import annotations

import psycopg
import pytest

from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import PASSWORD, World

TYPED = {"full_name": "Nora <b>Nordwind</b> & Söhne", "locale": "de", "timezone": "Europe/Berlin"}


async def test_a_form_that_comes_too_late_is_kept(log_in: LogIn, world: World) -> None:
    browser = await log_in("nora")
    await browser.get("/profile")
    await world.send("nora", "POST", "/v1/auth/logout-all")
    await browser.submit("/profile", TYPED)
    assert browser.answer.status_code == 401
    assert "what you typed is kept" in browser.page
    await browser.submit("/login", {"email": world.email("nora"), "password": PASSWORD})
    assert browser.answer.status_code == 200
    assert "Nora &lt;b&gt;Nordwind&lt;/b&gt; &amp; Söhne" in browser.page
    assert (await world.get("nora", "/v1/auth/me")).status_code == 401, "nothing was done yet"
    await browser.submit("/profile")
    assert browser.answer.url.path == "/profile"
    assert "Nora &lt;b&gt;Nordwind&lt;/b&gt; &amp; Söhne" in browser.page


async def test_a_wrong_password_on_the_way_keeps_it_too(log_in: LogIn, world: World) -> None:
    browser = await log_in("nora")
    await browser.get("/profile")
    await world.send("nora", "POST", "/v1/auth/logout-all")
    await browser.submit("/profile", TYPED)
    await browser.submit("/login", {"email": world.email("nora"), "password": "wrong"})
    assert browser.answer.status_code == 401
    await browser.submit("/login", {"email": world.email("nora"), "password": PASSWORD})
    await browser.submit("/profile")
    assert browser.answer.url.path == "/profile"


async def test_a_forged_form_is_not_kept(log_in: LogIn, world: World) -> None:
    browser = await log_in("nora")
    await world.send("nora", "POST", "/v1/auth/logout-all")
    await browser.post("/profile", {**TYPED, "_csrf": browser.csrf}, Origin="https://evil.example", Sec_Fetch_Site="cross-site")
    assert browser.answer.status_code == 401
    assert "_resume" not in browser.page


async def test_passwords_are_not_kept(log_in: LogIn, world: World, runtime: Runtime) -> None:
    from control.web import resume
    from tests.web.browser import hidden

    browser = await log_in("nora")
    await browser.get("/profile")
    await world.send("nora", "POST", "/v1/auth/logout-all")
    await browser.submit("/profile/password", {"current_password": PASSWORD, "new_password": "basalt-otter-44-lantern"})
    kept = resume.unseal(runtime, hidden(browser.page, "_resume"))
    assert kept is not None
    assert kept.path == "/profile/password"
    assert [name for name, _ in kept.fields if "password" in name] == []


@pytest.mark.parametrize("sealed", ["", "AAAA", "not base64 é", "Ag" * 40])
async def test_what_we_did_not_seal_is_nothing(browser: Browser, world: World, sealed: str) -> None:
    await browser.get("/login")
    await browser.submit("/login", {"email": world.email("nora"), "password": PASSWORD, "_resume": sealed})
    assert browser.answer.url.path == "/dashboard"


def _let_ten_minutes_pass(settings: Settings) -> None:
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute("UPDATE hcc.web_sessions SET confirmed_at = now() - interval '11 minutes'")


async def test_a_dangerous_act_wants_the_password_again(
    log_in: LogIn, world: World, settings: Settings, runtime: Runtime
) -> None:
    browser = await log_in("nora")
    _let_ten_minutes_pass(settings)
    assert runtime.redis is not None
    await runtime.redis.flushdb()
    await browser.get("/profile/sessions")
    old = browser.secret
    await browser.submit("/profile/sessions/end-all")
    assert browser.answer.status_code == 403
    assert 'action="/confirm-password"' in browser.page
    assert (await world.get("nora", "/v1/auth/me")).status_code == 200, "nothing was done yet"
    await browser.submit("/confirm-password", {"password": "wrong"})
    assert browser.answer.status_code == 422
    await browser.submit("/confirm-password", {"password": PASSWORD})
    assert browser.secret not in ("", old)
    await browser.submit("/profile/sessions/end-all")
    assert browser.answer.url.path == "/login"
    assert (await world.get("nora", "/v1/auth/me")).status_code == 401


async def test_soon_after_the_login_it_does_not(log_in: LogIn) -> None:
    browser = await log_in("nora")
    await browser.get("/profile/sessions")
    await browser.submit("/profile/sessions/end-all")
    assert browser.answer.url.path == "/login"
    assert "All devices are logged out." in browser.page


async def test_a_script_that_comes_too_late_is_sent_to_the_login_and_back(log_in: LogIn, world: World) -> None:
    browser = await log_in("nora")
    await world.send("nora", "POST", "/v1/auth/logout-all")
    where = {"HX-Request": "true", "HX-Current-URL": "http://localhost:8000/invoices?status=paid"}
    answer = await browser.client.get("/invoices?status=draft", headers=where)
    assert answer.status_code == 200
    assert answer.headers["hx-redirect"] == "/login?next=%2Finvoices%3Fstatus%3Dpaid"
    answer = await browser.client.get("/invoices", headers=where | {"HX-Current-URL": "https://evil.example/steal"})
    assert answer.headers["hx-redirect"] == "/login?next=%2Fsteal", "a path of ours, whatever was said"
