"""Entries of the lists as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from control.security.bodies.common import Asn, Country, Moment, Note
from control.sites.bodies.common import Network


class AccessEntry(msgspec.Struct, kw_only=True):
    """One entry; exactly one of `network`, `asn` and `country` is set."""

    id: UUID
    organization_id: UUID
    site_id: UUID | None
    network: str | None
    asn: int | None
    country: str | None
    action: Literal["allow", "deny"]
    note: str
    expires_at: datetime | None
    created_by: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewAccessEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One of `network`, `asn` and `country`.

    In each list the narrowest network decides, then the autonomous system, then the country; `0.0.0.0/0` and `::/0` come last.
    The platform, the organisations above a site, and the site each have a list: who is denied by one of them is denied. Who is
    allowed by one is not kept out by bans of that organisation or of those below it, and is never banned for what it does.
    """

    action: Literal["allow", "deny"]
    site_id: UUID | None = None
    network: Network | None = None
    asn: Asn | None = None
    country: Country | None = None
    note: Note = ""
    expires_at: Moment | None = None
