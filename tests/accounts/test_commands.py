"""`hcc keys` and `hcc admin` against a real database: what an operator does without the API."""

from __future__ import annotations

import io
import sys
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from control import cli
from control.accounts.keys import LEAD_SECONDS
from control.core.crypto import ENCRYPTED_COLUMNS, Keyring, place
from control.core.settings import Settings
from tests.world import PASSWORD, World

LONG = "copper-lantern-42-meadow"


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `hcc` with the settings of the test; exit code, output and errors."""
    monkeypatch.setenv("HCC_OWNER_DATABASE_URL", settings.owner_database_url)
    monkeypatch.setenv("HCC_ENCRYPTION_KEYS", settings.encryption_keys)
    monkeypatch.setenv("HCC_ARGON2_MEMORY_KIB", "8192")

    def hcc(*args: str, stdin: str = "", **environment: str) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = cli.main(list(args))
        said = capsys.readouterr()
        return code, said.out, said.err

    return hcc


def test_an_administrator_is_made_and_can_log_in(run: Any, world: World, settings: Settings) -> None:
    code, out, _ = run("admin", "create", "--email", "Ops@Example.com", "--name", "Ops", "--password-stdin", stdin=LONG + "\n")
    assert (code, LONG in out) == (0, False)
    with psycopg.connect(settings.owner_database_url) as connection:
        found = connection.execute(
            "SELECT r.name FROM hcc.users u JOIN hcc.user_roles ur ON ur.user_id = u.id JOIN hcc.roles r ON r.id = ur.role_id"
            " WHERE u.email = 'ops@example.com'"
        ).fetchall()
    assert found == [("superadmin",)]


@pytest.mark.parametrize(
    ("args", "stdin", "words"),
    [
        (["create", "--email", "root@example.com", "--password-stdin"], LONG, "in use"),
        (["create", "--email", "new@example.com", "--password-stdin"], "short", "at least 12"),
        (["create", "--email", "new@example.com", "--organization", "nowhere", "--password-stdin"], LONG, "nowhere"),
        (["reset-password", "--email", "nobody@example.com", "--password-stdin"], LONG, "there is no nobody@example.com"),
    ],
    ids=["address in use", "weak", "no organisation", "nobody"],
)
def test_what_cannot_be_done_is_said(run: Any, world: World, args: list[str], stdin: str, words: str) -> None:
    code, _, err = run("admin", *args, stdin=stdin)
    assert code == 1
    assert words in err


async def test_a_password_set_by_hand_ends_sessions(run: Any, world: World, client: httpx.AsyncClient) -> None:
    code, out, _ = run("admin", "reset-password", "--email", "anna@example.com", "--json")
    assert code == 0
    made_up = msgspec.json.decode(out)["password"]
    assert len(made_up) == 24
    refreshed = await client.post("/v1/auth/refresh", json={"refresh_token": world.refresh_tokens["anna"]})
    assert refreshed.status_code == 401
    for password, status in ((PASSWORD, 401), (made_up, 200)):
        answer = await client.post("/v1/auth/login", json={"email": "anna@example.com", "password": password})
        assert answer.status_code == status


def test_a_new_key_waits_before_it_signs(run: Any, world: World) -> None:
    code, out, _ = run("keys", "rotate", "--json")
    made = msgspec.json.decode(out)
    assert (code, made["signs_in_s"]) == (0, LEAD_SECONDS)
    states = {k["kid"]: k for k in msgspec.json.decode(run("keys", "list", "--json")[1])}
    assert states[made["kid"]]["state"] == "waiting"
    assert sorted(k["state"] for k in states.values()) == ["signing", "waiting"]
    assert all(k["retires_at"] for kid, k in states.items() if kid != made["kid"])


async def test_a_stolen_key_is_good_for_nothing(run: Any, world: World, settings: Settings) -> None:
    run("keys", "rotate", "--now")
    with psycopg.connect(settings.gateway_database_url) as connection:
        kids = connection.execute("SELECT kid FROM hcc.gateway_config_keys").fetchall()
    listed = msgspec.json.decode(run("keys", "list", "--json")[1])
    assert [k["kid"] for k in listed if k["state"] == "signing"] == [kids[0][0]]
    assert len(kids) == 1


def test_secrets_are_sealed_anew(run: Any, world: World, settings: Settings) -> None:
    old = Keyring.parse(settings.encryption_keys)
    both = "k2:" + "A" * 43 + "=," + settings.encryption_keys
    user = world.users["anna"]
    where = place("user_credentials", "totp_secret", user)
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        connection.execute("UPDATE hcc.user_credentials SET totp_secret = %s WHERE user_id = %s", (old.seal(b"one", where), user))
        stranger = world.users["bert"]
        connection.execute(
            "UPDATE hcc.user_credentials SET totp_secret = %s WHERE user_id = %s", (old.seal(b"two", where), stranger)
        )
        code, out, err = run("keys", "rotate-encryption", HCC_ENCRYPTION_KEYS=both)
        assert code == 1, "a value that does not open is said"
        assert str(stranger) in err
        assert all(f"{c.table}.{c.column}" in out for c in ENCRYPTED_COLUMNS)
        row = connection.execute("SELECT totp_secret FROM hcc.user_credentials WHERE user_id = %s", (user,)).fetchone()
    assert row is not None
    new = Keyring.parse(both.partition(",")[0])
    assert new.open(row[0], where) == b"one"
    code, out, _ = run("keys", "rotate-encryption", HCC_ENCRYPTION_KEYS=both)
    assert "user_credentials.totp_secret: 0 sealed" in out


def test_keys_without_settings(run: Any, urls: Any) -> None:
    code, _, err = run("keys", "list", HCC_ENCRYPTION_KEYS="")
    assert code == 2
    assert "HCC_ENCRYPTION_KEYS" in err
