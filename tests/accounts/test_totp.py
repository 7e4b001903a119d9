"""The second factor: enrolled with a code, asked for at login, each code good once, sealed at rest."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pyotp
import pytest

from control.accounts.auth import totp
from control.core.crypto import KeyringError, place
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.accounts.test_login import execute, login
from tests.world import PASSWORD, World

EMAIL = "anna@example.com"


class Clock:
    """The time that codes are checked against; it moves by whole steps."""

    def __init__(self) -> None:
        self.now = 1_900_000_000.0

    def time(self) -> float:
        return self.now

    def step(self, steps: int = 1) -> None:
        self.now += steps * totp.STEP_SECONDS


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("totp", "account"):
        monkeypatch.setattr(f"control.accounts.auth.{module}.time", clock)
    return clock


async def enrolled(world: World, clock: Clock) -> tuple[str, list[str]]:
    """Anna with a second factor: its secret and recovery codes. The code's step is used up; the clock moves on."""
    secret = (await world.send("anna", "POST", "/v1/auth/totp/enrol", {"password": PASSWORD})).json()["data"]["secret"]
    answer = await world.send("anna", "POST", "/v1/auth/totp/confirm", {"code": pyotp.TOTP(secret).at(int(clock.now))})
    assert answer.status_code == 200, answer.text
    clock.step()
    codes: list[str] = answer.json()["data"]["recovery_codes"]
    return secret, codes


async def test_login_asks_for_the_code(world: World, clock: Clock) -> None:
    secret, _ = await enrolled(world, clock)
    answer = await login(world, EMAIL)
    assert answer.status_code == 401
    assert answer.json()["error"]["details"] == {"requires_2fa": True}
    wrong = await login(world, EMAIL, totp_code="000000")
    assert (wrong.status_code, wrong.json()["error"]["details"]) == (401, {"requires_2fa": True})
    assert (await login(world, EMAIL, totp_code=pyotp.TOTP(secret).at(int(clock.now)))).status_code == 200


async def test_a_wrong_password_does_not_tell_that_there_is_a_second_factor(world: World, clock: Clock) -> None:
    secret, _ = await enrolled(world, clock)
    answer = await login(world, EMAIL, "wrong-password-1", totp_code=pyotp.TOTP(secret).at(int(clock.now)))
    assert (answer.status_code, answer.json()["error"]["details"]) == (401, None)
    assert (await login(world, EMAIL, totp_code=pyotp.TOTP(secret).at(int(clock.now)))).status_code == 200, (
        "the code was not used up"
    )


async def test_enrolment(world: World, settings: Settings) -> None:
    data = (await world.send("anna", "POST", "/v1/auth/totp/enrol", {"password": PASSWORD})).json()["data"]
    parsed = pyotp.parse_uri(data["uri"])
    assert (parsed.secret, parsed.name, parsed.issuer) == (data["secret"], EMAIL, settings.jwt_issuer)
    assert len(data["secret"]) == 32
    assert (await login(world, EMAIL)).status_code == 200, "not in force before it is confirmed"
    assert (await world.send("anna", "POST", "/v1/auth/totp/confirm", {"code": "000000"})).status_code == 422
    assert (await world.get("anna", "/v1/auth/me")).json()["data"]["totp_enabled"] is False


async def test_only_once(world: World, clock: Clock) -> None:
    await enrolled(world, clock)
    assert (await world.send("anna", "POST", "/v1/auth/totp/enrol", {"password": PASSWORD})).status_code == 409
    assert (await world.get("anna", "/v1/auth/me")).json()["data"]["totp_enabled"] is True


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 401), (0, 200), (1, 200), (2, 401)])
async def test_clocks_may_be_off_by_one_step(world: World, clock: Clock, steps: int, status: int) -> None:
    """The step before is in the window too, but it was used to confirm."""
    secret, _ = await enrolled(world, clock)
    code = pyotp.TOTP(secret).at(int(clock.now) + steps * totp.STEP_SECONDS)
    assert (await login(world, EMAIL, totp_code=code)).status_code == status


async def test_a_code_is_good_once(world: World, clock: Clock) -> None:
    secret, _ = await enrolled(world, clock)
    code = pyotp.TOTP(secret).at(int(clock.now))
    assert (await login(world, EMAIL, totp_code=code)).status_code == 200
    assert (await login(world, EMAIL, totp_code=code)).status_code == 401
    clock.step()
    assert (await login(world, EMAIL, totp_code=code)).status_code == 401, "not in the next step either"
    assert (await login(world, EMAIL, totp_code=pyotp.TOTP(secret).at(int(clock.now)))).status_code == 200


async def test_twins_with_one_code(world: World, clock: Clock) -> None:
    secret, codes = await enrolled(world, clock)
    for code in (pyotp.TOTP(secret).at(int(clock.now)), codes[0]):
        answers = await asyncio.gather(*(login(world, EMAIL, totp_code=code) for _ in range(3)))
        assert sorted(a.status_code for a in answers) == [200, 401, 401]


@pytest.mark.parametrize(
    "spelling", [str, str.upper, lambda code: code.replace("-", ""), lambda code: f" {code.replace('-', ' ')} "]
)
async def test_a_recovery_code_is_good_once(world: World, clock: Clock, spelling: Any) -> None:
    _, codes = await enrolled(world, clock)
    assert len(set(codes)) == 10
    assert (await login(world, EMAIL, totp_code=spelling(codes[3]))).status_code == 200
    assert (await login(world, EMAIL, totp_code=codes[3])).status_code == 401
    assert (await login(world, EMAIL, totp_code=codes[4])).status_code == 200


