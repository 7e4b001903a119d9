"""Packet filters as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from control.security.bodies.common import Note
from control.security.bodies.firewall import FirewallRule, NetworkSet, Policy

Server = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", description="The server's host name")]


class Firewall(msgspec.Struct, kw_only=True):
    """A server's packet filter."""

    id: UUID
    organization_id: UUID
    server: str
    input: Policy
    forward: Policy
    output: Policy
    sets: list[NetworkSet]
    rules: list[FirewallRule]
    note: str
    version: int
    created_at: datetime
    updated_at: datetime


class NewFirewall(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What no rule decides, the chain's policy does. Established connections, the loopback interface and the ICMP that IP needs
    are always let through; `sets` are lists of networks that rules call `@name`."""

    server: Server
    input: Policy = "accept"
    forward: Policy = "accept"
    output: Policy = "accept"
    sets: Annotated[list[NetworkSet], Meta(max_length=50)] = []
    rules: Annotated[list[FirewallRule], Meta(max_length=500)] = []
    note: Note = ""


class Rendered(msgspec.Struct, kw_only=True):
    """The filter in nftables' language; `problems` are what nft says of it, null where there is no nft to ask."""

    text: str
    problems: list[str] | None
