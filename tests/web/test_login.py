"""Logging in and out with a browser."""

from __future__ import annotations

import pyotp
import pytest

from tests.web.browser import Browser, hidden
from tests.web.conftest import LogIn
from tests.world import PASSWORD, World


async def test_a_stranger_is_asked_to_log_in_and_gets_where_they_wanted(browser: Browser, world: World) -> None:
    await browser.get("/invoices?status=paid")
    assert browser.answer.url.path == "/login"
    assert hidden(browser.page, "next") == "/invoices?status=paid"
    await browser.submit("/login", {"email": world.email("nora"), "password": PASSWORD})
    assert str(browser.answer.url) == "http://localhost:8000/invoices?status=paid"
    assert browser.answer.status_code == 200


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil"])
async def test_a_login_leads_to_no_other_site(browser: Browser, world: World, next_: str) -> None:
    await browser.get("/login")
    answer = await browser.post("/login", {"email": world.email("nora"), "password": PASSWORD, "next": next_}, follow=False)
    assert answer.headers["location"] == "/dashboard"


@pytest.mark.parametrize(
    ("email", "password"),
    [("nora@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("", ""), ("x", "qzqzqz")],
    ids=["wrong password", "unknown", "nothing", "no address"],
)
async def test_a_wrong_login_says_the_same_and_keeps_the_address(
    browser: Browser, world: World, email: str, password: str
) -> None:
    del world
    await browser.get("/login")
    await browser.submit("/login", {"email": email, "password": password})
    assert browser.answer.status_code == 401
    assert "The e-mail address or the password is not right." in browser.page
    assert f'value="{email}"' in browser.page
    assert password not in browser.page or not password
    assert not browser.secret


async def test_guessing_is_slowed_down_in_words(browser: Browser, world: World) -> None:
    del world
    await browser.get("/login")
    for _ in range(8):
        await browser.submit("/login", {"email": "nora@example.com", "password": "guess"})
        if browser.answer.status_code == 429:
            break
    assert browser.answer.status_code == 429
    assert "Too many attempts" in browser.page
    assert int(browser.answer.headers["retry-after"]) >= 1


async def test_a_second_factor_is_a_second_step(browser: Browser, log_in: LogIn, world: World) -> None:
    await log_in("nora")
    enrolled = (await world.send("nora", "POST", "/v1/auth/totp/enrol", {"password": PASSWORD})).json()["data"]
    totp = pyotp.TOTP(enrolled["secret"])
    confirmed = await world.send("nora", "POST", "/v1/auth/totp/confirm", {"code": totp.now()})
    recovery = confirmed.json()["data"]["recovery_codes"][0]
    await browser.log_in(world, "nora")
    assert browser.answer.status_code == 401
    assert 'name="totp_code"' in browser.page
    assert PASSWORD not in browser.page
    await browser.submit("/login", {"totp_code": "000000"})
    assert "The code is not right" in browser.page
    assert not browser.secret
    await browser.submit("/login", {"totp_code": recovery})
    assert browser.answer.url.path == "/dashboard"


async def test_logging_out_ends_the_session(log_in: LogIn, world: World) -> None:
    browser = await log_in("nora")
    secret = browser.secret
    await browser.submit("/logout")
    assert browser.answer.url.path == "/login"
    assert "You are logged out." in browser.page
    browser.client.cookies.set("hcc_session", secret, domain="localhost.local")
    assert (await browser.client.get("/dashboard", headers={"Cookie": f"hcc_session={secret}"})).status_code == 303
    assert (await world.get("nora", "/v1/auth/sessions")).status_code == 200


async def test_who_is_logged_in_is_not_asked_again(log_in: LogIn) -> None:
    browser = await log_in("nora")
    await browser.get("/login")
    assert browser.answer.url.path == "/dashboard"