async def test_recovery_codes_are_one_persons(world: World, clock: Clock, settings: Settings) -> None:
    _, codes = await enrolled(world, clock)
    secret = (await world.send("alex", "POST", "/v1/auth/totp/enrol", {"password": PASSWORD})).json()["data"]["secret"]
    await world.send("alex", "POST", "/v1/auth/totp/confirm", {"code": pyotp.TOTP(secret).at(int(clock.now))})
    assert (await login(world, "alex@example.com", totp_code=codes[0])).status_code == 401
    stored = str(execute(settings, "SELECT encode(code_hash, 'escape') FROM hcc.recovery_codes"))
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


async def test_new_recovery_codes_replace_the_old(world: World, clock: Clock) -> None:
    secret, codes = await enrolled(world, clock)
    assert (await world.send("anna", "POST", "/v1/auth/totp/recovery-codes", {"code": "000000"})).status_code == 422
    answer = await world.send("anna", "POST", "/v1/auth/totp/recovery-codes", {"code": pyotp.TOTP(secret).at(int(clock.now))})
    fresh = answer.json()["data"]["recovery_codes"]
    assert not set(fresh) & set(codes)
    assert (await login(world, EMAIL, totp_code=codes[0])).status_code == 401
    assert (await login(world, EMAIL, totp_code=fresh[0])).status_code == 200


async def test_disabling(world: World, clock: Clock, settings: Settings) -> None:
    secret, _ = await enrolled(world, clock)
    path = "/v1/auth/totp/disable"
    code = pyotp.TOTP(secret).at(int(clock.now))
    assert (await world.send("anna", "POST", path, {"password": "wrong-password-1", "code": code})).status_code == 422
    assert (await world.send("anna", "POST", path, {"password": PASSWORD, "code": "000000"})).status_code == 422
    assert (await world.send("anna", "POST", path, {"password": PASSWORD, "code": code})).status_code == 200
    assert (await login(world, EMAIL)).status_code == 200
    left = "SELECT totp_secret, totp_pending FROM hcc.user_credentials WHERE user_id = %s"
    assert execute(settings, left, world.users["anna"]) == [(None, None)]
    assert execute(settings, "SELECT count(*) FROM hcc.recovery_codes") == [(0,)]
    mails = execute(settings, "SELECT recipient, template FROM hcc.outgoing_mail")
    assert (EMAIL, "totp_disabled") in mails


async def test_codes_are_not_guessed(world: World, clock: Clock) -> None:
    """With the right password, wrong codes count against the account."""
    secret, _ = await enrolled(world, clock)
    statuses = [(await login(world, EMAIL, totp_code=f"{n:06}")).status_code for n in range(6)]
    assert statuses == [401] * 5 + [429]
    assert (await login(world, EMAIL, totp_code=pyotp.TOTP(secret).at(int(clock.now)))).status_code == 429


async def test_asking_for_the_code_does_not_make_guessing_free(world: World, clock: Clock) -> None:
    """A login without a code in between does not forgive the wrong codes before it."""
    await enrolled(world, clock)
    statuses = []
    for n in range(6):
        statuses.append((await login(world, EMAIL, totp_code=f"{n:06}")).status_code)
        await login(world, EMAIL)
    assert 429 in statuses


async def test_the_secret_is_sealed_at_rest(world: World, clock: Clock, runtime: Runtime, settings: Settings) -> None:
    secret, _ = await enrolled(world, clock)
    query = "SELECT totp_secret FROM hcc.user_credentials WHERE user_id = %s"
    ((sealed,),) = execute(settings, query, world.users["anna"])
    assert secret.encode() not in bytes(sealed)
    assert runtime.keyring.open(bytes(sealed), place("user_credentials", "totp_secret", world.users["anna"])).decode() == secret
    for elsewhere in (
        place("user_credentials", "totp_secret", world.users["alex"]),
        place("user_credentials", "totp_pending", world.users["anna"]),
    ):
        with pytest.raises(KeyringError):
            runtime.keyring.open(bytes(sealed), elsewhere)
    audit = str(execute(settings, "SELECT t::text FROM hcc.audit_log t"))
    assert secret not in audit


async def test_the_real_clock(world: World) -> None:
    """Once without a clock of our own."""
    secret = (await world.send("anna", "POST", "/v1/auth/totp/enrol", {"password": PASSWORD})).json()["data"]["secret"]
    answer = await world.send("anna", "POST", "/v1/auth/totp/confirm", {"code": pyotp.TOTP(secret).at(int(time.time()))})
    assert answer.status_code == 200


async def test_no_code_stands_in_for_the_password_once_more(world: World, clock: Clock) -> None:
    """Where the password is wanted once more, a code is a wrong password, and is not used up by it."""
    secret, codes = await enrolled(world, clock)
    for code in (codes[0], pyotp.TOTP(secret).at(int(clock.now))):
        for path in ("/v1/profile/passkeys/begin", "/v1/auth/totp/enrol"):
            answer = await world.send("anna", "POST", path, {"password": code})
            assert (answer.status_code, answer.json()["error"]["details"]["errors"][0]["pointer"]) == (422, "/password"), path
    assert (await login(world, EMAIL, totp_code=codes[0])).status_code == 200
