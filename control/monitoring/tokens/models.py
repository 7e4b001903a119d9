"""Tokens of ingestion as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta


class IngestToken(msgspec.Struct, kw_only=True):
    """A token without its secret; `prefix` tells tokens apart. `last_used_at` is within some seconds; null is never."""

    id: UUID
    organization_id: UUID
    name: str
    prefix: str
    last_used_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class CreatedIngestToken(IngestToken, kw_only=True):
    """The one time that the token itself is shown."""

    token: str


class NewIngestToken(msgspec.Struct, forbid_unknown_fields=True):
    """`name` says what it is for."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
