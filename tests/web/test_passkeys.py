"""Passkeys in the panel, with an authenticator in software in place of a browser's scripts."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.accounts.authenticator import Authenticator
from tests.accounts.test_login import execute
from tests.web.browser import Browser, form_of, hidden
from tests.web.conftest import LogIn
from tests.world import PASSWORD, World


def begun(page: str) -> dict[str, Any]:
    """What a page asks of the browser."""
    found = re.search(r'data-begun="([^"]+)"', page)
    assert found is not None, page
    asked: dict[str, Any] = json.loads(html.unescape(found[1]))
    return asked


async def answer(browser: Browser, action: str, key: Authenticator, **more: str) -> int:
    """Send the page's form with what the authenticator says to it."""
    first = begun(browser.page)
    options = first["options"]
    credential = key.create(options) if "user" in options else key.get(options)
    sent = {"ceremony": first["ceremony"], "credential": json.dumps(credential), **more}
    await browser.submit(action, sent)
    return browser.answer.status_code


async def added(browser: Browser) -> tuple[Authenticator, list[str]]:
    """A passkey of the person who is logged in, and the recovery codes that came with it."""
    key = Authenticator()
    await browser.get("/profile/second-factor")
    await browser.submit("/profile/passkeys/new")
    assert await answer(browser, "/profile/passkeys", key, name="Telephone <b>") == 200
    return key, re.findall(r"<li><code>([^<]+)</code></li>", browser.page)


async def test_it_is_added_used_and_removed(browser: Browser, log_in: LogIn) -> None:
    anna = await log_in("anna")
    key, codes = await added(anna)
    assert len(codes) == 10
    await anna.get("/profile/second-factor")
    assert "Telephone &lt;b&gt;" in anna.page
    await anna.get("/profile")
    assert ">On</span>" in anna.page

    await browser.get("/login?next=/profile")
    assert await answer(browser, "/login/passkey", key) == 200
    assert browser.answer.url.path == "/profile"
    assert browser.secret

    await anna.get("/profile/second-factor")
    link = re.search(r'href="/profile/passkeys/([^"]+)/remove"', anna.page)
    assert link is not None
    await anna.get(f"/profile/passkeys/{link[1]}/rename")
    await anna.submit(f"/profile/passkeys/{link[1]}/rename", {"name": "Old telephone"})
    assert "Old telephone" in anna.page
    await anna.get(f"/profile/passkeys/{link[1]}/remove")
    assert "It is your last second factor." in anna.page
    await anna.submit(f"/profile/passkeys/{link[1]}/remove")
    assert "The second factor is off." in anna.page
    await browser.submit("/logout")
    assert await answer(browser, "/login/passkey", key) == 401
    assert "The passkey was not accepted." in browser.page


async def test_beside_the_password(browser: Browser, log_in: LogIn, world: World) -> None:
    key, codes = await added(await log_in("anna"))
    await browser.log_in(world, "anna")
    assert "One more step" in browser.page
    assert begun(browser.page)["options"]["userVerification"] == "preferred"
    stranger = Authenticator()
    assert await answer(browser, "/login", stranger) == 401
    assert "The passkey was not accepted." in browser.page
    assert not browser.secret
    assert await answer(browser, "/login", key) == 200
    assert browser.answer.url.path == "/dashboard"
    await browser.submit("/logout")
    await browser.log_in(world, "anna")
    await browser.submit("/login", {"totp_code": codes[0]})
    assert browser.answer.url.path == "/dashboard"


async def test_in_place_of_the_password_once_more(log_in: LogIn, settings: Settings, runtime: Runtime) -> None:
    anna = await log_in("anna")
    key, _ = await added(anna)
    execute(settings, "UPDATE hcc.web_sessions SET confirmed_at = now() - interval '1 hour'")
    assert runtime.redis is not None
    await runtime.redis.flushdb()  # what is known of a session is kept for some seconds
    await anna.get("/profile/second-factor")
    await anna.submit("/profile/passkeys/recovery-codes")
    assert "Confirm that it is you" in anna.page
    assert await answer(anna, "/confirm-password/passkey", Authenticator()) == 422
    assert hidden(anna.page, "_resume")
    key.flags &= ~0x04
    assert await answer(anna, "/confirm-password/passkey", key) == 422, "without a finger"
    key.flags |= 0x04
    assert await answer(anna, "/confirm-password/passkey", key) == 200
    assert "Continue where you were" in anna.page
    await anna.submit("/profile/passkeys/recovery-codes")
    assert len(re.findall(r"<li><code>([^<]+)</code></li>", anna.page)) == 10


async def test_a_challenge_is_good_in_one_browser(browser: Browser, log_in: LogIn, client: Any) -> None:
    key, _ = await added(await log_in("anna"))
    other = Browser(client)
    await other.get("/login")
    await browser.get("/login")
    first = begun(other.page)
    sent = {"ceremony": first["ceremony"], "credential": json.dumps(key.get(first["options"]))}
    await browser.submit("/login/passkey", sent)
    assert browser.answer.status_code == 401
    await other.submit("/login/passkey", sent)
    assert other.answer.status_code == 200, "it was not used up by the wrong one"
    await other.client.aclose()


async def test_a_fresh_challenge(browser: Browser) -> None:
    await browser.get("/login")
    fresh = json.loads((await browser.client.get("/login/passkey")).text)
    assert fresh["options"]["rpId"] == "localhost"
    assert fresh["options"]["challenge"] != begun(browser.page)["options"]["challenge"]


async def test_the_form_of_another_site(browser: Browser, log_in: LogIn) -> None:
    key, _ = await added(await log_in("anna"))
    await browser.get("/login")
    first = begun(browser.page)
    sent = {"ceremony": first["ceremony"], "credential": json.dumps(key.get(first["options"])), "_csrf": "x"}
    assert (await browser.post("/login/passkey", sent)).status_code == 403


@pytest.mark.parametrize("credential", ["", "x", "[]", "null", '{"id": 1}', "{" * 2000])
async def test_rubbish(browser: Browser, credential: str) -> None:
    await browser.get("/login")
    await browser.submit("/login/passkey", {"ceremony": begun(browser.page)["ceremony"], "credential": credential})
    assert browser.answer.status_code == 401
    assert "The passkey was not accepted." in browser.page


async def test_at_an_address_of_numbers(browser: Browser) -> None:
    page = (await browser.client.get("/login", headers={"Host": "127.0.0.1:8000"})).text
    assert "data-begun" not in page
    assert "Passkeys do not work at this address." in page
    assert 'href="http://localhost:8000/"' in page
    assert (await browser.client.get("/login/passkey", headers={"Host": "127.0.0.1:8000"})).status_code == 409


async def test_pages_say_what_they_need(browser: Browser, log_in: LogIn) -> None:
    await browser.get("/login")
    assert "<noscript>" in browser.page
    assert 'autocomplete="username webauthn"' in browser.page
    assert "publickey-credentials-get=(self)" in browser.answer.headers["permissions-policy"]
    assert form_of(browser.page, "/login/passkey").keys() >= {"_csrf", "ceremony", "credential"}
    anna = await log_in("anna")
    await anna.get("/profile/second-factor")
    await anna.submit("/profile/passkeys/new")
    assert "data-begun" in anna.page
    assert PASSWORD not in anna.page
