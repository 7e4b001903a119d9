"""Wildcards of permissions, and routes that do not say who may call them."""

from __future__ import annotations

import pytest
from litestar import get

from control import app
from control.core.permissions import PERMISSIONS, allows, needs, public
from control.core.runtime import Runtime
from control.core.settings import Settings


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        (["users:read"], "users:read", True),
        (["users:read"], "users:write", False),
        (["users:*"], "users:write", True),
        (["*"], "jobs:write", True),
        (["user:*"], "users:read", False),
        ([], "users:read", False),
        (["*:read"], "users:read", False),
        ([":*"], "users:read", False),
        (["users"], "users:read", False),
        (["USERS:READ"], "users:read", False),
    ],
)
def test_allows(held: list[str], wanted: str, expected: bool) -> None:
    assert allows(held, wanted) is expected


def test_a_permission_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="users:reed"):
        needs("users:reed")
    assert needs("users:read")["permission"] in PERMISSIONS


async def test_what_every_route_takes_can_be_worked_out(settings: Settings) -> None:
    """Which a process does with the first request of each, or when there is time."""
    made = app.create_litestar(Runtime(settings))
    assert isinstance(made, app.Application)
    await made.prepare()


async def test_two_handlers_of_one_method_are_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/twice", opt=public())
    async def one() -> str:
        return "1"

    @get("/twice", opt=public())
    async def other() -> str:
        return "2"

    monkeypatch.setattr(app, "routes_of", lambda _domains: [one, other])
    with pytest.raises(LookupError, match="/twice"):
        app.create_litestar(Runtime(settings))


async def test_an_application_with_an_open_route_does_not_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/forgotten")
    async def forgotten() -> str:
        return "x"

    @get("/said", opt=public())
    async def said() -> str:
        return "x"

    monkeypatch.setattr(app, "routes_of", lambda _domains: [said, forgotten])
    with pytest.raises(LookupError, match="/forgotten does not say who may call it"):
        app.create_litestar(Runtime(settings))


def test_unknown_domains_are_named() -> None:
    with pytest.raises(ValueError, match="there is no domain billling"):
        app.routes_of(["accounts", "billling"])
