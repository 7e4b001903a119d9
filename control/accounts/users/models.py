"""People as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from control.accounts.auth.models import Email, FullName, Locale, Password, Timezone

Username = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$", description="Lower case letters, digits, . _ -")]
RoleName = Annotated[str, Meta(min_length=1, max_length=63)]
Roles = Annotated[list[RoleName], Meta(max_length=16)]


class User(msgspec.Struct, kw_only=True):
    """One person. `organization_id` manages the account; `roles` are those held there."""

    id: UUID
    organization_id: UUID
    email: str
    username: str
    full_name: str
    locale: str
    timezone: str
    is_active: bool
    roles: list[str]
    version: int
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    """Without `password` the person gets an invitation by mail. `organization_id` is the caller's unless given."""

    email: Email
    username: Username | None = None
    full_name: FullName = ""
    locale: Locale = "en"
    timezone: Timezone = "UTC"
    roles: Roles | None = None
    password: Password | None = None
    organization_id: UUID | None = None


class UserPut(msgspec.Struct, forbid_unknown_fields=True):
    """All that can be changed."""

    email: Email
    username: Username
    full_name: FullName
    locale: Locale
    timezone: Timezone
    is_active: bool
    roles: Roles


class UserPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed."""

    email: Email | UnsetType = UNSET
    username: Username | UnsetType = UNSET
    full_name: FullName | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    timezone: Timezone | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    roles: Roles | UnsetType = UNSET


class Erasure(msgspec.Struct, forbid_unknown_fields=True):
    """Erasing cannot be undone: the address is typed once more."""

    confirm_email: Email
