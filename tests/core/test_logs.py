"""Logs: no secret in them, and the request's id in each line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from control.core.logs import hide_secrets

HIDDEN = {
    "password": "x",
    "new_password": "x",
    "Password": "x",
    "authorization": "Bearer x",
    "Authorization": "Bearer x",
    "cookie": "a=b",
    "set-cookie": "a=b",
    "access_token": "x",
    "refresh_token": "x",
    "client_secret": "x",
    "api_key": "hcc_x",
    "x-api-key": "hcc_x",
    "private_key": b"x",
    "totp_code": "123456",
}
SHOWN = {"path": "/v1/users", "status": 200, "user": "anna", "ms": 1.5, "none": None, "keys": ["a"], "requires": True}


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden(name: str) -> None:
    event = hide_secrets(None, "info", {"event": "e", name: HIDDEN[name], "deep": {"list": [{name: HIDDEN[name]}]}})
    assert event[name] == "(hidden)"
    assert event["deep"]["list"][0][name] == "(hidden)"


def test_lists_named_like_secrets_are_hidden_too() -> None:
    event = hide_secrets(None, "info", {"tokens": ["a", "b"], "recovery_password": {"value": "x"}})
    assert event["tokens"] == ["(hidden)", "(hidden)"]
    assert event["recovery_password"] == "(hidden)"


def test_shown() -> None:
    assert hide_secrets(None, "info", dict(SHOWN)) == SHOWN


PROGRAM = """
import logging, structlog
from control.core import logs
logs.configure("control", form={form!r}, level="INFO")
structlog.contextvars.bind_contextvars(request_id="request-4711")
structlog.get_logger("hcc.test").info("ours", password="hunter2-structlog", path="/x")
logging.getLogger("library").warning("theirs %s", "words")
structlog.get_logger("hcc.test").debug("too quiet")
def fails(password):
    raise ValueError("broken")
try:
    fails("hunter2-local")
except ValueError as error:
    structlog.get_logger("hcc.test").error("failed", exc_info=error)
"""


def lines(form: str) -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(form=form)], capture_output=True, text=True, check=True)
    return done.stdout


def test_json_lines() -> None:
    found = [json.loads(line) for line in lines("json").splitlines()]
    assert [line["event"] for line in found] == ["ours", "theirs words", "failed"]
    for line in found:
        assert line["request_id"] == "request-4711"
        assert line["service"] == "control"
        assert line["timestamp"].endswith("Z")
    assert found[0]["password"] == "(hidden)"
    assert "ValueError: broken" in found[2]["exception"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_in_either_form(form: str) -> None:
    """Neither from fields nor from the local variables of a trace."""
    text = lines(form)
    assert "failed" in text
    assert "hunter2" not in text
