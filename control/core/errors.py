"""Errors that services raise. Only the web layer knows how they look; see control/core/rendering.py."""

from __future__ import annotations

from typing import Any

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One thing wrong with the input: where (RFC 6901 pointer, or the parameter's name) and what."""

    pointer: str
    message: str


def below(pointer: str, name: object) -> str:
    """A pointer one step further (RFC 6901)."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


class DomainError(Exception):
    """Base of what a caller did wrong or must know. `details` never holds internals or secrets."""

    code = "INTERNAL_ERROR"
    status = 500

    def __init__(self, message: str, *, details: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.headers = headers or {}


class BadRequest(DomainError):
    code, status = "BAD_REQUEST", 400


class ValidationFailed(DomainError):
    """The input is understood but not acceptable; one entry a field."""

    code, status = "VALIDATION_ERROR", 422

    def __init__(self, errors: list[FieldError] | FieldError, message: str = "The request has invalid fields.") -> None:
        self.errors = [errors] if isinstance(errors, FieldError) else errors
        super().__init__(message, details={"errors": [{"pointer": e.pointer, "message": str(e.message)} for e in self.errors]})


class Unauthorized(DomainError):
    code, status = "UNAUTHORIZED", 401


class Forbidden(DomainError):
    code, status = "FORBIDDEN", 403


class NotFound(DomainError):
    code, status = "NOT_FOUND", 404

    def __init__(self, what: str = "resource") -> None:
        super().__init__(f"There is no such {what}.")


class Conflict(DomainError):
    code, status = "CONFLICT", 409


class PreconditionFailed(DomainError):
    code, status = "PRECONDITION_FAILED", 412


class RateLimited(DomainError):
    code, status = "RATE_LIMITED", 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, details={"retry_after": retry_after}, headers={"Retry-After": str(retry_after)})


class Unavailable(DomainError):
    """A needed part is away or busy; trying later helps."""

    code, status = "SERVICE_UNAVAILABLE", 503

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message, details={"retry_after": retry_after}, headers={"Retry-After": str(retry_after)})
