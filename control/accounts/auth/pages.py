"""Logging in and out in the browser, and the page behind the links in our mail."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response

from control.accounts.auth import account
from control.accounts.auth.login import login
from control.accounts.auth.models import Login, PasswordReset, Session
from control.core.crypto import KeyringError, place
from control.core.errors import DomainError, Unauthorized, ValidationFailed
from control.core.permissions import authenticated, public
from control.core.runtime import Runtime
from control.web import resume, sessions
from control.web.failures import confirm_values, login_values
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf, is_local

_REFUSED = N_("The e-mail address or the password is not right.")
SAID_BELOW = (
    N_("The code is not right, or was used before."),
    N_("The passkey was not accepted."),
    N_("That took too long. Try again."),
    N_("The link is not valid or has expired; ask for a new one."),
    N_("must have at least 12 characters"),
)
"""What logging in says, so that it is translated."""
_TICKET = place("panel", "form", "login")
_TICKET_SECONDS = 300


class _Ticket(msgspec.Struct, frozen=True):
    """The first step of a login, for the second; sealed, since a password is in it."""

    email: str
    password: str
    until: int


@show("/login", public())
async def login_page(ui: UiOf) -> Response[Any]:
    """Ask who it is."""
    if await sessions.identify(ui.request) is not None:
        return ui.go("/dashboard")
    return ui.page("accounts/login.html", **login_values(ui, next=ui.request.query_params.get("next", "")))


@act("/login", public())
async def log_in(ui: UiOf) -> Response[Any]:
    """Begin a session, or ask for the second step, or say what is wrong."""
    posted = await ui.texts()
    email, password = posted.get("email", ""), posted.get("password", "")
    if ticket := _open(ui.runtime, posted.get("ticket", "")):
        email, password = ticket.email, ticket.password
    kept = {"email": email, "next": posted.get("next", ""), "resume": posted.get(resume.FIELD, "")}
    second: dict[str, Any] = {}
    if ticket is not None and posted.get("credential"):
        second["passkey"] = passkey_of(posted)
    elif ticket is not None:
        second["totp_code"] = posted.get("totp_code", "").strip()
    try:
        data = msgspec.convert({"email": email, "password": password, **second}, Login)
        session = await login(ui.ctx, data)
    except msgspec.ValidationError:
        error: DomainError = Unauthorized(_REFUSED, details={"requires_2fa": ticket is not None})
    except DomainError as refused:
        error = refused
    else:
        return await welcome(ui, session, kept)
    details = error.details or {}
    if details.get("requires_2fa"):
        sealed = _seal(ui.runtime, email, password)
        words = words_of(ui, error) if ticket is not None else ""
        values = login_values(ui, **kept, wants_code=True, ticket=sealed, error=words, passkey=details.get("passkey"))
    else:
        values = login_values(ui, **kept, error=words_of(ui, error))
    return ui.page("accounts/login.html", status=error.status, headers=error.headers, **values)


def passkey_of(posted: Mapping[str, str]) -> dict[str, Any]:
    """What a form with a passkey brought, as the API takes it. What is no JSON is no passkey."""
    try:
        credential = msgspec.json.decode(posted.get("credential", ""))
    except msgspec.DecodeError:
        credential = None
    return {"ceremony": posted.get("ceremony", ""), "credential": credential}


def words_of(ui: Ui, error: DomainError) -> str:
    if (wait := (error.details or {}).get("retry_after")) is not None:
        return ui.words(N_("Too many attempts. Try again in %(seconds)s seconds."), seconds=wait)
    return error.message


async def welcome(ui: Ui, session: Session, kept: dict[str, str]) -> Response[Any]:
    """To where the person wanted to go; to the form that came too late, when there is one."""
    cookie = await sessions.begin(ui.ctx, session.user_id, session.session_id)
    if (form := resume.unseal(ui.runtime, kept["resume"])) is not None:
        ui.adopt(cookie)
        return ui.page("accounts/continue.html", kept=form)
    return ui.go(kept["next"] if is_local(kept["next"]) else "/dashboard", "", cookie)


def _seal(runtime: Runtime, email: str, password: str) -> str:
    ticket = _Ticket(email, password, int(time.time()) + _TICKET_SECONDS)
    return base64.urlsafe_b64encode(runtime.keyring.seal(msgspec.json.encode(ticket), _TICKET)).decode()


def _open(runtime: Runtime, sealed: str) -> _Ticket | None:
    try:
        ticket = msgspec.json.decode(runtime.keyring.open(base64.urlsafe_b64decode(sealed.encode()), _TICKET), type=_Ticket)
    except (KeyringError, ValueError, IndexError):
        return None
    return ticket if ticket.until > time.time() else None


@act("/logout", authenticated())
async def log_out(ui: UiOf) -> Response[Any]:
    """End the session."""
    await account.end_session(ui.ctx, None)
    return ui.go("/login", ui.words(N_("You are logged out.")), sessions.ended(ui.runtime.settings))


@act("/confirm-password", authenticated())
async def confirm_password(ui: UiOf) -> Response[Any]:
    """The password once more, and on with what wanted it."""
    posted = await ui.texts()
    kept = posted.get(resume.FIELD, "")
    try:
        await account.confirm_password(ui.ctx, posted.get("password", ""))
    except DomainError as error:
        words = N_("The password is not right.") if isinstance(error, ValidationFailed) else words_of(ui, error)
        return ui.page("accounts/confirm_password.html", status=error.status, **confirm_values(ui, resume=kept, error=words))
    return await go_on(ui, kept)


async def go_on(ui: Ui, kept: str) -> Response[Any]:
    """The person has proved once more that it is them: on with what wanted it."""
    async with ui.ctx.transaction("own") as tx:
        cookie = await sessions.confirm(ui.ctx, tx)
    ui.adopt(cookie)
    form = resume.unseal(ui.runtime, kept)
    return ui.go("/dashboard") if form is None else ui.page("accounts/continue.html", kept=form)


@show("/forgot-password", public())
async def forgot_page(ui: UiOf) -> Response[str]:
    """Ask for the address."""
    return ui.page("accounts/forgot_password.html", sent=False, error="")


@act("/forgot-password", public())
async def forgot(ui: UiOf) -> Response[str]:
    """Send the link; the answer is the same whether the address is known or not."""
    try:
        await account.forgotten(ui.ctx, (await ui.texts()).get("email", "")[:320])
    except DomainError as error:
        return ui.page("accounts/forgot_password.html", status=error.status, sent=False, error=words_of(ui, error))
    return ui.page("accounts/forgot_password.html", sent=True, error="")


@show("/reset-password", public())
async def reset_page(ui: UiOf) -> Response[str]:
    """Ask for the new password."""
    token = ui.request.query_params.get("token", "")
    error = "" if token else N_("This link is incomplete; open it from the mail once more.")
    return ui.page("accounts/reset_password.html", token=token, error=error, done=False)


@act("/reset-password", public())
async def reset(ui: UiOf) -> Response[str]:
    """Set it, or say what is wrong with it."""
    posted = await ui.texts()
    token = posted.get("token", "")[:512]
    try:
        await account.reset_password(ui.ctx, PasswordReset(token, posted.get("new_password", "")[:256]))
    except ValidationFailed as error:
        why = "; ".join(ui.words(each.message) for each in error.errors).rstrip(".")
        words = ui.words(N_("The password %(why)s."), why=why)
        return ui.page("accounts/reset_password.html", status=422, token=token, error=words, done=False)
    except DomainError as error:
        return ui.page("accounts/reset_password.html", status=error.status, token=token, error=words_of(ui, error), done=False)
    return ui.page("accounts/reset_password.html", token="", error="", done=True)


PAGES = [login_page, log_in, log_out, confirm_password, forgot_page, forgot, reset_page, reset]
