"""What every gateway does alike, and what they made of a site, as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from control.sites.bodies.common import FieldName, FieldValue, Network
from control.sites.bodies.platform import Defaults

Proxies = Annotated[list[Network], Meta(max_length=1000)]
Fields = Annotated[dict[FieldName, FieldValue], Meta(max_length=64)]


class GatewaySettings(msgspec.Struct, kw_only=True):
    """`trusted_proxies` are networks whose forwarded headers are believed, `response_headers` are set on every response."""

    trusted_proxies: list[str]
    defaults: Defaults
    response_headers: dict[str, str]
    version: int
    updated_at: datetime


class GatewaySettingsPut(msgspec.Struct, forbid_unknown_fields=True):
    """All of them."""

    trusted_proxies: Proxies
    defaults: Defaults
    response_headers: Fields


class GatewaySettingsPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed; each is set as a whole."""

    trusted_proxies: Proxies | UnsetType = UNSET
    defaults: Defaults | UnsetType = UNSET
    response_headers: Fields | UnsetType = UNSET


class GatewayError(msgspec.Struct):
    """Why one gateway refused something."""

    gateway: str
    error: str


class SiteReport(msgspec.Struct, kw_only=True):
    """What one gateway made of a site. `revision` is the one it read last; what it refused it serves as it was before."""

    gateway: str
    state: Literal["applied", "refused", "pending"]
    error: str | None
    revision: int | None
    reported_at: datetime | None
    seen_at: datetime


class SiteCertificate(msgspec.Struct, kw_only=True):
    """The certificate served for one of the site's names."""

    host: str
    certificate_id: UUID
    not_after: datetime
    refused: list[GatewayError]


class SiteStatus(msgspec.Struct, kw_only=True):
    """`state` is the worst of the gateways'; `off` is a site that is not to be served, `unknown` is no gateway heard of."""

    site_id: UUID
    state: Literal["applied", "refused", "pending", "off", "unknown"]
    revision: int
    gateways: list[SiteReport]
    certificates: list[SiteCertificate]
