"""/v1/auth/passkeys, for logging in, and /v1/profile/passkeys, for those of one's own account."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from control.accounts.auth import account
from control.accounts.auth.models import Done, PasswordConfirmed, Session
from control.accounts.passkeys import login, service
from control.accounts.passkeys.models import Added, Begun, NewPasskey, Passkey, PasskeyLogin, PasskeyRename
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import authenticated, public

_TAGS = ["passkeys"]


@post("/v1/auth/passkeys/begin", status_code=200, opt=public("409"), tags=_TAGS, operation_id="begin_passkey_login")
async def begin_login(ctx: Ctx) -> Response[Envelope[Begun]]:
    """Begin a login without a password. Good for five minutes and one answer."""
    return ctx.answer(login.begin(ctx))


@post("/v1/auth/passkeys/finish", status_code=200, opt=public("401", "403"), tags=_TAGS, operation_id="finish_passkey_login")
async def finish_login(ctx: Ctx, data: JSONBody[PasskeyLogin]) -> Response[Envelope[Session]]:
    """Log in with what the authenticator signed."""
    return ctx.answer(await login.login(ctx, data))


@get("/v1/profile/passkeys", opt=authenticated(), tags=_TAGS, operation_id="list_passkeys")
async def list_passkeys(ctx: Ctx) -> Response[Envelope[list[Passkey]]]:
    """The own passkeys."""
    return ctx.answer(await service.all_of(ctx))


@post("/v1/profile/passkeys/begin", status_code=200, opt=authenticated("409"), tags=_TAGS, operation_id="begin_passkey")
async def begin(ctx: Ctx, data: JSONBody[PasswordConfirmed]) -> Response[Envelope[Begun]]:
    """Begin to add one, with the password once more, which no code stands in for. Good for five minutes and one answer."""
    await account.confirm_password(ctx, data.password)
    return ctx.answer(await service.begin(ctx))


@post("/v1/profile/passkeys", status_code=201, opt=authenticated("400", "409"), tags=_TAGS, operation_id="add_passkey")
async def add(ctx: Ctx, data: JSONBody[NewPasskey]) -> Response[Envelope[Added]]:
    """Add it. With the first second factor come recovery codes, shown this one time."""
    return ctx.answer(await service.add(ctx, data), status=201)


@patch("/v1/profile/passkeys/{passkey_id:uuid}", opt=authenticated(), tags=_TAGS, operation_id="rename_passkey")
async def rename(ctx: Ctx, passkey_id: FromPath[UUID], data: JSONBody[PasskeyRename]) -> Response[Envelope[Passkey]]:
    """Call one otherwise."""
    found = await service.rename(ctx, passkey_id, data.name)
    return ctx.answer(found, version=found.version)


@post(
    "/v1/profile/passkeys/{passkey_id:uuid}/remove",
    status_code=200,
    opt=authenticated(),
    tags=_TAGS,
    operation_id="remove_passkey",
)
async def remove(ctx: Ctx, passkey_id: FromPath[UUID], data: JSONBody[PasswordConfirmed]) -> Response[Envelope[Done]]:
    """Take one away, with the password once more, which no code stands in for."""
    await account.confirm_password(ctx, data.password)
    return ctx.answer(Done("Removed." if await service.remove(ctx, passkey_id) else "Removed; the second factor is off."))


ROUTES = [begin_login, finish_login, list_passkeys, begin, add, rename, remove]
