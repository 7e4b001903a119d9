"""Passkeys through the API: good and bad ceremonies of an authenticator in software."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from control.accounts.passkeys import ceremonies, service
from control.core import origins
from control.core.settings import Settings, check
from tests.accounts.authenticator import BACKED_UP, ELIGIBLE, ORIGIN, PRESENT, Algorithm, Authenticator
from tests.accounts.test_login import execute, login
from tests.world import PASSWORD, World

EMAIL = "anna@example.com"
AUTH, OWN = "/v1/auth/passkeys", "/v1/profile/passkeys"


async def begun(world: World, who: str = "anna") -> dict[str, Any]:
    answer = await world.send(who, "POST", f"{OWN}/begin", {"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


async def add(world: World, key: Authenticator, who: str = "anna", name: str = "Telephone", **how: Any) -> httpx.Response:
    first = await begun(world, who)
    return await world.send(
        who, "POST", OWN, {"ceremony": first["ceremony"], "credential": key.create(first["options"], **how), "name": name}
    )


async def added(world: World, who: str = "anna", algorithm: Algorithm = "ES256", **how: Any) -> tuple[Authenticator, list[str]]:
    """A person with a passkey: it, and the recovery codes."""
    key = Authenticator(algorithm, **how)
    answer = await add(world, key, who)
    assert answer.status_code == 201, answer.text
    return key, answer.json()["data"]["recovery_codes"]


async def asked(world: World) -> dict[str, Any]:
    found: dict[str, Any] = (await world.send(None, "POST", f"{AUTH}/begin")).json()["data"]
    return found


async def finish(world: World, first: dict[str, Any], credential: dict[str, Any]) -> httpx.Response:
    return await world.send(None, "POST", f"{AUTH}/finish", {"ceremony": first["ceremony"], "credential": credential})


async def enter(world: World, key: Authenticator, **how: Any) -> httpx.Response:
    first = await asked(world)
    return await finish(world, first, key.get(first["options"], **how))


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
async def test_a_passkey_logs_in_by_itself(world: World, settings: Settings, algorithm: Algorithm) -> None:
    key, _ = await added(world, algorithm=algorithm)
    assert (await enter(world, key)).status_code == 200
    answer = await enter(world, key)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["user_id"] == str(world.users["anna"])
    token = answer.json()["data"]["access_token"]
    me = await world.client.get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["data"]["passkeys"] == 1
    (listed,) = (await world.get("anna", OWN)).json()["data"]
    assert (listed["name"], listed["rp_id"], listed["is_backed_up"]) == ("Telephone", "localhost", False)
    assert listed["last_used_at"] is not None
    started = "SELECT after FROM hcc.audit_log WHERE action = 'session.started' AND after IS NOT NULL"
    assert execute(settings, started) == [({"by": "passkey"},)] * 2
    assert execute(settings, "SELECT sign_count FROM hcc.passkeys") == [(2,)]


async def test_what_the_browser_is_asked(world: World) -> None:
    key, _ = await added(world)
    options = (await begun(world))["options"]
    assert options["rp"]["id"] == "localhost"
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert [one["id"] for one in options["excludeCredentials"]] == [key.create(options)["id"]]
    assert {one["alg"] for one in options["pubKeyCredParams"]} == {-8, -7, -257}
    assert options["user"]["name"] == EMAIL
    assert len(key.handle) == 64
    assert key.handle not in (world.users["anna"].bytes, EMAIL.encode())
    again = (await begun(world))["options"]
    assert again["user"]["id"] == options["user"]["id"], "one handle a person"
    assert again["challenge"] != options["challenge"]
    first = await asked(world)
    assert (first["options"]["userVerification"], first["options"]["allowCredentials"]) == ("required", [])
    assert first["expires_in"] == 300


BAD: dict[str, Callable[[Authenticator], Any]] = {
    "wrong origin": lambda key: setattr(key, "origin", "https://evil.example"),
    "origin with a slash": lambda key: setattr(key, "origin", f"{ORIGIN}/"),
    "other port": lambda key: setattr(key, "origin", "http://localhost:8001"),
    "wrong rp id": lambda key: setattr(key, "rp_id", "evil.example"),
    "nobody there": lambda key: setattr(key, "flags", 0),
    "backed up but not able to be": lambda key: setattr(key, "flags", key.flags | BACKED_UP),
    "in a frame": lambda key: key.client.update(crossOrigin=True),
    "below another site": lambda key: key.client.update(topOrigin="https://evil.example"),
    "another challenge": lambda key: key.client.update(challenge="AAAA"),
    "another type": lambda key: key.client.update(type="payment.get"),
}


@pytest.mark.parametrize("what", BAD)
async def test_bad_registrations(world: World, what: str) -> None:
    key = Authenticator()
    BAD[what](key)
    answer = await add(world, key)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BAD_REQUEST")
    assert (await world.get("anna", OWN)).json()["data"] == []


@pytest.mark.parametrize("what", [*BAD, "no finger", "tampered", "no handle", "other handle"])
async def test_bad_logins(world: World, what: str) -> None:
    key, _ = await added(world)
    bad: dict[str, Callable[[Authenticator], Any]] = {
        **BAD,
        "no finger": lambda key: setattr(key, "flags", PRESENT),
        "tampered": lambda key: None,
        "no handle": lambda key: setattr(key, "handle", b""),
        "other handle": lambda key: setattr(key, "handle", bytes(64)),
    }
    bad[what](key)
    answer = await enter(world, key, tampered=what == "tampered")
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "The passkey was not accepted.")


@pytest.mark.parametrize(("fmt", "status"), [("none", 201), ("packed", 201), ("android-safetynet", 400), ("", 400)])
async def test_attestations(world: World, fmt: str, status: int) -> None:
    assert (await add(world, Authenticator(), fmt=fmt)).status_code == status


async def test_a_challenge_is_good_once(world: World) -> None:
    key, _ = await added(world)
    first = await asked(world)
    signed = key.get(first["options"])
    assert (await finish(world, first, signed)).status_code == 200
    assert (await finish(world, first, signed)).status_code == 401, "replayed"
    assert (await finish(world, first, key.get(first["options"]))).status_code == 401, "signed anew"
    second = await asked(world)
    assert (await finish(world, second, key.get(second["options"], tampered=True))).status_code == 401
    assert (await finish(world, second, key.get(second["options"]))).status_code == 401, "one try each"


async def test_what_is_no_challenge_of_ours_or_for_something_else(world: World, settings: Settings) -> None:
    key, _ = await added(world)
    third = await asked(world)
    assert (await finish(world, {"ceremony": third["ceremony"][:-2] + "AA"}, key.get(third["options"]))).status_code == 401
    other = await begun(world)
    assert (await finish(world, other, key.get({"rpId": "localhost", **other["options"]}))).status_code == 401, "another kind"
    execute(settings, "UPDATE hcc.passkey_challenges SET expires_at = now() - interval '1 minute' RETURNING 1")
    assert (await enter(world, key)).status_code == 200
    assert execute(settings, "SELECT count(*) FROM hcc.passkey_challenges") == [(1,)], "forgotten once they expired"


async def test_twins_with_one_challenge(world: World) -> None:
    key, _ = await added(world)
    first = await asked(world)
    answers = [key.get(first["options"]) for _ in range(3)]
    found = await asyncio.gather(*(finish(world, first, one) for one in answers))
    assert sorted(one.status_code for one in found) == [200, 401, 401]


async def test_an_expired_challenge(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = await added(world)
    first, fresh = await asked(world), await begun(world)

    class Later:
        @staticmethod
        def time() -> float:
            return time.time() + ceremonies.SECONDS

    monkeypatch.setattr(ceremonies, "time", Later)
    answer = await finish(world, first, key.get(first["options"]))
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "That took too long. Try again.")
    body = {"ceremony": fresh["ceremony"], "credential": Authenticator().create(fresh["options"])}
    assert (await world.send("anna", "POST", OWN, body)).status_code == 401


async def test_challenges_of_others(world: World) -> None:
    first = await begun(world, "bert")
    body = {"ceremony": first["ceremony"], "credential": Authenticator().create(first["options"])}
    assert (await world.send("anna", "POST", OWN, body)).status_code == 401, "another person's"
    session = (await login(world, EMAIL)).json()["data"]["access_token"]
    mine = await begun(world)
    body = {"ceremony": mine["ceremony"], "credential": Authenticator().create(mine["options"])}
    answer = await world.client.post(OWN, json=body, headers={"Authorization": f"Bearer {session}"})
    assert answer.status_code == 401, "another session's"


async def test_unknown_deleted_and_closed(world: World, settings: Settings) -> None:
    key, _ = await added(world)
    stranger = Authenticator()
    stranger.handle = key.handle
    assert (await enter(world, stranger)).status_code == 401
    stranger.id = key.id
    assert (await enter(world, stranger)).status_code == 401, "another key behind a known id"
    execute(settings, "UPDATE hcc.users SET is_active = false WHERE id = %s RETURNING 1", world.users["anna"])
    assert (await enter(world, key)).status_code == 401
    execute(settings, "UPDATE hcc.users SET is_active = true WHERE id = %s RETURNING 1", world.users["anna"])
    (one,) = (await world.get("anna", OWN)).json()["data"]
    assert (await world.send("anna", "POST", f"{OWN}/{one['id']}/remove", {"password": PASSWORD})).status_code == 200
    assert (await enter(world, key)).status_code == 401


async def test_a_counter_that_goes_back_is_refused_and_told(world: World, settings: Settings) -> None:
    key, _ = await added(world)
    key.count = 7
    assert (await enter(world, key)).status_code == 200
    forged = Authenticator()
    forged.id, forged.handle, forged.count = key.id, key.handle, 0
    assert (await enter(world, forged)).status_code == 401
    told = "SELECT after FROM hcc.audit_log WHERE action = 'user.passkey_counter'"
    assert execute(settings, told) == [], "who has not the key rings no bell"
    for count in (7, 6, -1):
        key.count = count
        assert (await enter(world, key)).status_code == 401
    assert [row[0]["got"] for row in execute(settings, told)] == [8, 7, 0]
    mails = execute(settings, "SELECT recipient FROM hcc.outgoing_mail WHERE template = 'passkey_counter'")
    assert mails == [(EMAIL,)] * 3
    key.count = 8
    assert (await enter(world, key)).status_code == 200, "the right one goes on"


async def test_a_key_that_does_not_count(world: World) -> None:
    key, _ = await added(world, counts=False)
    assert [(await enter(world, key)).status_code for _ in range(2)] == [200, 200]


async def test_beside_the_password(world: World, settings: Settings) -> None:
    """A passkey is a second factor: the password alone is half a login. Here a finger is not demanded."""
    key, codes = await added(world)
    assert len(set(codes)) == 10
    first = await login(world, EMAIL)
    assert first.status_code == 401
    details = first.json()["error"]["details"]
    assert details["requires_2fa"] is True
    options = details["passkey"]["options"]
    assert options["userVerification"] == "preferred"
    assert [one["id"] for one in options["allowCredentials"]] == [key.get(options)["id"]]
    key.flags = PRESENT
    key.handle = b""
    answer = {"ceremony": details["passkey"]["ceremony"], "credential": key.get(options)}
    assert (await login(world, EMAIL, "wrong-password-1", passkey=answer)).status_code == 401
    assert (await login(world, EMAIL, passkey=answer)).status_code == 200
    assert (await login(world, EMAIL, passkey=answer)).status_code == 401, "good once"
    assert (await login(world, EMAIL, totp_code="000000")).status_code == 401
    assert (await login(world, EMAIL, totp_code=codes[0])).status_code == 200
    assert (await login(world, EMAIL, totp_code=codes[0])).status_code == 401
    refused = "SELECT count(*) FROM hcc.audit_log WHERE action = 'session.refused'"
    for _ in range(50):
        if execute(settings, refused) == [(4,)]:
            break
        await asyncio.sleep(0.02)
    assert execute(settings, refused) == [(4,)]


async def test_another_persons_passkey_is_no_second_factor(world: World) -> None:
    await added(world)
    berts, _ = await added(world, "bert")
    details = (await login(world, EMAIL)).json()["error"]["details"]
    answer = {"ceremony": details["passkey"]["ceremony"], "credential": berts.get(details["passkey"]["options"])}
    assert (await login(world, EMAIL, passkey=answer)).status_code == 401
    of_bert = (await login(world, "bert@example.com")).json()["error"]["details"]["passkey"]
    answer = {"ceremony": of_bert["ceremony"], "credential": berts.get(of_bert["options"])}
    assert (await login(world, EMAIL, passkey=answer)).status_code == 401


async def test_second_factors_are_not_guessed(world: World) -> None:
    key, _ = await added(world)
    statuses = []
    for _ in range(6):
        found = (await login(world, EMAIL)).json()["error"]["details"]["passkey"]
        wrong = {"ceremony": found["ceremony"], "credential": key.get(found["options"], tampered=True)}
        statuses.append((await login(world, EMAIL, passkey=wrong)).status_code)
    assert statuses == [401] * 5 + [429]


async def test_logins_are_slowed_down(world: World) -> None:
    key, _ = await added(world)
    assert [(await enter(world, key, tampered=True)).status_code for _ in range(6)] == [401] * 5 + [429]


async def test_what_is_kept_belongs_to_one_person(world: World, settings: Settings) -> None:
    key, _ = await added(world)
    assert (await add(world, key)).status_code == 409, "known already"
    thief = Authenticator()
    thief.id = key.id
    assert (await add(world, thief, "bert")).status_code == 409, "known already, of somebody else"
    (one,) = (await world.get("anna", OWN)).json()["data"]
    assert (await world.get("bert", OWN)).json()["data"] == []
    for method, path, body in (
        ("PATCH", f"{OWN}/{one['id']}", {"name": "Mine"}),
        ("POST", f"{OWN}/{one['id']}/remove", {"password": PASSWORD}),
    ):
        assert (await world.send("bert", method, path, body)).status_code == 404
    renamed = await world.send("anna", "PATCH", f"{OWN}/{one['id']}", {"name": "Key ring"}, If_Match='"1"')
    assert (renamed.status_code, renamed.json()["data"]["name"], renamed.headers["etag"]) == (200, "Key ring", '"2"')
    assert (await world.send("anna", "PATCH", f"{OWN}/{one['id']}", {"name": "x"}, If_Match='"1"')).status_code == 412
    said = "SELECT action FROM hcc.audit_log WHERE action LIKE 'user.passkey%%' ORDER BY id"
    assert execute(settings, said) == [("user.passkey_added",), ("user.passkey_renamed",)]


async def test_the_password_is_wanted(world: World) -> None:
    await added(world)
    (one,) = (await world.get("anna", OWN)).json()["data"]
    for path in (f"{OWN}/begin", f"{OWN}/{one['id']}/remove"):
        assert (await world.send("anna", "POST", path, {"password": "wrong-password-1"})).status_code == 422
    assert len((await world.get("anna", OWN)).json()["data"]) == 1


async def test_the_last_one_takes_the_recovery_codes_along(world: World, settings: Settings) -> None:
    await added(world)
    second = await add(world, Authenticator(), name="")
    assert (second.json()["data"]["recovery_codes"], second.json()["data"]["passkey"]["name"]) == ([], "Passkey")
    left = []
    for one in (await world.get("anna", OWN)).json()["data"]:
        await world.send("anna", "POST", f"{OWN}/{one['id']}/remove", {"password": PASSWORD})
        left.append(execute(settings, "SELECT count(*) FROM hcc.recovery_codes")[0][0])
    assert left == [10, 0]
    assert (await login(world, EMAIL)).status_code == 200
    mails = execute(settings, "SELECT template FROM hcc.outgoing_mail ORDER BY created_at")
    assert [one for (one,) in mails] == ["passkey_added"] * 2 + ["passkey_removed"] * 2


async def test_no_more_than_twenty(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert service.MOST == 20
    monkeypatch.setattr(service, "MOST", 2)
    early = await begun(world)
    for _ in range(2):
        await added(world)
    assert (await world.send("anna", "POST", f"{OWN}/begin", {"password": PASSWORD})).status_code == 409
    body = {"ceremony": early["ceremony"], "credential": Authenticator().create(early["options"])}
    assert (await world.send("anna", "POST", OWN, body)).status_code == 409


async def test_names_and_what_may_be_backed_up(world: World) -> None:
    key = Authenticator()
    key.aaguid = bytes.fromhex("d548826e79b4db40a3d811116f7e8349")
    key.flags |= ELIGIBLE | BACKED_UP
    made = (await add(world, key, name="  ")).json()["data"]["passkey"]
    assert (made["name"], made["is_backed_up"], made["transports"]) == ("Bitwarden", True, ["internal", "hybrid"])


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (ORIGIN, 200),
        ("http://127.0.0.1:8000", 409),
        ("https://localhost:8000", 409),
        ("null", 409),
        ("https://evil.example", 409),
    ],
)
async def test_where_passkeys_work(world: World, origin: str, status: int) -> None:
    answer = await world.send(None, "POST", f"{AUTH}/begin", Origin=origin)
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["error"]["message"] == f"Passkeys do not work at this address. Open {ORIGIN} instead."


@pytest.mark.parametrize(
    ("public", "panel", "expected", "problems"),
    [
        ("https://panel.example", "", ("https://panel.example",), 0),
        ("https://Panel.example:443/hcc", "", ("https://panel.example",), 0),
        ("http://127.0.0.1:8000", "", (), 0),
        ("http://[::1]:8000", "", (), 0),
        ("http://panel.example", "", (), 0),
        ("http://127.0.0.1", "http://localhost:80, https://localhost:8001", ("http://localhost", "https://localhost:8001"), 0),
        ("https://x.example", "https://a.example,https://b.example:8443", ("https://a.example", "https://b.example:8443"), 0),
        ("https://x.example", "https://192.0.2.1,panel.example,https://a.example/x", (), 3),
    ],
)  # fmt: skip
def test_settings(public: str, panel: str, expected: tuple[str, ...], problems: int) -> None:
    settings = Settings(env="dev", public_url=public, panel_origins=panel)
    assert origins.of_panel(settings) == expected
    assert len([one for one in check(settings) if "PANEL_ORIGINS" in one]) == problems


async def test_erasing_a_person_takes_them_along(world: World, settings: Settings) -> None:
    await added(world)
    execute(settings, "DELETE FROM hcc.user_credentials WHERE user_id = %s RETURNING 1", world.users["anna"])
    assert execute(settings, "SELECT count(*) FROM hcc.passkeys") == [(0,)]


async def test_rubbish_is_refused(world: World) -> None:
    first = await asked(world)
    credential = Authenticator().get(first["options"])
    for changes in ({"id": "short"}, {"type": "password"}, {"rawId": "x" * 1365}, {"rawId": "a+b/" * 8}):
        body = {"ceremony": first["ceremony"], "credential": credential | changes}
        assert (await world.send(None, "POST", f"{AUTH}/finish", body)).status_code == 422
    for field in ("clientDataJSON", "attestationObject"):
        fresh = await begun(world)
        made = Authenticator().create(fresh["options"])
        made["response"][field] = "AAAA"
        body = {"ceremony": fresh["ceremony"], "credential": msgspec.to_builtins(made)}
        assert (await world.send("anna", "POST", OWN, body)).status_code == 400
