"""Passkeys where people log in, and where they are asked once more whether it is them."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from control.accounts.auth.pages import go_on, passkey_of, welcome, words_of
from control.accounts.passkeys import ceremonies, proof
from control.accounts.passkeys.login import login
from control.accounts.passkeys.models import Answer, PasskeyLogin
from control.core.errors import Conflict, DomainError
from control.core.permissions import authenticated, public
from control.web import passkeys, resume
from control.web.failures import confirm_values, login_values
from control.web.routing import act, show
from control.web.ui import UiOf


@show("/login/passkey", public())
async def ask(ui: UiOf) -> Response[Any]:
    """A fresh challenge, for a page that has stood open longer than the one it came with is good."""
    begun = passkeys.for_login(ui)
    if begun is None:
        raise Conflict("Passkeys do not work at this address.")
    return Response(msgspec.json.encode(begun), media_type="application/json", headers={"Cache-Control": "no-store"})


@act("/login/passkey", public())
async def log_in(ui: UiOf) -> Response[Any]:
    """Begin a session with a passkey alone."""
    posted = await ui.texts()
    kept = {"email": "", "next": posted.get("next", ""), "resume": posted.get(resume.FIELD, "")}
    try:
        session = await login(ui.ctx, msgspec.convert(passkey_of(posted), PasskeyLogin), ui.browser())
    except msgspec.ValidationError:
        error: DomainError = ceremonies.refused()
    except DomainError as refused:
        error = refused
    else:
        return await welcome(ui, session, kept)
    values = login_values(ui, **kept, error=words_of(ui, error))
    return ui.page("accounts/login.html", status=error.status, headers=error.headers, **values)


@act("/confirm-password/passkey", authenticated())
async def confirm(ui: UiOf) -> Response[Any]:
    """A passkey in place of the password once more, and on with what wanted it."""
    posted = await ui.texts()
    kept = posted.get(resume.FIELD, "")
    try:
        await proof.confirm(ui.ctx, msgspec.convert(passkey_of(posted), Answer), ui.browser())
    except msgspec.ValidationError:
        error: DomainError = ceremonies.refused()
    except DomainError as refused:
        error = refused
    else:
        return await go_on(ui, kept)
    # 401 is for those who are not logged in.
    status = 422 if error.status == 401 else error.status
    values = confirm_values(ui, resume=kept, error=words_of(ui, error))
    return ui.page("accounts/confirm_password.html", status=status, **values)


PAGES = [ask, log_in, confirm]
