"""Errors as answers: the envelope, or RFC 9457 for those who ask for it. Internals stay in the log."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg
import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from psycopg_pool import PoolTimeout, TooManyRequests

from control.core.envelope import ErrorBody, Failure, Problem
from control.core.errors import BadRequest, DomainError, FieldError, Unavailable, ValidationFailed
from control.core.validation import body_errors
from control.web.plain import page

log = structlog.get_logger("hcc.errors")

_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "VALIDATION_ERROR",
    429: "RATE_LIMITED",
}
_PROBLEM = "application/problem+json"


class PlainError(DomainError):
    """An error of the web framework in our shape."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message, headers=headers)
        self.status = status
        self.code = _CODES.get(status, "ERROR")


_CHARACTER_STATES = {None, "22021", "22P05"}
"""SQLSTATE of text that PostgreSQL does not take; None where the driver refused it before."""


def _is_text_that_cannot_be_stored(error: Exception) -> bool:
    return not isinstance(error, psycopg.Error) or error.sqlstate in _CHARACTER_STATES


def to_domain_error(request: Request[Any, Any, State], error: Exception) -> DomainError:
    """What an exception means to the caller; the unexpected becomes INTERNAL_ERROR and is logged with its trace."""
    match error:
        case DomainError():
            return error
        case ValidationException():
            if (problems := body_errors(request)) is not None:
                return ValidationFailed(problems)
            extra = error.extra if isinstance(error.extra, list) else []
            fields = [FieldError(str(e.get("key", "")), str(e.get("message", ""))) for e in extra if isinstance(e, dict)]
            if not fields:
                return BadRequest(str(error.detail))
            return ValidationFailed(fields)
        case HTTPException():
            headers = {k: str(v) for k, v in (error.headers or {}).items()}
            words = error.detail if error.status_code < 500 else "The server failed; the error was recorded."
            return PlainError(error.status_code, words, headers)
        case RecursionError():
            return BadRequest("The body is nested too deep.")
        case UnicodeDecodeError():
            return BadRequest("The request is not valid UTF-8.")
        case UnicodeEncodeError() | psycopg.DataError() if _is_text_that_cannot_be_stored(error):
            return ValidationFailed(FieldError("", "holds a character that cannot be stored"))
        case PoolTimeout() | TooManyRequests() | psycopg.OperationalError() | psycopg.InterfaceError():
            log.warning("database unavailable", error=type(error).__name__)
            return Unavailable("The database is not available right now; try again shortly.")
        case _:
            log.error("unhandled error", exc_info=error, path=request.url.path, method=request.method)
            return DomainError("The server failed; the error was recorded.")


def render(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
    """The answer to an error."""
    failure = to_domain_error(request, error)
    request_id = str(request.scope.get("request_id", ""))
    headers = dict(failure.headers)
    if _PROBLEM in request.headers.get("accept", ""):
        problem = Problem(
            type=f"{request.app.state.settings.public_url}/docs#error-{failure.code}",
            title=failure.code.replace("_", " ").capitalize(),
            status=failure.status,
            detail=str(failure.message),
            instance=request.url.path,
            code=failure.code,
            request_id=request_id,
            errors=(failure.details or {}).get("errors"),
        )
        return Response(msgspec.json.encode(problem), status_code=failure.status, media_type=_PROBLEM, headers=headers)
    if request.method == "GET" and "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1"):
        shown = page(
            "error.html", status=failure.status, title=f"{failure.status}", message=failure.message, request_id=request_id
        )
        shown.headers.update(headers)
        return shown
    body = Failure(error=ErrorBody(failure.code, str(failure.message), failure.details), request_id=request_id)
    return Response(msgspec.json.encode(body), status_code=failure.status, media_type="application/json", headers=headers)
