"""The routes of pages. `show` is for GET; `act` is for what a form does, and wants its token."""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.handlers.http_handlers.decorators import get as get_handler
from litestar.handlers.http_handlers.decorators import post as post_handler

from control.core.errors import Forbidden
from control.core.permissions import Principal
from control.web import csrf, failures, resume, sessions
from control.web.ui import PROVIDED


class PasswordWanted(Forbidden):
    """A dangerous act, and the password was not given for a while. The page that is shown asks for it, and goes on then."""


async def identify(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal | None:
    """Who a page is for. A form of ours that comes too late is kept, for after the login."""
    principal = await sessions.identify(connection)
    is_form = isinstance(connection, Request) and connection.method not in csrf.SAFE
    if principal is None and isinstance(connection, Request) and is_form and await csrf.is_good(connection):
        await _keep(connection)
    return principal


async def _keep(request: Request[Any, Any, Any]) -> None:
    scope: Any = request.scope
    scope["resume"] = await resume.seal(request)


async def confirmed(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let nobody through who did not give the password in the last ten minutes. Raises PasswordWanted."""
    scope: Any = connection.scope
    found = scope.get("web_session")
    if isinstance(found, sessions.WebSession) and found.is_confirmed:
        return
    if isinstance(connection, Request):
        await _keep(connection)
    if isinstance(found, sessions.WebSession):
        scope["has_passkeys"] = await sessions.has_passkeys(connection.app.state.runtime, found.user_id)
    raise PasswordWanted("Give your password once more for this.", details={"reason": "password"})


def _options(opt: dict[str, Any]) -> dict[str, Any]:
    return {
        "opt": {**opt, "page": True, "identify": identify},
        "include_in_schema": False,
        "media_type": "text/html",
        "dependencies": PROVIDED,
        "exception_handlers": {Exception: failures.render_page},
    }


def show(path: str | list[str], opt: dict[str, Any]) -> get_handler:
    """A page, or a part of one. `opt` is as for the API: `needs("billing:read")`, `authenticated()`, `public()`."""
    return get(path, **_options(opt))


def act(path: str, opt: dict[str, Any], *, dangerous: bool = False, largest: int | None = None) -> post_handler:
    """What a form does. A dangerous act wants the password again when it was not given for ten minutes. `largest` is how many
    bytes may be posted, for forms with files."""
    guards: list[Any] = [csrf.guard, confirmed] if dangerous else [csrf.guard]
    more: dict[str, Any] = {} if largest is None else {"request_max_body_size": largest}
    return post(path, status_code=200, guards=guards, **more, **_options(opt))
