"""The own account: name, language, time zone, password, and where it is logged in."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.datastructures import Cookie
from litestar.params import FromPath

from control.accounts.auth import account
from control.accounts.auth.models import MeUpdate, PasswordChange
from control.core.errors import DomainError
from control.core.fields import given
from control.core.permissions import authenticated, needs
from control.web import sessions
from control.web.forms import Field, Form
from control.web.language import LANGUAGES, N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf, me_key


@cache
def zones() -> Mapping[str, str]:
    return {name: name.replace("_", " ") for name in sorted(zoneinfo.available_timezones()) if "/" in name or name == "UTC"}


_PROGRAMS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari", "curl/": "curl"}
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"}


def device(user_agent: str) -> str:
    """A browser's own description in few words, as people know it; unknown programs as they call themselves."""
    program = next((name for mark, name in _PROGRAMS.items() if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    return " · ".join(filter(None, (program, system))) or user_agent[:80]


PROFILE = Form(
    MeUpdate,
    Field("full_name", N_("Name"), autocomplete="name"),
    Field("locale", N_("Language"), choices=LANGUAGES, is_half=True),
    Field("timezone", N_("Time zone"), choices=zones, is_half=True),
)
PASSWORD = Form(
    PasswordChange,
    Field("current_password", N_("Present password"), kind="password", autocomplete="current-password"),
    Field("new_password", N_("New password"), kind="password", autocomplete="new-password"),
)


@show("/profile", authenticated())
async def profile(ui: UiOf) -> Response[str]:
    """Who one is."""
    return ui.page("accounts/profile.html", profile=PROFILE.empty(await account.me(ui.ctx)), password=PASSWORD.empty())


@act("/profile", authenticated())
async def save_profile(ui: UiOf) -> Response[Any]:
    """Change it."""
    try:
        await account.update_me(ui.ctx, given(await PROFILE.read(ui)))
    except DomainError as error:
        again = await PROFILE.again(ui, error, await account.me(ui.ctx))
        return ui.page("accounts/profile.html", status=error.status, profile=again, password=PASSWORD.empty())
    await ui.runtime.cache.drop(me_key(ui.ctx.principal))
    # The choice of this browser gives way to the account's.
    return ui.go("/profile", ui.words(N_("Your profile was changed.")), Cookie(key="hcc_language", value="", max_age=0, path="/"))


@act("/profile/password", authenticated())
async def change_password(ui: UiOf) -> Response[Any]:
    """A new password; other devices are logged out, and this one gets a new cookie."""
    try:
        await account.change_password(ui.ctx, await PASSWORD.read(ui))
    except DomainError as error:
        shown = PROFILE.empty(await account.me(ui.ctx))
        return ui.page("accounts/profile.html", status=error.status, profile=shown, password=await PASSWORD.again(ui, error))
    async with ui.ctx.transaction("own") as tx:
        cookie = await sessions.confirm(ui.ctx, tx)
    return ui.go("/profile", ui.words(N_("Your password was changed; other devices are logged out.")), cookie)


@show("/profile/sessions", authenticated())
async def devices(ui: UiOf) -> Response[str]:
    """Where one is logged in."""
    return ui.page("accounts/sessions.html", sessions=await account.live_sessions(ui.ctx), device=device)


@act("/profile/sessions/{session_id:uuid}/end", authenticated())
async def end_device(ui: UiOf, session_id: FromPath[UUID]) -> Response[Any]:
    """Log one device out."""
    await account.end_session(ui.ctx, session_id)
    if session_id == ui.ctx.principal.session_id:
        return ui.go("/login", ui.words(N_("You are logged out.")), sessions.ended(ui.runtime.settings))
    return ui.go("/profile/sessions", ui.words(N_("That device is logged out.")))


@act("/profile/sessions/end-all", authenticated(), dangerous=True)
async def end_all_devices(ui: UiOf) -> Response[Any]:
    """Log every device out, this one too."""
    await account.end_all_sessions(ui.ctx)
    return ui.go("/login", ui.words(N_("All devices are logged out.")), sessions.ended(ui.runtime.settings))


@act("/enter/{organization_id:uuid}", needs("organizations:enter"), dangerous=True)
async def enter(ui: UiOf, organization_id: FromPath[UUID]) -> Response[Any]:
    """Work inside an organisation below one's own; it is shown on every page, and in that organisation's audit log."""
    await ui.runtime.authenticator.enter(ui.request, ui.ctx.principal, str(organization_id))
    return await _move(ui, organization_id, N_("You work inside this organization now."))


@act("/leave", authenticated())
async def leave(ui: UiOf) -> Response[Any]:
    """Back to one's own organisation."""
    return await _move(ui, None, N_("You are back in your own organization."))


async def _move(ui: Ui, organization_id: UUID | None, words: str) -> Response[Any]:
    async with ui.ctx.transaction("own") as tx:
        cookie = await sessions.enter(ui.ctx, tx, organization_id)
    return ui.go("/dashboard", ui.words(words), cookie)


PAGES = [profile, save_profile, change_password, devices, end_device, end_all_devices, enter, leave]
