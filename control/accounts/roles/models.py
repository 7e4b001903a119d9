"""Roles as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,62}$", description="Lower case letters, digits and -, first a letter")]
Description = Annotated[str, Meta(max_length=200)]
Permissions = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(min_length=1, max_length=64)]


class Role(msgspec.Struct, kw_only=True):
    """A named set of permissions. Built-in ones have no `organization_id`, and are the same for every organisation of a type."""

    id: UUID
    organization_id: UUID | None
    name: str
    user_type: str
    description: str
    permissions: list[str]
    version: int
    created_at: datetime
    updated_at: datetime


class NewRole(msgspec.Struct, forbid_unknown_fields=True):
    """`permissions` are names of permissions that the caller has. `organization_id` is the caller's unless given."""

    name: Name
    permissions: Permissions
    description: Description = ""
    organization_id: UUID | None = None


class RolePut(msgspec.Struct, forbid_unknown_fields=True):
    """All that can be changed."""

    name: Name
    permissions: Permissions
    description: Description


class RolePatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed."""

    name: Name | UnsetType = UNSET
    permissions: Permissions | UnsetType = UNSET
    description: Description | UnsetType = UNSET
