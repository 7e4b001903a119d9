"""The cookie: what it is good for, when it changes, and when it ends."""

from __future__ import annotations

import hashlib

import httpx
import psycopg
import pytest

from control.core.settings import Settings
from control.web import sessions
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import PASSWORD, World


async def test_the_cookie_is_hidden_from_scripts_and_other_sites(browser: Browser, world: World) -> None:
    await browser.get("/login")
    answer = await browser.post("/login", {"email": world.email("nora"), "password": PASSWORD}, follow=False)
    line = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("hcc_session="))
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in line.split(";")}
    assert "Secure" not in line, "http on the machine itself"


@pytest.mark.parametrize(
    ("public_url", "name", "is_secure"),
    [
        ("http://localhost:8000", "hcc_session", False),
        ("http://127.0.0.1:8000", "hcc_session", False),
        ("http://[::1]:8000", "hcc_session", False),
        ("https://localhost", "__Host-hcc_session", True),
        ("https://panel.example", "__Host-hcc_session", True),
        ("http://panel.example", "__Host-hcc_session", True),
        ("http://localhost.evil.example", "__Host-hcc_session", True),
    ],
)
def test_where_the_cookie_is_for_tls_alone(public_url: str, name: str, is_secure: bool) -> None:
    settings = Settings(public_url=public_url)
    cookie = sessions.ended(settings)
    assert (cookie.key, cookie.secure, cookie.path, cookie.domain) == (name, is_secure, "/", None)


async def test_only_a_hash_is_kept(log_in: LogIn, settings: Settings) -> None:
    browser = await log_in("nora")
    assert len(browser.secret) >= 43, "256 bits"
    with psycopg.connect(settings.owner_database_url) as connection:
        rows = connection.execute("SELECT secret_hash, w::text FROM hcc.web_sessions w").fetchall()
    assert [bytes(row[0]) for row in rows] == [hashlib.sha256(browser.secret.encode()).digest()]
    assert browser.secret not in rows[0][1]


@pytest.mark.parametrize("path", ["/v1/auth/me", "/v1/invoices", "/v1/auth/sessions"])
async def test_the_api_does_not_take_the_cookie(log_in: LogIn, path: str) -> None:
    browser = await log_in("nora")
    assert (await browser.client.get(path)).status_code == 401


@pytest.mark.parametrize("path", ["/dashboard", "/invoices", "/profile"])
async def test_pages_do_not_take_a_token(client: httpx.AsyncClient, world: World, path: str) -> None:
    answer = await client.get(path, headers=world.headers("nora"))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


async def test_a_secret_that_somebody_planted_is_not_taken_over(browser: Browser, world: World) -> None:
    browser.client.cookies.set("hcc_session", "planted-" + "x" * 40)
    await browser.get("/login")
    answer = await browser.post("/login", {"email": world.email("nora"), "password": PASSWORD}, follow=False)
    assert answer.status_code == 303
    line = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("hcc_session="))
    assert "planted" not in line
    stolen = await browser.client.get("/dashboard", headers={"Cookie": "hcc_session=planted-" + "x" * 40})
    assert stolen.status_code == 303
    assert stolen.headers["location"] == "/login"


async def test_each_login_has_a_secret_of_its_own(log_in: LogIn) -> None:
    assert (await log_in("nora")).secret != (await log_in("nora")).secret


async def test_ending_the_session_elsewhere_ends_it_here(log_in: LogIn, world: World) -> None:
    browser = await log_in("nora")
    await world.send("nora", "POST", "/v1/auth/logout-all")
    await browser.get("/invoices")
    assert browser.answer.url.path == "/login"


async def test_devices_are_listed_and_ended(log_in: LogIn) -> None:
    here, there = await log_in("nora"), await log_in("nora")
    await here.get("/profile/sessions")
    assert here.page.count("This one") == 1
    with psycopg.connect(here.client._transport.app.app.state.settings.owner_database_url) as connection:  # type: ignore[attr-defined]
        row = connection.execute(
            "SELECT session_id FROM hcc.web_sessions WHERE secret_hash = %s", (hashlib.sha256(there.secret.encode()).digest(),)
        ).fetchone()
    assert row is not None
    await here.submit(f"/profile/sessions/{row[0]}/end")
    assert "That device is logged out." in here.page
    await there.get("/dashboard")
    assert there.answer.url.path == "/login"


async def test_somebody_elses_device_cannot_be_ended(log_in: LogIn, world: World) -> None:
    nora, saul = await log_in("nora"), await log_in("saul")
    session = (await world.get("nora", "/v1/auth/sessions")).json()["data"][0]["id"]
    await saul.post(f"/profile/sessions/{session}/end")
    assert saul.answer.status_code == 404
    await nora.get("/dashboard")
    assert nora.answer.url.path == "/dashboard"


async def test_a_new_password_gives_a_new_secret_and_ends_the_others(log_in: LogIn) -> None:
    here, there = await log_in("nora"), await log_in("nora")
    old = here.secret
    await here.get("/profile")
    await here.submit("/profile/password", {"current_password": PASSWORD, "new_password": "basalt-otter-44-lantern"})
    assert "Your password was changed" in here.page
    assert here.secret not in ("", old)
    assert (await here.client.get("/profile", headers={"Cookie": f"hcc_session={old}"})).status_code == 303
    await there.get("/profile")
    assert there.answer.url.path == "/login"


async def test_staff_work_inside_a_customer_visibly_and_on_record(log_in: LogIn, world: World) -> None:
    browser = await log_in("nora")
    old = browser.secret
    apple = world.organizations["apple"]
    await browser.post(f"/enter/{apple}")
    assert "You are working inside Apple." in browser.page
    assert browser.secret not in ("", old)
    await browser.get("/profile")
    assert "You are working inside" in browser.page, "on every page"
    with psycopg.connect(browser.client._transport.app.app.state.settings.owner_database_url) as connection:  # type: ignore[attr-defined]
        noted = connection.execute(
            "SELECT count(*) FROM hcc.audit_log WHERE organization_id = %s AND action = 'organization.entered'", (apple,)
        ).fetchone()
    assert noted == (1,)
    inside = browser.secret
    await browser.post("/leave")
    assert "You are working inside" not in browser.page
    assert browser.secret != inside


@pytest.mark.parametrize(("who", "place", "status"), [("nora", "cherry", 404), ("anna", "birch", 403), ("saul", "apple", 404)])
async def test_nobody_enters_where_they_may_not(log_in: LogIn, world: World, who: str, place: str, status: int) -> None:
    browser = await log_in(who)
    await browser.post(f"/enter/{world.organizations[place]}")
    assert browser.answer.status_code == status
    assert "You are working inside" not in browser.page
