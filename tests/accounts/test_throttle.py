"""Guessing gets slower: by account and by address, for unknown accounts too, and not by being quick."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Any

import httpx
import psycopg
import pytest

from control.accounts.auth import throttle
from control.core.errors import RateLimited
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.accounts.test_login import execute, login
from tests.world import PASSWORD, World

WRONG = "wrong-password-1"
FREE = throttle.FREE_BY_ACCOUNT


def pass_time(settings: Settings, seconds: int) -> None:
    """Move the counters into the past instead of waiting."""
    execute(
        settings,
        "UPDATE hcc.login_throttle SET blocked_until = blocked_until - make_interval(secs => %s),"
        " last_failure = last_failure - make_interval(secs => %s)", seconds, seconds,
    )  # fmt: skip


@pytest.mark.parametrize("email", ["anna@example.com", "nobody@example.com"])
async def test_delays_grow_per_account(world: World, settings: Settings, email: str) -> None:
    """Known or not: five free attempts, then 1, 2, 4 … seconds, never above a quarter of an hour."""
    statuses = [(await login(world, email, WRONG)).status_code for _ in range(FREE)]
    assert statuses == [401] * FREE
    waits = []
    for _ in range(12):
        answer = await login(world, email, WRONG)
        assert answer.status_code == 429, "still waiting"
        wait = int(answer.headers["retry-after"])
        assert answer.json()["error"]["code"] == "RATE_LIMITED"
        assert answer.json()["error"]["details"] == {"retry_after": wait}
        waits.append(wait)
        pass_time(settings, wait)
        assert (await login(world, email, WRONG)).status_code == 401, "the wait was enough"
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


async def test_while_waiting_the_right_password_does_not_help(world: World, settings: Settings) -> None:
    for _ in range(FREE):
        await login(world, "anna@example.com", WRONG)
    assert (await login(world, "anna@example.com")).status_code == 429
    pass_time(settings, 2)
    assert (await login(world, "anna@example.com")).status_code == 200


async def test_attempts_that_are_refused_do_not_count(world: World, settings: Settings) -> None:
    """Who keeps trying while blocked does not lengthen the wait of the account's owner."""
    for _ in range(FREE):
        await login(world, "anna@example.com", WRONG)
    for wait in (1, 2, 4, 8, 16, 32):
        pass_time(settings, wait)
        assert (await login(world, "anna@example.com", WRONG)).status_code == 401
    # Blocked for 64 seconds now, which no machine is too slow for.
    assert {(await login(world, "anna@example.com", WRONG)).status_code for _ in range(20)} == {429}
    pass_time(settings, 64)
    assert (await login(world, "anna@example.com")).status_code == 200


async def test_success_starts_afresh(world: World) -> None:
    for _ in range(3):
        for _ in range(FREE - 1):
            assert (await login(world, "anna@example.com", WRONG)).status_code == 401
        assert (await login(world, "anna@example.com")).status_code == 200


async def test_an_hour_without_attempts_starts_afresh(world: World, settings: Settings) -> None:
    for _ in range(FREE):
        await login(world, "anna@example.com", WRONG)
    pass_time(settings, 3601)
    for _ in range(FREE):
        assert (await login(world, "anna@example.com", WRONG)).status_code == 401


@pytest.mark.parametrize(("first", "second", "shared"), [
    ("198.51.100.7", "198.51.100.7", True),
    ("198.51.100.7", "198.51.100.8", False),
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
    ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ("::ffff:198.51.100.7", "198.51.100.7", True),
])  # fmt: skip
async def test_an_address_is_slowed_down_over_many_accounts(world: World, first: str, second: str, shared: bool) -> None:
    for number in range(throttle.FREE_BY_ADDRESS):
        assert (await login(world, f"guess{number}@example.com", WRONG, first)).status_code == 401
    assert (await login(world, "anna@example.com", WRONG, first)).status_code == 429
    assert (await login(world, "anna@example.com", address=second)).status_code == (429 if shared else 200)


