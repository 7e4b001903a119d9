"""Which passwords are taken, how they are changed and reset, and what that ends."""

from __future__ import annotations

import re
from itertools import pairwise

import httpx
import pytest

from control.accounts.auth import account, jobs, strength
from control.core import passwords
from control.core.crypto import place
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.accounts.test_login import execute, login
from tests.web.browser import Browser
from tests.world import PASSWORD, World

NEW = "quiet-harbour-77-orchid"
EMAIL = "anna@example.com"


async def change(world: World, new: str, current: str = PASSWORD, name: str = "anna") -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return await world.send(name, "POST", "/v1/auth/password/change", body)


WEAK = {
    "elevenchars": "must have at least 12",
    "            ": "must not be blank",
    "password1234": "known from leaks|common password",
    "qwertyuiopas": "is|straight|row|common|guess",
    "aaaaaaaaaaaaaaaa": "repeat",
    "123456789012": "is|sequence|common|leaks",
    "anna@example.com": "guess|name|common|leaks|is",
}


@pytest.mark.parametrize("password", WEAK)
async def test_weak_ones_are_refused_with_a_reason(world: World, password: str) -> None:
    answer = await change(world, password)
    assert answer.status_code == 422
    (error,) = answer.json()["error"]["details"]["errors"]
    assert error["pointer"] == "/new_password"
    assert re.search(WEAK[password], error["message"]), error["message"]
    assert (await login(world, EMAIL)).status_code == 200


@pytest.mark.parametrize("facts", [["marguerite"], ["x@marguerite.example"], ["Marguerite Duras"]])
def test_what_is_known_of_the_person_makes_it_weak(facts: list[str]) -> None:
    assert strength.weakness("marguerite12", facts) is not None


@pytest.mark.parametrize(
    "password", [NEW, "пароль-который-никто-не-угадает", "短い漢字の合言葉ですがとても長い文", "x" * 3 + NEW * 10]
)
def test_good_ones(password: str) -> None:
    assert strength.weakness(password, ["anna@example.com", "anna", "Anna"]) is None


def test_the_generator() -> None:
    made = {passwords.generate() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert len(password) == 24
        assert strength.weakness(password, []) is None
        for kind in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]"):
            assert re.search(kind, password)
        assert not set(password) & set("0OIl1"), "nothing that looks alike"


async def test_change_ends_the_other_sessions(world: World, settings: Settings) -> None:
    other = (await login(world, EMAIL)).json()["data"]
    assert (await change(world, NEW)).status_code == 200
    assert (await world.get("anna", "/v1/auth/me")).status_code == 200
    headers = {"Authorization": f"Bearer {other['access_token']}"}
    assert (await world.client.get("/v1/auth/me", headers=headers)).status_code == 401
    assert (await login(world, EMAIL)).status_code == 401
    assert (await login(world, EMAIL, NEW)).status_code == 200
    assert execute(settings, "SELECT recipient, template FROM hcc.outgoing_mail") == [(EMAIL, "password_changed")]
    assert execute(settings, "SELECT count(*) FROM hcc.audit_log WHERE action = 'user.password_changed'") == [(1,)]


async def test_change_wants_the_present_one(world: World) -> None:
    answer = await change(world, NEW, "wrong-password-1")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["errors"] == [{"pointer": "/current_password", "message": "is not right"}]


async def test_the_last_five_are_not_taken_again(world: World, settings: Settings) -> None:
    chain = [PASSWORD, *(f"{NEW}-{word}" for word in ("amber", "basil", "cedar", "dahlia", "elder"))]
    assert (await change(world, PASSWORD)).status_code == 422, "the present one"
    for old, new in pairwise(chain):
        assert (await change(world, new, old)).status_code == 200
    for used in chain[1:]:
        answer = await change(world, used, chain[-1])
        assert answer.status_code == 422
        assert "last 5" in answer.json()["error"]["details"]["errors"][0]["message"]
    count = "SELECT count(*) FROM hcc.password_history WHERE user_id = %s"
    assert execute(settings, count, world.users["anna"]) == [(5,)]
    assert (await change(world, PASSWORD, chain[-1])).status_code == 200, "six ago is forgotten"


async def send_reset(runtime: Runtime, email: str) -> None:
    await jobs.send_reset(Work(runtime, 1, 0), email=email)


async def link(settings: Settings, runtime: Runtime) -> str:
    """The token in the newest mail."""
    ((mail_id, context),) = execute(settings, "SELECT id, context FROM hcc.outgoing_mail ORDER BY created_at DESC LIMIT 1")
    opened = runtime.keyring.open(bytes(context), place("outgoing_mail", "context", mail_id)).decode()
    found = re.search(r"token=([A-Za-z0-9_-]+)", opened)
    assert found is not None

    return found[1]


