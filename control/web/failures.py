"""Errors of pages, as people see them: words, what to do next, and the request's id. Never internals."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Request, Response
from litestar.datastructures import State

from control.core.context import Context
from control.core.errors import DomainError, NotFound, Unauthorized, ValidationFailed
from control.core.permissions import PERMISSIONS
from control.core.rendering import to_domain_error
from control.web import passkeys, sessions
from control.web.language import N_
from control.web.ui import Ui

_TITLES = {
    403: N_("Not allowed"),
    404: N_("Not found"),
    409: N_("That cannot be done now"),
    422: N_("Something is not right"),
    429: N_("Too many requests"),
    503: N_("Not available right now"),
}


def render_page(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
    """The answer to an error of a page."""
    failure = to_domain_error(request, error)
    scope: Any = request.scope
    ui = scope.get("ui")
    if not isinstance(ui, Ui):
        ui = Ui(Context(request, request.app.state.runtime), None)
    kept = scope.get("resume", "")
    reason = (failure.details or {}).get("reason")
    if isinstance(failure, Unauthorized):
        return _log_in(ui, kept)
    if reason == "password":
        return _page(ui, "accounts/confirm_password.html", failure, **confirm_values(ui, resume=kept))
    errors = failure.errors if isinstance(failure, ValidationFailed) else []
    return _page(ui, "failure.html", failure, title=_TITLES.get(failure.status, N_("Something went wrong")), errors=errors)


def _page(ui: Ui, template: str, failure: DomainError, **values: Any) -> Response[Any]:
    headers = dict(failure.headers)
    said = _said(ui, failure)
    if ui.is_partial and ui.target != "modal-content":
        # In JSON as it is written here any letter fits into a header.
        headers["HX-Trigger"] = json.dumps({"toast": {"text": said, "tone": "error"}})
    return ui.page(template, status=failure.status, headers=headers, said=said, request_id=ui.ctx.request_id, **values)


def _said(ui: Ui, failure: DomainError) -> str:
    """What went wrong in the person's language; sentences that are made of parts are said in others, which have none."""
    permission = PERMISSIONS.get(str((failure.details or {}).get("permission")))
    if permission is not None:
        return ui.words(N_("Your role does not have the permission for this: %(permission)s."), permission=ui.words(permission))
    return ui.words(N_("It is not there, or not for you to see.") if isinstance(failure, NotFound) else failure.message)


def _log_in(ui: Ui, kept: str) -> Response[Any]:
    """To the login, and back afterwards; what a form held is kept in the page."""
    request = ui.request
    if sessions.is_background(request):
        return Response(b"", status_code=401, media_type="text/html", headers={"HX-Reswap": "none", "Cache-Control": "no-store"})
    if request.method == "GET":
        current = request.headers.get("hx-current-url", "") if ui.is_partial else str(request.url)
        parts = urlsplit(current)
        back = parts.path + (f"?{parts.query}" if parts.query else "")
        return ui.go("/login" if back in ("", "/", "/dashboard") else f"/login?next={quote(back, safe='')}")
    headers = {"HX-Retarget": "body", "HX-Reswap": "innerHTML"} if ui.is_partial else {}
    return ui.page("accounts/login.html", status=401, headers=headers, **login_values(ui, resume=kept, ended=True))


def login_values(ui: Ui, **values: Any) -> dict[str, Any]:
    """What the login page is given, with nothing in it unless said."""
    empty = {"email": "", "next": "", "resume": "", "error": "", "ended": False, "wants_code": False, "ticket": ""}
    return {**empty, "passkey": passkeys.for_login(ui), "elsewhere": passkeys.elsewhere(ui), **values}


def confirm_values(ui: Ui, **values: Any) -> dict[str, Any]:
    """What the page that asks for the password once more is given."""
    return {"error": "", "passkey": passkeys.for_confirming(ui), **values}