async def test_right_logins_of_an_office_are_not_held_against_it(world: World) -> None:
    for _ in range(throttle.FREE_BY_ADDRESS + 5):
        assert (await login(world, "anna@example.com", address="198.51.100.20")).status_code == 200


async def test_the_spelling_does_not_make_another_account(world: World) -> None:
    for spelling in ("anna@example.com", "ANNA@example.com", " anna@example.com", "Anna@Example.Com ", "anna@EXAMPLE.com"):
        assert (await login(world, spelling, WRONG)).status_code == 401
    assert (await login(world, "anna@example.com")).status_code == 429


@pytest.mark.parametrize("email", ["anna@example.com", "nobody@example.com"])
async def test_a_burst_is_counted_before_it_is_judged(world: World, settings: Settings, email: str) -> None:
    """Twenty at the same moment get no more tries than twenty in a row."""
    answers = await asyncio.gather(*(login(world, email, WRONG) for _ in range(20)))
    tried = [a.status_code for a in answers].count(401)
    assert tried + [a.status_code for a in answers].count(429) == 20
    assert tried == FREE
    ((failures,),) = execute(settings, "SELECT max(failures) FROM hcc.login_throttle")
    assert failures == FREE


async def test_a_burst_of_the_counter_itself(runtime: Runtime, settings: Settings) -> None:
    """Many processes share the counter in the database; none gets more than its share."""
    attempt = throttle.guard("login", "x@example.com", ip_address("198.51.100.9"))

    async def one() -> bool:
        try:
            await throttle.count(runtime.database, attempt)
        except RateLimited:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(40)))) == FREE


async def test_the_table_names_nobody(world: World, settings: Settings) -> None:
    await login(world, "anna@example.com", WRONG)
    assert "anna" not in str(execute(settings, "SELECT t::text FROM hcc.login_throttle t"))


async def test_forwarded_addresses_count_from_trusted_proxies_only(world: World) -> None:
    """A stranger cannot choose whose counter is used by naming an address."""
    for number in range(throttle.FREE_BY_ADDRESS):
        answer = await world.client.post(
            "/v1/auth/login",
            json={"email": f"guess{number}@example.com", "password": WRONG},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
        assert answer.status_code == 401
    assert (await login(world, "anna@example.com")).status_code == 429


GUESSED: dict[str, tuple[str, dict[str, Any], int]] = {
    "password change": ("/v1/auth/password/change", {"current_password": WRONG, "new_password": "quiet-harbour-77-orchid"}, 422),
    "second factor on": ("/v1/auth/totp/enrol", {"password": WRONG}, 422),
    "second factor off": ("/v1/auth/totp/disable", {"password": WRONG, "code": "000000"}, 422),
}


@pytest.mark.parametrize("case", GUESSED)
async def test_the_owner_of_a_stolen_session_is_not_guessed_either(world: World, case: str) -> None:
    path, body, status = GUESSED[case]
    statuses = [(await world.send("anna", "POST", path, body)).status_code for _ in range(FREE + 1)]
    assert statuses == [status] * FREE + [429]


async def test_forgotten_is_limited_alike_for_known_and_unknown(world: World) -> None:
    async def ask(email: str) -> list[int]:
        answers: list[httpx.Response] = [
            await world.client.post("/v1/auth/password/forgot", json={"email": email}) for _ in range(FREE + 1)
        ]
        assert len({a.json()["data"]["message"] for a in answers[:FREE]}) == 1
        return [a.status_code for a in answers]

    assert await ask("anna@example.com") == await ask("nobody@example.com") == [202] * FREE + [429]


async def test_without_a_database_nothing_is_let_through(world: World, settings: Settings) -> None:
    """The counter cannot be read, so nobody gets a try."""
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE hcc.login_throttle RENAME TO away")
    assert (await login(world, "anna@example.com", PASSWORD)).status_code == 500
