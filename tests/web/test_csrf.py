"""Forms of other sites, and of nobody, are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from control.app import DOMAINS, http_handlers
from control.core.permissions import PUBLIC
from control.web import csrf
from tests.peopling import Application
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import PASSWORD, World

ORIGIN = "http://localhost:8000"
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}

ATTACKS: dict[str, tuple[Callable[[str, str], dict[str, str]], dict[str, str]]] = {
    "no token": (lambda _own, _other: {}, OURS),
    "empty token": (lambda _own, _other: {"_csrf": ""}, OURS),
    "random token": (lambda _own, _other: {"_csrf": "A" * 60}, OURS),
    "not base64": (lambda _own, _other: {"_csrf": "é!"}, OURS),
    "cut token": (lambda own, _other: {"_csrf": own[:-8]}, OURS),
    "changed token": (lambda own, _other: {"_csrf": ("B" if own[0] == "A" else "A") + own[1:]}, OURS),
    "another person's token": (lambda _own, other: {"_csrf": other}, OURS),
    "right token, other site": (
        lambda own, _other: {"_csrf": own},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    ),
    "right token, sister host": (lambda own, _other: {"_csrf": own}, {"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}),
    "right token, null origin": (lambda own, _other: {"_csrf": own}, {"Origin": "null"}),
    "right token, other port": (lambda own, _other: {"_csrf": own}, {"Origin": "http://localhost:9999"}),
    "right token, longer host": (lambda own, _other: {"_csrf": own}, {"Origin": f"{ORIGIN}.evil.example"}),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_forged_form_does_nothing(log_in: LogIn, world: World, attack: str) -> None:
    browser, other = await log_in("nora"), await log_in("saul")
    make, headers = ATTACKS[attack]
    data = make(browser.csrf, other.csrf)
    answer = await browser.client.post("/profile", data=data | {"full_name": "Evil"}, headers=headers)
    assert answer.status_code == 403
    assert (await world.get("nora", "/v1/auth/me")).json()["data"]["full_name"] == "Nora"


@pytest.mark.parametrize(
    ("how", "headers"),
    [("field", OURS), ("header", OURS), ("field", {}), ("field", {"Sec-Fetch-Site": "none"}), ("field", {"Origin": ORIGIN})],
)
async def test_our_own_form_does_its_work(log_in: LogIn, world: World, how: str, headers: dict[str, str]) -> None:
    browser = await log_in("nora")
    data = {"full_name": "Nora N.", "locale": "en", "timezone": "UTC"}
    sent = headers | ({"X-CSRF-Token": browser.csrf} if how == "header" else {})
    answer = await browser.client.post("/profile", data=data | ({"_csrf": browser.csrf} if how == "field" else {}), headers=sent)
    assert answer.status_code == 303, answer.text
    assert (await world.get("nora", "/v1/auth/me")).json()["data"]["full_name"] == "Nora N."


async def test_a_login_form_needs_its_token_too(browser: Browser, world: World) -> None:
    await browser.get("/login")
    data = {"email": world.email("nora"), "password": PASSWORD}
    answer = await browser.client.post("/login", data=data, headers=OURS)
    assert answer.status_code == 403
    assert not browser.secret
    stranger = httpx.AsyncClient(transport=browser.client._transport, base_url=ORIGIN)
    answer = await stranger.post("/login", data=data | {"_csrf": browser.csrf}, headers=OURS)
    assert answer.status_code == 403, "a token without the cookie it was made for"
    await stranger.aclose()


async def test_a_token_of_before_the_login_is_good_for_nothing_after_it(browser: Browser, world: World) -> None:
    await browser.get("/login")
    before = browser.csrf
    await browser.submit("/login", {"email": world.email("nora"), "password": PASSWORD})
    answer = await browser.client.post("/profile", data={"_csrf": before, "full_name": "Evil"}, headers=OURS)
    assert answer.status_code == 403


def test_every_page_that_acts_is_guarded(application: Application, runtime: Any) -> None:
    application.client(runtime, "192.0.2.1")
    app = application._made
    assert app is not None
    assert app.state.domains == DOMAINS
    unguarded, pages = [], 0
    for path, handler in http_handlers(app):
        if not handler.opt.get("page"):
            continue
        pages += 1
        assert not handler.include_in_schema, path
        assert "identify" in handler.opt or handler.opt["permission"] == PUBLIC, path
        if not handler.http_methods <= {"GET", "HEAD", "OPTIONS"} and csrf.guard not in (handler.guards or ()):
            unguarded.append(path)
    assert pages > 30
    assert unguarded == []
