"""The shape of every answer: `{success, data, error, timestamp, request_id}`, lists with `pagination` beside `data`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class ErrorBody(msgspec.Struct, frozen=True):
    """What went wrong: a stable code, words for a person, and details for a program."""

    code: str
    message: str
    details: dict[str, Any] | None = None


class Pagination(msgspec.Struct, frozen=True):
    """Where a page stands in its list; pages count from 1."""

    page: int
    limit: int
    total: int
    total_pages: int
    has_next: bool
    has_prev: bool


def now() -> datetime:
    return datetime.now(UTC)


class Envelope(msgspec.Struct, Generic[T], kw_only=True):
    """One thing."""

    success: bool = True
    data: T
    error: ErrorBody | None = None
    timestamp: datetime = msgspec.field(default_factory=now)
    request_id: str = ""


class Page(msgspec.Struct, Generic[T], kw_only=True):
    """One page of things."""

    success: bool = True
    data: list[T]
    pagination: Pagination
    error: ErrorBody | None = None
    timestamp: datetime = msgspec.field(default_factory=now)
    request_id: str = ""


class Failure(msgspec.Struct, kw_only=True):
    """An error in the same shape."""

    success: bool = False
    data: None = None
    error: ErrorBody
    timestamp: datetime = msgspec.field(default_factory=now)
    request_id: str = ""


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457, for clients that accept application/problem+json."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[Any] | None = None
