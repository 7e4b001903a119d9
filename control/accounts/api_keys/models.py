"""API keys as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Scopes = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(min_length=1, max_length=64)]


class ApiKey(msgspec.Struct, kw_only=True):
    """A key without its secret; `prefix` is the part of the key that tells keys apart."""

    id: UUID
    organization_id: UUID
    user_id: UUID
    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime | None
    last_used_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class CreatedApiKey(ApiKey, kw_only=True):
    """The one time that the key itself is shown."""

    key: str


class NewApiKey(msgspec.Struct, forbid_unknown_fields=True):
    """`scopes` are permissions, or `*` for all that its owner has at the time of each request."""

    name: Name
    scopes: Scopes
    expires_at: datetime | None = None


class ApiKeyPut(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    scopes: Scopes
    expires_at: datetime | None


class ApiKeyPatch(msgspec.Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    expires_at: datetime | UnsetType | None = UNSET
