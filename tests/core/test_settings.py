"""Settings from the environment, from files and from systemd's credentials; wrong ones are named, secrets are not shown."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from control.core import settings
from control.core.settings import ENVIRONMENT, Settings, SettingsError, check, load

KEY = "k1:" + "A" * 43 + "="


def test_defaults_and_names() -> None:
    assert load({}) == Settings()
    assert set(ENVIRONMENT) == set(Settings.__struct_fields__)
    assert load({"HCC_DB_POOL_MAX": "7", "HCC_WEBHOOK_ALLOW_PRIVATE": "true"}) == Settings(
        db_pool_max=7, webhook_allow_private=True
    )


def test_a_secret_from_a_file_or_a_credential(tmp_path: Path) -> None:
    (tmp_path / "DATABASE_URL").write_text("postgresql://x\n", encoding="utf-8")
    assert load({"DATABASE_URL_FILE": str(tmp_path / "DATABASE_URL")}).database_url == "postgresql://x"
    assert load({"CREDENTIALS_DIRECTORY": str(tmp_path)}).database_url == "postgresql://x"
    assert load({"DATABASE_URL": "y", "CREDENTIALS_DIRECTORY": str(tmp_path)}).database_url == "y"
    assert load({"HCC_ENCRYPTION_KEY": "abc"}).encryption_keys == "k1:abc"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"HCC_DB_POOL_MAX": "many"}, "HCC_DB_POOL_MAX"),
        ({"HCC_DB_POOL_MAX": "0"}, "HCC_DB_POOL_MAX"),
        ({"HCC_ENV": "prod"}, "HCC_ENV"),
        ({"DATABASE_URL_FILE": "/does/not/exist"}, "DATABASE_URL_FILE"),
        ({"HCC_DB_POOL_MIN": "9", "HCC_DB_POOL_MAX": "3"}, "HCC_DB_POOL_MIN"),
    ],
)
def test_wrong_ones_are_named(environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load(environ)


def test_all_wrong_ones_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"HCC_ENV": "prod", "HCC_LOG_LEVEL": "loud"})
    assert len(caught.value.problems) == 2


def test_production_refuses_what_is_weak() -> None:
    good = Settings(database_url="x", encryption_keys=KEY, public_url="https://x")
    assert check(good) == []
    assert len(check(Settings(public_url="http://x", webhook_allow_private=True))) == 4
    assert "k1" in check(Settings(env="test", database_url="x", encryption_keys="k1:AAAA"))[0]


@pytest.mark.parametrize("as_json", [True, False])
def test_show_hides_secrets(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://hcc:hunter2@x/y")
    monkeypatch.setenv("HCC_ENCRYPTION_KEYS", KEY)
    assert settings.command(argparse.Namespace(action="show", json=as_json)) == 0
    shown = capsys.readouterr().out
    assert "hunter2" not in shown
    assert KEY not in shown
    assert "(set)" in shown
