"""The page behind the links in our mail."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery

from control.accounts.auth import account
from control.accounts.auth.models import PasswordReset
from control.core.context import Ctx
from control.core.errors import DomainError, ValidationFailed
from control.core.permissions import public
from control.web.pages import page


class ResetForm(msgspec.Struct):
    """What the page sends. The token of the mail is the proof, so no other site can forge it."""

    token: str
    new_password: str


@get("/reset-password", opt=public(), include_in_schema=False)
async def show(token: FromQuery[str] = "") -> Response[str]:
    """Ask for the new password."""
    error = None if token else "This link is incomplete; open it from the mail once more."
    return page("reset_password.html", token=token, error=error, done=False)


@post("/reset-password", opt=public(), include_in_schema=False, status_code=200)
async def send(ctx: Ctx, data: Annotated[ResetForm, Body(media_type=RequestEncodingType.URL_ENCODED)]) -> Response[str]:
    """Set it, or say what is wrong with it."""
    try:
        await account.reset_password(ctx, PasswordReset(data.token, data.new_password[:256]))
    except ValidationFailed as error:
        words = "; ".join(f"The password {e.message}" for e in error.errors) + "."
        return page("reset_password.html", status=422, token=data.token, error=words, done=False)
    except DomainError as error:
        return page("reset_password.html", status=error.status, token=data.token, error=error.message, done=False)
    return page("reset_password.html", token="", error=None, done=True)


ROUTES = [show, send]
