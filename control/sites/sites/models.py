"""Sites as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from control.sites.bodies.common import Maintenance
from control.sites.bodies.site import ErrorPages, Hosts, Name, Seconds


class Site(msgspec.Struct, kw_only=True):
    """A site; `revision` grows with every change of what gateways are told of it, its upstreams and routes included."""

    id: UUID
    organization_id: UUID
    name: str
    hosts: list[str]
    is_active: bool
    https_redirect: bool
    hsts_s: int
    maintenance: Maintenance | None
    error_pages: dict[str, str]
    revision: int
    version: int
    created_at: datetime
    updated_at: datetime


class NewSite(msgspec.Struct, forbid_unknown_fields=True):
    """A name on one site is on no other. `hsts_s` is for answers over TLS, in seconds; 0 is none.

    `error_pages` are HTML by status (`502`, or `4xx` and `5xx`) for what the gateway itself answers to browsers. With PUT, what
    is left out gets its default.
    """

    name: Name
    hosts: Hosts
    is_active: bool = True
    https_redirect: bool = False
    hsts_s: Seconds = 0
    maintenance: Maintenance | None = None
    error_pages: ErrorPages = {}


class SitePatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed; `maintenance` and `error_pages` are set as a whole."""

    name: Name | UnsetType = UNSET
    hosts: Hosts | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    https_redirect: bool | UnsetType = UNSET
    hsts_s: Seconds | UnsetType = UNSET
    maintenance: Maintenance | UnsetType | None = UNSET
    error_pages: ErrorPages | UnsetType = UNSET
