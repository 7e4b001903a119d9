"""/v1/auth"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from control.accounts.auth import account, sessions
from control.accounts.auth.login import login as log_in
from control.accounts.auth.models import (
    Done,
    Generated,
    Login,
    Me,
    MeUpdate,
    PasswordChange,
    PasswordConfirmed,
    PasswordForgotten,
    PasswordReset,
    RecoveryCodes,
    Refresh,
    Session,
    SessionInfo,
    TotpCode,
    TotpDisable,
    TotpEnrolment,
)
from control.core import passwords
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.fields import given
from control.core.permissions import authenticated, public

_TAGS = ["auth"]


@post("/v1/auth/login", status_code=200, opt=public("401", "403"), tags=_TAGS, operation_id="login")
async def login(ctx: Ctx, data: JSONBody[Login]) -> Response[Envelope[Session]]:
    """Log in. With a second factor on, the first answer is 401 with `details.requires_2fa`; send the code too then."""
    return ctx.answer(await log_in(ctx, data))


@post("/v1/auth/refresh", status_code=200, opt=public("401"), tags=_TAGS, operation_id="refresh")
async def refresh(ctx: Ctx, data: JSONBody[Refresh]) -> Response[Envelope[Session]]:
    """Trade a refresh token for new tokens. Each is good once; an old one seen again ends the session."""
    return ctx.answer(await sessions.refresh(ctx, data.refresh_token))


@post("/v1/auth/logout", status_code=200, opt=authenticated(), tags=_TAGS, operation_id="logout")
async def logout(ctx: Ctx) -> Response[Envelope[Done]]:
    """End this session; its tokens are refused from now on."""
    await account.end_session(ctx, None)
    return ctx.answer(Done("Logged out."))


@post("/v1/auth/logout-all", status_code=200, opt=authenticated(), tags=_TAGS, operation_id="logout_all")
async def logout_all(ctx: Ctx) -> Response[Envelope[Done]]:
    """End every session of the account."""
    return ctx.answer(Done(f"{await account.end_all_sessions(ctx)} sessions ended."))


@get("/v1/auth/sessions", opt=authenticated(), tags=_TAGS, operation_id="list_sessions")
async def list_sessions(ctx: Ctx) -> Response[Envelope[list[SessionInfo]]]:
    """Where the account is logged in."""
    return ctx.answer(await account.live_sessions(ctx))


@delete("/v1/auth/sessions/{session_id:uuid}", status_code=200, opt=authenticated(), tags=_TAGS, operation_id="end_session")
async def end_session(ctx: Ctx, session_id: FromPath[UUID]) -> Response[Envelope[Done]]:
    """Log one device out."""
    await account.end_session(ctx, session_id)
    return ctx.answer(Done("Session ended."))


@get("/v1/auth/me", opt=authenticated(), tags=_TAGS, operation_id="me")
async def me(ctx: Ctx) -> Response[Envelope[Me]]:
    """Who is logged in, with roles, permissions and organisations."""
    found = await account.me(ctx)
    return ctx.answer(found, version=found.version)


@patch("/v1/auth/me", opt=authenticated(), tags=_TAGS, operation_id="update_me")
async def update_me(ctx: Ctx, data: JSONBody[MeUpdate]) -> Response[Envelope[Me]]:
    """Change name, language or time zone of the own account."""
    found = await account.update_me(ctx, given(data))
    return ctx.answer(found, version=found.version)


@post("/v1/auth/password/change", status_code=200, opt=authenticated(), tags=_TAGS, operation_id="change_password")
async def change_password(ctx: Ctx, data: JSONBody[PasswordChange]) -> Response[Envelope[Done]]:
    """Set a new password; all other sessions end."""
    await account.change_password(ctx, data)
    return ctx.answer(Done("Password changed; other sessions were ended."))


@post("/v1/auth/password/forgot", status_code=202, opt=public(), tags=_TAGS, operation_id="forgot_password")
async def forgot_password(ctx: Ctx, data: JSONBody[PasswordForgotten]) -> Response[Envelope[Done]]:
    """Ask for a mail with a link. The answer is the same whether the address is known or not."""
    await account.forgotten(ctx, data.email)
    return ctx.answer(Done("If the address is known, a mail is on its way."), status=202)


@post("/v1/auth/password/reset", status_code=200, opt=public(), tags=_TAGS, operation_id="reset_password")
async def reset_password(ctx: Ctx, data: JSONBody[PasswordReset]) -> Response[Envelope[Done]]:
    """Set a password with the token of a mail."""
    await account.reset_password(ctx, data)
    return ctx.answer(Done("Password set; log in with it."))


@post("/v1/auth/password/generate", status_code=200, opt=authenticated(), tags=_TAGS, operation_id="generate_password")
async def generate_password(ctx: Ctx) -> Response[Envelope[Generated]]:
    """A random password of 24 characters; nothing is stored."""
    return ctx.answer(Generated(passwords.generate()))


@post("/v1/auth/totp/enrol", status_code=200, opt=authenticated("409"), tags=_TAGS, operation_id="enrol_totp")
async def enrol_totp(ctx: Ctx, data: JSONBody[PasswordConfirmed]) -> Response[Envelope[TotpEnrolment]]:
    """Start a second factor, with the password once more: add the secret to an authenticator, then confirm with a code."""
    return ctx.answer(await account.enrol_totp(ctx, data.password))


@post("/v1/auth/totp/confirm", status_code=200, opt=authenticated("409"), tags=_TAGS, operation_id="confirm_totp")
async def confirm_totp(ctx: Ctx, data: JSONBody[TotpCode]) -> Response[Envelope[RecoveryCodes]]:
    """Put the second factor in force; the recovery codes are shown this one time."""
    return ctx.answer(RecoveryCodes(await account.confirm_totp(ctx, data.code)))


@post("/v1/auth/totp/disable", status_code=200, opt=authenticated("409"), tags=_TAGS, operation_id="disable_totp")
async def disable_totp(ctx: Ctx, data: JSONBody[TotpDisable]) -> Response[Envelope[Done]]:
    """Take the second factor away."""
    await account.disable_totp(ctx, data.password, data.code)
    return ctx.answer(Done("The second factor is off."))


@post("/v1/auth/totp/recovery-codes", status_code=200, opt=authenticated("409"), tags=_TAGS, operation_id="renew_recovery_codes")
async def renew_recovery_codes(ctx: Ctx, data: JSONBody[TotpCode]) -> Response[Envelope[RecoveryCodes]]:
    """Ten new recovery codes in place of the old ones."""
    return ctx.answer(RecoveryCodes(await account.renew_recovery_codes(ctx, data.code)))


ROUTES = [
    login, refresh, logout, logout_all, list_sessions, end_session, me, update_me, change_password, forgot_password,
    reset_password, generate_password, enrol_totp, confirm_totp, disable_totp, renew_recovery_codes,
]  # fmt: skip
