"""Organisations as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Name = Annotated[str, Meta(min_length=1, max_length=255)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$", description="Lower case letters, digits and dashes")]
Plan = Annotated[str, Meta(min_length=1, max_length=50)]
Kind = Literal["platform", "reseller", "customer"]


class Organization(msgspec.Struct, kw_only=True):
    """One organisation of the tree platform → reseller → customer."""

    id: UUID
    parent_id: UUID | None
    kind: Kind
    name: str
    slug: str
    plan: str
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class NewOrganization(msgspec.Struct, forbid_unknown_fields=True):
    """`parent_id` is the caller's organisation unless given; it must be one below it."""

    name: Name
    slug: Slug
    kind: Literal["reseller", "customer"] = "customer"
    parent_id: UUID | None = None
    plan: Plan = "standard"


class OrganizationPut(msgspec.Struct, forbid_unknown_fields=True):
    """All that can be changed."""

    name: Name
    slug: Slug
    plan: Plan
    is_active: bool


class OrganizationPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed."""

    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    plan: Plan | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