async def reset(world: World, token: str, new: str = NEW) -> httpx.Response:
    return await world.client.post("/v1/auth/password/reset", json={"token": token, "new_password": new})


async def test_forgotten_and_reset(world: World, settings: Settings, runtime: Runtime, worker_runtime: Runtime) -> None:
    assert (await world.client.post("/v1/auth/password/forgot", json={"email": EMAIL})).status_code == 202
    queued = execute(settings, "SELECT task_name, args FROM jobs.procrastinate_jobs WHERE task_name = 'accounts.send_reset'")
    assert queued == [("accounts.send_reset", {"email": EMAIL})]
    await send_reset(worker_runtime, EMAIL)
    token = await link(settings, runtime)
    stored = str(execute(settings, "SELECT t::text FROM hcc.user_credentials t"))
    assert token not in stored
    assert (await reset(world, token, "password1234")).status_code == 422, "a weak one does not use the token up"
    assert (await reset(world, token)).status_code == 200
    assert (await reset(world, token, NEW + "x")).status_code == 400, "once"
    assert (await world.get("anna", "/v1/auth/me")).status_code == 401
    assert (await login(world, EMAIL, NEW)).status_code == 200


async def test_a_reset_expires(world: World, settings: Settings, runtime: Runtime, worker_runtime: Runtime) -> None:
    await send_reset(worker_runtime, EMAIL)
    token = await link(settings, runtime)
    query = (
        "SELECT reset_expires_at - now() BETWEEN interval '29 min' AND interval '30 min'"
        " FROM hcc.user_credentials WHERE user_id = %s"
    )
    assert execute(settings, query, world.users["anna"]) == [(True,)]
    assert account.RESET_SECONDS == 1800
    execute(
        settings,
        "UPDATE hcc.user_credentials SET reset_expires_at = now() - interval '1 s' WHERE user_id = %s",
        world.users["anna"],
    )
    assert (await reset(world, token)).status_code == 400


async def test_a_newer_link_replaces_the_older(
    world: World, settings: Settings, runtime: Runtime, worker_runtime: Runtime
) -> None:
    await send_reset(worker_runtime, EMAIL)
    first = await link(settings, runtime)
    await send_reset(worker_runtime, EMAIL)
    second = await link(settings, runtime)
    assert (await reset(world, first)).status_code == 400
    assert (await reset(world, second)).status_code == 200


async def test_changing_the_password_ends_a_link(
    world: World, settings: Settings, runtime: Runtime, worker_runtime: Runtime
) -> None:
    await send_reset(worker_runtime, EMAIL)
    token = await link(settings, runtime)
    assert (await change(world, NEW)).status_code == 200
    assert (await reset(world, token, NEW + "-more")).status_code == 400


@pytest.mark.parametrize("setup", [None, "UPDATE hcc.users SET is_active = false", "UPDATE hcc.users SET deleted_at = now()"])
async def test_strangers_and_closed_accounts_get_no_mail(
    world: World, settings: Settings, worker_runtime: Runtime, setup: str | None
) -> None:
    if setup:
        execute(settings, setup)
    await send_reset(worker_runtime, EMAIL if setup else "nobody@example.com")
    assert execute(settings, "SELECT count(*) FROM hcc.outgoing_mail") == [(0,)]


async def test_the_page_behind_the_link(world: World, settings: Settings, runtime: Runtime, worker_runtime: Runtime) -> None:
    await send_reset(worker_runtime, EMAIL)
    token = await link(settings, runtime)
    browser = Browser(world.client)
    shown = await browser.get(f"/reset-password?token={token}")
    assert shown.status_code == 200
    assert token in shown.text
    assert "unsafe" not in shown.headers["content-security-policy"]
    assert shown.headers["referrer-policy"] == "same-origin", "the token goes to no other site"
    assert (await browser.client.post("/reset-password", data={"token": token, "new_password": NEW})).status_code == 403
    weak = await browser.submit("/reset-password", {"new_password": "short"})
    assert (weak.status_code, "at least 12 characters" in weak.text) == (422, True)
    assert (await browser.submit("/reset-password", {"new_password": NEW})).status_code == 200
    assert (await browser.post("/reset-password", {"token": token, "new_password": NEW})).status_code == 400
    assert (await login(world, EMAIL, NEW)).status_code == 200


async def test_the_page_does_not_echo_markup(world: World) -> None:
    shown = await world.client.get("/reset-password", params={"token": '"><script>alert(1)</script>'})
    assert "<script>" not in shown.text
    assert "alert(1)&lt;/script&gt;" in shown.text
